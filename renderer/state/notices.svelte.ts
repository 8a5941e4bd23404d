/** What is said at the bottom of the window. Good news goes by itself; trouble stays until it has been read. */
const SHOWN_MS = 6_000;
/** Who has to decide needs longer than who only reads. */
const UNDO_MS = 15_000;

export interface Notice {
  readonly kind: "ok" | "danger";
  readonly text: string;
  /** Takes back what it tells of. */
  readonly undo?: () => void;
}

export class Notices {
  current = $state.raw<Notice | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether somebody is at it just now, as who shows it knows. */
  held = (): boolean => false;

  tell(text: string, undo?: () => void): void {
    this.#show({ kind: "ok", text, ...(undo !== undefined && { undo }) });
    this.#leave(undo === undefined ? SHOWN_MS : UNDO_MS);
  }
  /** News that has to be read: it stays. */
  show(text: string): void {
    this.#show({ kind: "ok", text });
  }
  fail(text: string): void {
    this.#show({ kind: "danger", text });
  }
  dismiss(): void {
    clearTimeout(this.#timer);
    this.current = undefined;
  }
  #leave(inMs: number): void {
    this.#timer = setTimeout(() => (this.held() ? this.#leave(SHOWN_MS) : this.dismiss()), inMs);
  }
  #show(notice: Notice): void {
    clearTimeout(this.#timer);
    this.current = notice;
  }
}
