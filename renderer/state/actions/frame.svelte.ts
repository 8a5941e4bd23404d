/** What the window does as a window: the question before it closes, its half-filled forms, quitting. */
import type { Payload } from "../../../contract/ipc.ts";
import type { Session } from "../session.svelte.ts";

export class FrameActions {
  readonly #session: Session;
  /** Where the app is found once the window is closed, while the user is asked whether to close it. */
  asked = $state<Payload<"window.closing">>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Follows main's wish to close the window. Returns a function that stops it. */
  follow = (): (() => void) => this.#session.api["window.closing"]((where) => (this.asked = where));

  async answer(answer: "close" | "stay"): Promise<void> {
    if (this.asked === undefined) return;
    this.asked = undefined;
    await this.#session.call("closing", () => this.#session.api["window.close"](answer));
  }
  /** Tells main that a form is half filled in, or that none is any more. */
  async tellDrafts(has: boolean): Promise<void> {
    await this.#session.api["window.drafts"](has);
  }
  async quit(): Promise<void> {
    await this.#session.call("quit", () => this.#session.api["app.quit"]());
  }
}
