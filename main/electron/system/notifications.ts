/** Notifies the user once of each account that needs attention, of a vault to unlock, and of a tool to pair. */
import type { App } from "../../app/compose.ts";
import { createNotices } from "../../window/notices.ts";
import type { Notifier } from "../../window/notifier.ts";
import type { AppTranslator } from "./language.ts";
import type { MainWindow } from "../windows/main-window.ts";

export function showNotifications(
  tokenkeep: App,
  window: MainWindow,
  translator: AppTranslator,
  notifier: Notifier,
  showPairing: () => void,
): void {
  const notices = createNotices();
  let isStreaming = false;
  tokenkeep.state.onChange((changes) => {
    const { pairing, streamer } = changes;
    if (changes.vault?.state === "locked") notifier.closeAll();
    if (streamer !== undefined) isStreaming = streamer;
    // Not while the user streams: the window and the tray show the tool without its name.
    const pairingNotice =
      pairing === undefined || isStreaming ? undefined : notices.ofPairing(pairing, translator.t);
    if (pairingNotice !== undefined && !window.focused) notifier.show(pairingNotice, showPairing);
    const rows = changes.signIns ?? changes.signInsChanged ?? [];
    for (const notice of notices.from(rows, changes.vault, translator.t))
      if (!window.focused) notifier.show(notice, () => window.show());
  });
}
