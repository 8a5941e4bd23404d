/** Tells once what the person should know while the window is closed: an account that needs them, a vault to be opened. */
import { Notification } from "electron/main";
import type { App } from "../compose.ts";
import { createNotices } from "../views/notices.ts";
import type { Speech } from "./language.ts";
import type { MainWindow } from "./windows/main-window.ts";

export function showNotifications(
  keep: App,
  window: MainWindow,
  speech: Speech,
  showPairing: () => void,
): void {
  const notices = createNotices();
  let streams = false;
  keep.state.onChange((changes) => {
    const { pairing, streamer } = changes;
    if (streamer !== undefined) streams = streamer;
    // Held back while the person streams: it is in the window and the tray, without its name.
    const asked = pairing === undefined || streams ? undefined : notices.ofPairing(pairing, speech.t);
    if (asked !== undefined && !window.focused) {
      const notification = new Notification(asked);
      notification.on("click", showPairing);
      notification.show();
    }
    const rows = changes.signIns ?? changes.signInsChanged ?? [];
    for (const { title, body } of notices.from(rows, changes.vault, speech.t)) {
      const notification = new Notification({ title, body });
      notification.on("click", () => window.show());
      if (!window.focused) notification.show();
    }
  });
}
