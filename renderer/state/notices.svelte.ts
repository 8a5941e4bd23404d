/** The notices at the bottom of the window. Good news leaves by itself; trouble stays until it is dismissed. */
const SHOWN_MS = 6_000;
/** How long a notice with an action stays: longer, because the user has to decide. */
const UNDO_MS = 15_000;

export interface Notice {
  readonly kind: "ok" | "danger";
  readonly text: string;
  /** Undoes what the notice reports. */
  readonly undo?: () => void;
}

export class Notices {
  current = $state.raw<Notice | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the pointer or the focus is on the notice; the component that shows it sets this. */
  held = (): boolean => false;

  tell(text: string, undo?: () => void): void {
    this.#show({ kind: "ok", text, ...(undo !== undefined && { undo }) });
    this.#leave(undo === undefined ? SHOWN_MS : UNDO_MS);
  }
  /** Good news that stays until it is dismissed. */
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
