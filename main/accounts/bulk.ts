/**
 * Runs one action on many sign-ins: a few at a time, at the rate limit of all requests (paced-http.ts), with progress,
 * until it is cancelled. It runs in main, so it continues when the window is closed.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { BulkAction, BulkView } from "../../contract/views/account.ts";
import type { Log } from "../../core/ports.ts";
import { limiter } from "../../core/single-flight.ts";

const AT_ONCE = 4;
/** Sign-ins that are named for each kind of failure; there may be thousands. */
const NAMED = 3;

export interface Bulk {
  /** Fails with `bulk_running` while another one runs. */
  start(action: BulkAction, signIns: readonly string[]): Result<null>;
  /** Starts no more sign-ins; the running ones finish. Called again once they have, it removes the view. */
  cancel(): void;
  /** Cancels, and removes the view at once: what the running sign-ins still report is not shown. */
  forget(): void;
  /** The progress and, at the end, the result. Undefined: there is neither. */
  readonly view: BulkView | undefined;
}

/** `run`: the same object for all sign-ins of one bulk action. */
type Action = (signIn: string, run: object) => Promise<Result<unknown>>;

/** `nameOf`: the login of a sign-in; undefined when it was removed. */
export function createBulk(
  actions: Readonly<Record<BulkAction, Action>>,
  nameOf: (signIn: string) => string | undefined,
  log: Log,
  changed: () => void,
): Bulk {
  let run: { view: BulkView; stopped: boolean } | undefined;

  async function work(current: NonNullable<typeof run>, signIns: readonly string[]): Promise<void> {
    const limited = limiter(AT_ONCE);
    const update = (part: Partial<BulkView>): void => {
      current.view = { ...current.view, ...part };
      changed();
    };
    const one = async (signIn: string): Promise<void> => {
      if (current.stopped) return;
      const name = nameOf(signIn);
      if (name === undefined) return; // removed meanwhile
      const answer = await actions[current.view.action](signIn, current).catch((cause: unknown) => {
        log.error("bulk.bug", { cause });
        return failed({ code: "internal" }, cause);
      });
      // The action would fail for every other sign-in too.
      if (!answer.ok && answer.failure.code === "vault_locked") current.stopped = true;
      update({
        done: current.view.done + 1,
        ...(!answer.ok && { failures: withFailure(current.view.failures, answer.failure, name) }),
      });
    };
    await Promise.all(signIns.map((signIn) => limited(() => one(signIn))));
    update({ running: false });
  }

  return {
    get view() {
      return run?.view;
    },
    start(action, signIns) {
      if (run?.view.running) return failed({ code: "bulk_running" });
      const next = {
        view: { action, of: signIns.length, done: 0, failures: [], running: true },
        stopped: false,
      };
      run = next;
      changed();
      void work(next, signIns).catch((cause: unknown) => log.error("bulk.bug", { cause }));
      return ok(null);
    },
    cancel() {
      if (run === undefined) return;
      run.stopped = true;
      if (!run.view.running) run = undefined;
      changed();
    },
    forget() {
      if (run === undefined) return;
      run.stopped = true;
      run = undefined;
      changed();
    },
  };
}

/** The failures with one more; sign-ins that failed with the same code are counted together. */
function withFailure(failures: BulkView["failures"], failure: Failure, name: string): BulkView["failures"] {
  const before = failures.find((known) => known.failure.code === failure.code);
  if (before === undefined) return [...failures, { failure, count: 1, names: [name] }];
  const { count, names } = before;
  const after = { ...before, count: count + 1, names: [...names, name].slice(0, NAMED) };
  return failures.map((known) => (known === before ? after : known));
}
