/** The menu of a text field, and of selected text, as data. */
import type { Translate } from "../../../text/words.ts";

export type ContextRole = "cut" | "copy" | "paste" | "selectAll";
export type ContextEntry =
  | { readonly kind: "separator" }
  | { readonly kind: "role"; readonly role: ContextRole; readonly label: string; readonly enabled: boolean };

/** What was clicked, as Chromium describes it. */
export interface ContextTarget {
  readonly isEditable: boolean;
  /** The field shows dots in place of what is typed. */
  readonly isPassword: boolean;
  readonly hasSelection: boolean;
  readonly canCut: boolean;
  readonly canCopy: boolean;
  readonly canPaste: boolean;
  readonly canSelectAll: boolean;
}

/** Empty: there is nothing to offer, and no menu opens. A password is pasted, and neither cut nor copied. */
export function contextMenuModel(target: ContextTarget, t: Translate): readonly ContextEntry[] {
  const entry = (role: ContextRole, enabled: boolean): ContextEntry => ({
    kind: "role",
    role,
    label: t(`menu.${role}`),
    enabled,
  });
  if (!target.isEditable) return target.hasSelection ? [entry("copy", target.canCopy)] : [];
  return [
    ...(target.isPassword ? [] : [entry("cut", target.canCut), entry("copy", target.canCopy)]),
    entry("paste", target.canPaste),
    { kind: "separator" },
    entry("selectAll", target.canSelectAll),
  ];
}
