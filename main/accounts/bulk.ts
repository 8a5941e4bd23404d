/**
 * One action on many sign-ins: a few at a time, at the pace of all requests (paced-http.ts), with progress, and stopped on
 * demand. Main runs it, so that it goes on when the window is closed.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { BulkAction, BulkView } from "../../contract/views/account.ts";
import type { Log } from "../../core/ports.ts";
import { limiter } from "../../core/single-flight.ts";

const AT_ONCE = 4;
/** Sign-ins named for each way of failing; there may be thousands. */
const NAMED = 3;

export interface Bulk {
  /** Fails with `bulk_running` while another one runs. */
  start(action: BulkAction, signIns: readonly string[]): Result<null>;
  /** What runs is finished, nothing more is begun, and what is left to be seen of it is put away. */
  cancel(): void;
  /** Ends it as well, and nothing of it is left to be seen: not even what still comes of it. */
  forget(): void;
  /** Undefined: nothing runs, and nothing is left to be told. */
  readonly view: BulkView | undefined;
}

type Do = (signIn: string) => Promise<Result<unknown>>;

/** `nameOf`: how a sign-in that failed is called; undefined when it is gone. */
export function createBulk(
  actions: Readonly<Record<BulkAction, Do>>,
  nameOf: (signIn: string) => string | undefined,
  log: Log,
  changed: () => void,
): Bulk {
  let run: { view: BulkView; stopped: boolean } | undefined;

  async function work(mine: NonNullable<typeof run>, signIns: readonly string[]): Promise<void> {
    const limited = limiter(AT_ONCE);
    const update = (part: Partial<BulkView>): void => {
      mine.view = { ...mine.view, ...part };
      changed();
    };
    const one = async (signIn: string): Promise<void> => {
      if (mine.stopped) return;
      const name = nameOf(signIn);
      if (name === undefined) return; // removed meanwhile
      const answer = await actions[mine.view.action](signIn).catch((cause: unknown) => {
        log.error("bulk.bug", { cause });
        return failed({ code: "internal" }, cause);
      });
      // Nothing can be done for any of the others either.
      if (!answer.ok && answer.failure.code === "vault_locked") mine.stopped = true;
      update({
        done: mine.view.done + 1,
        ...(!answer.ok && { failures: noted(mine.view.failures, answer.failure, name) }),
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
      const mine = {
        view: { action, of: signIns.length, done: 0, failures: [], running: true },
        stopped: false,
      };
      run = mine;
      changed();
      void work(mine, signIns).catch((cause: unknown) => log.error("bulk.bug", { cause }));
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

/** With those that failed in the same way. */
function noted(failures: BulkView["failures"], failure: Failure, name: string): BulkView["failures"] {
  const before = failures.find((known) => known.failure.code === failure.code);
  if (before === undefined) return [...failures, { failure, count: 1, names: [name] }];
  const { count, names } = before;
  const after = { ...before, count: count + 1, names: [...names, name].slice(0, NAMED) };
  return failures.map((known) => (known === before ? after : known));
}
