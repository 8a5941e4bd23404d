/** Undoes the last removal. */
import type { Notices } from "../notices.svelte.ts";
import type { Session } from "../session.svelte.ts";

export class UndoActions {
  readonly #session: Session;
  readonly #notices: Notices;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
  }

  /**
   * Shows a notice that something was removed, with a button that undoes the removal.
   * @param restored the notice after the undo
   */
  offer(removed: string, restored: string): void {
    this.#notices.tell(removed, () => void this.#undo(restored));
  }
  async #undo(restored: string): Promise<void> {
    this.#notices.dismiss();
    const done = await this.#session.call("undo", () => this.#session.api["undo"]());
    if (done !== undefined) this.#notices.tell(restored);
  }
}
