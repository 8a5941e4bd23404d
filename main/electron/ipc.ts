/** Serves the window's calls: checks the sender and the argument, and always answers with a Result. */
import { ipcMain, type WebContents } from "electron/main";
import * as v from "valibot";
import { failed, type Result } from "../../contract/failure.ts";
import { ipc, type CallName, type Handlers } from "../../contract/ipc.ts";
import type { Log } from "../../core/ports.ts";
import type { MainWindow } from "./windows/main-window.ts";

/** Logs the cause of a failure and removes it from the answer. */
function withoutCause(result: Result<unknown>, name: string, log: Log): Result<unknown> {
  if (result.ok) return result;
  if (result.cause !== undefined)
    log.warn("call.failed", { name, code: result.failure.code, cause: result.cause });
  return { ok: false, failure: result.failure };
}

/** A rejected sender gets `sender_rejected`, an argument of the wrong shape `bad_request`, a bug `internal`. */
export function serveCalls(handlers: Handlers, window: MainWindow, log: Log): void {
  const names = Object.keys(ipc).filter(
    (name): name is CallName => ipc[name as keyof typeof ipc].kind === "call",
  );
  const known = new WeakSet<WebContents>();
  /** A window that is gone shows nothing any more, and cannot say so. */
  function followEnd(sender: WebContents): void {
    if (known.has(sender)) return;
    known.add(sender);
    const ended = (): void => void handlers["tools.watch"](false);
    sender.on("render-process-gone", ended);
    sender.once("destroyed", ended);
  }
  for (const name of names) {
    const handler = handlers[name] as (argument: unknown) => Promise<Result<unknown>>;
    ipcMain.handle(name, async (event, argument: unknown): Promise<Result<unknown>> => {
      if (!window.sent(event)) {
        log.warn("call.sender_rejected", { name });
        return failed({ code: "sender_rejected" });
      }
      followEnd(event.sender);
      const parsed = v.safeParse(ipc[name].argument, argument);
      if (!parsed.success) {
        const field = v.getDotPath(parsed.issues[0]) ?? name;
        return failed({ code: "bad_request", field });
      }
      try {
        return withoutCause(await handler(parsed.output), name, log);
      } catch (cause) {
        log.error("call.bug", { name, cause });
        return failed({ code: "internal" });
      }
    });
  }
}
