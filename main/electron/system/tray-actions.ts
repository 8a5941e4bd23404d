/** The tray: its menu follows the state, and its entries call the app. */
import { app } from "electron/main";
import { merged } from "../../../contract/ipc.ts";
import type { Result } from "../../../contract/failure.ts";
import type { App } from "../../app/compose.ts";
import type { LogFile } from "../../diagnostics/log.ts";
import { failureNotice, reportFailure, type Notifier } from "../../window/notifier.ts";
import { trayModel } from "../../window/tray-model.ts";
import { showPairing } from "../windows/attention.ts";
import type { MainWindow } from "../windows/main-window.ts";
import type { AppTranslator } from "./language.ts";
import { createTray } from "./tray.ts";

/** `iconFolder`: the folder with the tray's icons. */
export function showTray(
  tokenkeep: App,
  window: MainWindow,
  iconFolder: string,
  translator: AppTranslator,
  notifier: Notifier,
  log: LogFile,
): void {
  const { handlers, state } = tokenkeep;
  type Title = "notCopied" | "notLocked" | "notPaused" | "notResumed" | "notValidated";
  /** A menu cannot show a failure, so a notification does. */
  const orNotify = (title: Title, work: Promise<Result<unknown>>): void =>
    void reportFailure(work, (failure, cause) => {
      log.warn("tray.failed", { what: title, code: failure.code, ...(cause !== undefined && { cause }) });
      const notice = failureNotice(translator.t(`notices.${title}`), failure, translator.t);
      notifier.show(notice, () => window.show());
    });
  const show = createTray(iconFolder, {
    copy: (signIn) => orNotify("notCopied", handlers["signIns.copy"]({ id: signIn, form: "token" })),
    open: () => window.show(),
    pairing: () => showPairing(tokenkeep, window),
    validateAll: () => orNotify("notValidated", handlers["signIns.validateAll"](undefined)),
    lock: () => orNotify("notLocked", handlers["vault.lock"]("vault")),
    pause: (paused) => orNotify(paused ? "notPaused" : "notResumed", handlers["vault.pause"](paused)),
    quit: () => app.quit(),
  });
  let snapshot = state.snapshot();
  show(trayModel(snapshot, translator.t));
  state.onChange((changes) => {
    snapshot = merged(snapshot, changes); // cheaper than a new snapshot, which builds a row per account
    const { vault, signIns, signInsChanged, settings, streamer, pairing } = changes;
    if ([vault, signIns, signInsChanged, settings, streamer, pairing].some((part) => part !== undefined))
      show(trayModel(snapshot, translator.t));
  });
}
