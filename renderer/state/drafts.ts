/**
 * Knows whether a form is half filled in, and tells main: then a close hides the window in place of ending its page, and
 * the form is there when the window comes back. What was typed stays in the page's memory and goes nowhere.
 */

interface Draft {
  /** The dialog or the screen that holds the form. */
  readonly within: HTMLElement;
  /** The screen, for a form that is not in a dialog. */
  readonly hash: string | undefined;
}

const DIALOG = "[role=dialog], [role=alertdialog]";
/** A search and the rows of a list are no forms. */
const NO_FORM = "[type=search], [role=combobox], [role=grid] *";

const isThere = ({ within, hash }: Draft): boolean =>
  within.isConnected &&
  within.dataset["state"] !== "closed" &&
  (hash === undefined || hash === location.hash);

/**
 * A form counts from the first input until its dialog closes, or its screen is left or locked. `tell` is called when that
 * changes. Returns a function that stops it.
 */
export function followDrafts(tell: (has: boolean) => void): () => void {
  let drafts: readonly Draft[] = [];
  const observer = new MutationObserver(look);

  function look(): void {
    const before = drafts.length;
    drafts = drafts.filter(isThere);
    if (drafts.length > 0 || before === 0) return;
    observer.disconnect();
    tell(false);
  }
  function oninput({ target }: Event): void {
    if (!(target instanceof HTMLElement) || target.matches(NO_FORM)) return;
    const dialog = target.closest<HTMLElement>(DIALOG);
    const within = dialog ?? target.closest<HTMLElement>("main");
    if (within === null || drafts.some((draft) => draft.within === within && isThere(draft))) return;
    if (drafts.length === 0) {
      observer.observe(document.body, { childList: true, subtree: true });
      tell(true);
    }
    drafts = [...drafts, { within, hash: dialog === null ? location.hash : undefined }];
  }
  document.addEventListener("input", oninput, true);
  addEventListener("hashchange", look);
  return () => {
    observer.disconnect();
    document.removeEventListener("input", oninput, true);
    removeEventListener("hashchange", look);
  };
}
