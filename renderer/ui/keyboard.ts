/** Where the keyboard is: at a new step's beginning, and never nowhere. */

/** Whether it can no longer have the keyboard. */
const isGone = (element: Element): boolean =>
  !element.isConnected || !element.checkVisibility() || element.closest(":disabled, [inert]") !== null;

/** Also to what has no keys of its own: a heading, a part of a screen. */
function give(element: HTMLElement, options?: FocusOptions): void {
  if (!element.hasAttribute("tabindex")) {
    element.tabIndex = -1;
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  }
  element.focus(options);
}

/** Of a heading that comes while somebody waits for it: the keyboard goes on there, unless it is over the screen. */
export function takesKeyboard(heading: HTMLElement): void {
  const at = document.activeElement;
  if (at === null || at === document.body || at.closest("main") !== null) give(heading);
}

/** One that closes is in the page for a frame or more, as "closed": keys and the keyboard are the page's again. */
const OPEN_DIALOG = ":is([role=dialog], [role=alertdialog]):not([data-state=closed])";
const OPEN_MENU = "[role=menu]:not([data-state=closed])";
/** Wherever the focus is: a dialog that is redrawn can lose it to the page. */
export const isDialogOpen = (): boolean => document.querySelector(OPEN_DIALOG) !== null;
/** Whether the keyboard is nowhere because this went away that had it. Asked a frame later: another may be given it first. */
export const isLost = (had: Element): boolean =>
  document.activeElement === document.body &&
  isGone(had) &&
  !isDialogOpen() &&
  document.querySelector(OPEN_MENU) === null;

const PART = "section, main";
/**
 * Where what has the keyboard goes away, what it was a part of has it next, or else `main`: a screen reader says where one
 * is, and Tab goes on from there. Rows of a list are looked after by it. Returns its own stop.
 */
export function followKeyboard(main: HTMLElement): () => void {
  function onfocusout({ target, relatedTarget }: FocusEvent): void {
    if (relatedTarget !== null || !(target instanceof HTMLElement) || target.closest("[role=grid]")) return;
    const parts: HTMLElement[] = [];
    for (let part = target.closest<HTMLElement>(PART); part; part = part.parentElement?.closest(PART) ?? null)
      parts.push(part);
    requestAnimationFrame(() => {
      if (isLost(target)) give(parts.find((part) => !isGone(part)) ?? main, { preventScroll: true });
    });
  }
  document.addEventListener("focusout", onfocusout);
  return () => document.removeEventListener("focusout", onfocusout);
}
