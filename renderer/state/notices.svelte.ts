/**
 * The notices of the window. Good news leaves by itself. Trouble stays until it is dismissed, or until its screen is
 * left. While a dialog is open, the dialog shows what comes; good news moves to the window when the dialog closes.
 */
import { topDialog, type Notice, type OpenDialog } from "./dialogs.svelte.ts";

const SHOWN_MS = 6_000;
/** How long a notice with an action stays: longer, because the user has to decide. */
const UNDO_MS = 15_000;

interface Shown {
  readonly notice: Notice;
  /** The dialog that was open when the notice came. */
  readonly dialog: OpenDialog | undefined;
}

export class Notices {
  #shown = $state.raw<Shown>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the pointer or the focus is on the notice; the component that shows it sets this. */
  held = (): boolean => false;

  /** The notice that the window itself shows. */
  get current(): Notice | undefined {
    if (this.#shown === undefined) return undefined;
    const { notice, dialog } = this.#shown;
    if (dialog === undefined) return notice;
    // Trouble in a dialog ends with it.
    return dialog.open || notice.kind === "danger" ? undefined : notice;
  }

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
  /** Trouble about something that was done all the same: said by the window, also when a dialog closes now. */
  failAfterwards(text: string): void {
    this.dismiss();
    this.#shown = { notice: { kind: "danger", text }, dialog: undefined };
  }
  dismiss(): void {
    clearTimeout(this.#timer);
    const dialog = this.#shown?.dialog;
    if (dialog !== undefined) dialog.notice = undefined;
    this.#shown = undefined;
  }
  /** The user goes to another screen: trouble of the screen before does not follow. */
  screenLeft(): void {
    if (this.#shown?.notice.kind === "danger") this.dismiss();
  }
  #leave(inMs: number): void {
    this.#timer = setTimeout(() => (this.#isHeld() ? this.#leave(SHOWN_MS) : this.dismiss()), inMs);
  }
  /** A notice under a dialog waits until it can be read. Main ends the undo anyway, so a notice with one does not wait. */
  #isHeld(): boolean {
    if (this.held()) return true;
    const top = topDialog();
    return top !== undefined && top !== this.#shown?.dialog && this.#shown?.notice.undo === undefined;
  }
  #show(notice: Notice): void {
    this.dismiss();
    const dialog = topDialog();
    this.#shown = { notice, dialog };
    if (dialog === undefined) return;
    dialog.notice = notice;
    dialog.dismiss = () => this.dismiss();
  }
}
