/** Shows the system's notifications and keeps a reference to each: without one it is garbage-collected, and its click is lost. */
import type { Failure, Result } from "../../contract/failure.ts";
import { sentence } from "../../text/sentence.ts";
import type { Translate } from "../../text/words.ts";
import type { Notice } from "./notices.ts";

/** Some systems never report that a notification was closed, so the oldest beyond this number are closed. */
const HELD_AT_MOST = 20;

/** The part of `Electron.Notification` that is used. */
export interface Shown {
  on(event: "click" | "close" | "failed", listener: () => void): unknown;
  show(): void;
  close(): void;
}

export interface Notifier {
  show(notice: Notice, onClick: () => void): void;
  /** Closes all, for a lock: they name accounts. */
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

/** Reports the failure of an action whose origin cannot show it, such as the tray. */
export async function reportFailure(
  work: Promise<Result<unknown>>,
  report: (failure: Failure, cause: unknown) => void,
): Promise<void> {
  try {
    const answer = await work;
    if (!answer.ok) report(answer.failure, answer.cause);
  } catch (cause) {
    report({ code: "internal" }, cause);
  }
}
export const failureNotice = (title: string, failure: Failure, t: Translate): Notice => ({
  title,
  body: sentence(failure, t),
});
