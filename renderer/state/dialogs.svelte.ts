/** The dialogs that are open. A notice that comes meanwhile is shown inside the top one, where the user looks. */

export interface Notice {
  readonly kind: "ok" | "danger";
  readonly text: string;
  /** Undoes what the notice reports. */
  readonly undo?: () => void;
}
export class OpenDialog {
  /** False once it is closed. */
  open = $state(true);
  /** The notice that the dialog shows. */
  notice = $state.raw<Notice>();
  /** Called by the button that dismisses the notice. */
  dismiss: () => void = () => undefined;
}

/** From the lowest to the top one. */
const stack: OpenDialog[] = [];

export function dialogOpened(): OpenDialog {
  const dialog = new OpenDialog();
  stack.push(dialog);
  return dialog;
}
export function dialogClosed(dialog: OpenDialog): void {
  dialog.open = false;
  dialog.notice = undefined;
  const at = stack.indexOf(dialog);
  if (at >= 0) stack.splice(at, 1);
}
export const topDialog = (): OpenDialog | undefined => stack.at(-1);
