/**
 * Passes each call of the window to its domain, unless a lock refuses it, and the answer back, masked in streamer mode.
 */
import { failed, type Result } from "../../contract/failure.ts";
import type { Argument, CallName, Handlers, Value } from "../../contract/ipc.ts";
import { isRefused } from "./behind-lock.ts";
import { maskedAnswer } from "./masking.ts";

export interface Visibility {
  readonly windowLocked: boolean;
  readonly vaultLocked: boolean;
  /** Streamer mode is on. */
  readonly masked: boolean;
}

/** The same calls, each refused behind a lock (`vault_locked`) and its answer masked in streamer mode. */
export function createDispatcher(calls: Handlers, visibility: () => Visibility): Handlers {
  async function dispatch<K extends CallName>(name: K, argument: Argument<K>): Promise<Result<Value<K>>> {
    if (isRefused(name, visibility())) return failed({ code: "vault_locked" });
    const answer = await calls[name](argument);
    const { masked, ...lock } = visibility();
    // A lock may have come while the call ran. Then the window may learn that the call succeeded (null), and nothing
    // more.
    const hasContent = !answer.ok || answer.value !== null;
    if (hasContent && name !== "vault.lock" && isRefused(name, lock)) return failed({ code: "vault_locked" });
    return masked ? maskedAnswer(name, answer) : answer;
  }
  const dispatched = { ...calls };
  for (const name of Object.keys(calls) as CallName[])
    // TypeScript cannot check an assignment to a key that is one of many; `dispatch` has been checked for each of them.
    Object.assign(dispatched, { [name]: (argument: Argument<typeof name>) => dispatch(name, argument) });
  return dispatched;
}
