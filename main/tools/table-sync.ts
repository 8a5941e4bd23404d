/** Which sign-ins the socket's thread has yet to hear of, and when it does. */
import type { Clock, Log } from "../../core/ports.ts";
import { coalesced } from "../../core/single-flight.ts";

export interface Pushing {
  /** Something about this sign-in, or about any of them, is another than before: the thread hears of it soon. */
  touch(signIn?: string): void;
  /** The whole table, now; resolves once it counts. */
  push(): Promise<void>;
}

/** `push`: of these sign-ins, or of all. `count`: how many there are. */
export function createPushing(
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  push: (only?: ReadonlySet<string>) => Promise<void>,
  count: () => number,
): Pushing {
  /** Those that changed since the last push; undefined: perhaps all. */
  let touched: Set<string> | undefined = new Set();
  let timer: (() => void) | undefined;
  const pushTouched = coalesced(async () => {
    const only = touched;
    touched = new Set();
    try {
      await push(only);
    } catch (cause) {
      touched = undefined; // what did not arrive goes with the next
      throw cause;
    }
  });
  return {
    touch(signIn) {
      if (signIn === undefined) touched = undefined;
      else touched?.add(signIn);
      // With thousands, those that change together go together. A tool that asks for a token that has ended gets the new
      // one without waiting for that.
      timer ??= clock.after(Math.min(5_000, count() / 5), () => {
        timer = undefined;
        void pushTouched().catch((cause: unknown) => log.error("socket.push", { cause }));
      });
    },
    push() {
      touched = undefined;
      return pushTouched();
    },
  };
}
