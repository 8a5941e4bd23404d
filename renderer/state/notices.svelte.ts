/** What is said at the bottom of the window. Good news goes by itself; trouble stays until it has been read. */
const SHOWN_MS = 6_000;

export interface Notice {
  readonly kind: "ok" | "danger";
  readonly text: string;
}

export class Notices {
  current = $state.raw<Notice | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  tell(text: string): void {
    this.#show({ kind: "ok", text });
    this.#timer = setTimeout(() => this.dismiss(), SHOWN_MS);
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
  #show(notice: Notice): void {
    clearTimeout(this.#timer);
    this.current = notice;
  }
}
