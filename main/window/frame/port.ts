/** What the window's calls can do to the window and the process. `main/electron/` implements it. */
export interface FramePort {
  /** Ends the app as soon as running requests have finished. */
  quit(): void;
  /** The answer to `window.closing`. */
  answerClosing(answer: "close" | "stay"): void;
  /** Whether the window has a form that is half filled in. */
  setDrafts(has: boolean): void;
}
