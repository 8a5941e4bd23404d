/** Keeps the focus where the user works: at the heading of a new step, and never on no element. */

/** Whether the element can no longer have the focus. */
const isGone = (element: Element): boolean =>
  !element.isConnected || !element.checkVisibility() || element.closest(":disabled, [inert]") !== null;

/** Focuses an element, also one that takes no focus by itself, such as a heading. */
export function focusElement(element: HTMLElement, options?: FocusOptions): void {
  if (!element.hasAttribute("tabindex")) {
    element.tabIndex = -1;
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  }
  element.focus(options);
}

/** Attached to the heading of a new step: focuses it, unless the focus is in a dialog over the screen. */
export function focusStep(heading: HTMLElement): void {
  const at = document.activeElement;
  if (at === null || at === document.body || at.closest("main") !== null) focusElement(heading);
}

/** A closing dialog stays in the page for some frames, marked as closed; keys belong to the page again by then. */
const OPEN_DIALOG = ":is([role=dialog], [role=alertdialog]):not([data-state=closed])";
const OPEN_MENU = "[role=menu]:not([data-state=closed])";
/** Whether a dialog is open. The focus does not tell: a dialog that is redrawn can lose it to the page. */
export const isDialogOpen = (): boolean => document.querySelector(OPEN_DIALOG) !== null;
/** Focuses the search of the screen, if it has one, and selects what it holds. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("main input[type=search]");
  field?.focus();
  field?.select();
}
/**
 * Whether nothing has the focus because the element that had it is gone. Call it a frame later, when code that
 * moves the focus has run.
 */
export const isLost = (lost: Element): boolean =>
  document.activeElement === document.body &&
  isGone(lost) &&
  !isDialogOpen() &&
  document.querySelector(OPEN_MENU) === null;

const PART = "section, main";
/**
 * When the focused element goes away, focuses the part of the screen that it stood in, or else `main`: a screen reader
 * then says where the user is, and Tab continues from there. A list keeps the focus on its rows by itself. Returns a
 * function that stops it.
 */
export function followKeyboard(main: HTMLElement): () => void {
  function onfocusout({ target, relatedTarget }: FocusEvent): void {
    if (relatedTarget !== null || !(target instanceof HTMLElement) || target.closest("[role=grid]")) return;
    const parts: HTMLElement[] = [];
    for (let part = target.closest<HTMLElement>(PART); part; part = part.parentElement?.closest(PART) ?? null)
      parts.push(part);
    requestAnimationFrame(() => {
      if (isLost(target)) focusElement(parts.find((part) => !isGone(part)) ?? main, { preventScroll: true });
    });
  }
  document.addEventListener("focusout", onfocusout);
  return () => document.removeEventListener("focusout", onfocusout);
}
