/** Tells once what the person should know while the window is closed: an account that needs them, a vault to be opened. */
import type { App } from "../../app/compose.ts";
import { createNotices } from "../../window/notices.ts";
import type { Notifier } from "../../window/notifier.ts";
import type { AppTranslator } from "./language.ts";
import type { MainWindow } from "../windows/main-window.ts";

export function showNotifications(
  keep: App,
  window: MainWindow,
  translator: AppTranslator,
  notifier: Notifier,
  showPairing: () => void,
): void {
  const notices = createNotices();
  let streams = false;
  keep.state.onChange((changes) => {
    const { pairing, streamer } = changes;
    if (changes.vault?.state === "locked") notifier.closeAll();
    if (streamer !== undefined) streams = streamer;
    // Held back while the person streams: it is in the window and the tray, without its name.
    const asked = pairing === undefined || streams ? undefined : notices.ofPairing(pairing, translator.t);
    if (asked !== undefined && !window.focused) notifier.show(asked, showPairing);
    const rows = changes.signIns ?? changes.signInsChanged ?? [];
    for (const notice of notices.from(rows, changes.vault, translator.t))
      if (!window.focused) notifier.show(notice, () => window.show());
  });
}
