/** The system's notifications, each referenced until it is over: without that it is garbage-collected, with its click. */
import type { Failure, Result } from "../../contract/failure.ts";
import { sentence } from "../../text/sentence.ts";
import type { Translate } from "../../text/words.ts";
import type { Notice } from "./notices.ts";

/** Some systems do not report that one was closed: beyond this number the oldest are closed. */
const HELD_AT_MOST = 20;

/** As `Electron.Notification` has it. */
export interface Shown {
  on(event: "click" | "close" | "failed", listener: () => void): unknown;
  show(): void;
  close(): void;
}

export interface Notifier {
  show(notice: Notice, onClick: () => void): void;
  /** Takes all away: the names in them are not for whoever comes to a locked screen. */
  closeAll(): void;
}

export function createNotifier(make: (notice: Notice) => Shown): Notifier {
  const held = new Set<Shown>();
  return {
    show(notice, onClick) {
      const shown = make(notice);
      held.add(shown);
      const over = (): void => void held.delete(shown);
      shown.on("click", () => {
        over();
        onClick();
      });
      shown.on("close", over);
      shown.on("failed", over);
      shown.show();
      for (const oldest of held) {
        if (held.size <= HELD_AT_MOST) break;
        held.delete(oldest);
        oldest.close();
      }
    },
    closeAll() {
      for (const shown of held) shown.close();
      held.clear();
    },
  };
}

/** For actions from a place that cannot show an answer, such as the tray: a failure is shown as a notification. */
export async function tellFailure(
  work: Promise<Result<unknown>>,
  tell: (failure: Failure, cause: unknown) => void,
): Promise<void> {
  try {
    const answer = await work;
    if (!answer.ok) tell(answer.failure, answer.cause);
  } catch (cause) {
    tell({ code: "internal" }, cause);
  }
}
export const failureNotice = (title: string, failure: Failure, t: Translate): Notice => ({
  title,
  body: sentence(failure, t),
});
