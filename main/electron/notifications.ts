/** Tells once what the person should know while the window is closed: an account that needs them, a vault to be opened. */
import { Notification } from "electron/main";
import type { App } from "../compose.ts";
import { createNotices } from "../views/notices.ts";
import type { Speech } from "./language.ts";
import type { MainWindow } from "./windows/main-window.ts";

export function showNotifications(keep: App, window: MainWindow, speech: Speech): void {
  const notices = createNotices();
  keep.state.onChange((changes) => {
    const rows = changes.signIns ?? changes.signInsChanged ?? [];
    for (const { title, body } of notices.from(rows, changes.vault, speech.t)) {
      const notification = new Notification({ title, body });
      notification.on("click", () => window.show());
      if (!window.focused) notification.show();
    }
  });
}
