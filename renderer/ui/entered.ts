/** Knows whether the user has entered something in a dialog that closing it would lose. */

const CONTROLS = "input:not([type=search]), textarea, select";
const TYPED = "input:not([type=search], [type=checkbox], [type=radio]), textarea";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const valueOf = (control: Control): string =>
  control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)
    ? String(control.checked)
    : control.value;

export interface Entered {
  /** Attached to the element that contains the controls. */
  readonly watch: (element: HTMLElement) => () => void;
  /** Whether a control has another value than at first, because the user changed it. */
  readonly any: () => boolean;
}

/** `typedOnly`: only text counts, as in a question, where a choice is made again in a moment. */
export function createEntered(typedOnly = false): Entered {
  const counted = typedOnly ? TYPED : CONTROLS;
  let within: HTMLElement | undefined;
  /** The values of controls before the user first changed them. */
  const first = new WeakMap<Control, string>();
  let changed = false;

  const controls = (): Control[] => [...(within?.querySelectorAll<Control>(counted) ?? [])];
  const remember = (): void => {
    for (const control of controls()) if (!first.has(control)) first.set(control, valueOf(control));
  };
  return {
    watch(element) {
      within = element;
      changed = false;
      remember();
      // Controls that come later are known before the user changes them, since nothing is changed without the focus.
      const observer = new MutationObserver(remember);
      observer.observe(element, { childList: true, subtree: true });
      const onchange = (): void => void (changed = true);
      element.addEventListener("input", onchange);
      element.addEventListener("change", onchange);
      return () => {
        observer.disconnect();
        element.removeEventListener("input", onchange);
        element.removeEventListener("change", onchange);
        within = undefined;
      };
    },
    any: () => changed && controls().some((control) => valueOf(control) !== first.get(control)),
  };
}
