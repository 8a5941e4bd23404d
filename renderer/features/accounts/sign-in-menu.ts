/** The entries of a sign-in's menu: the row's button and its context menu have the same ones. */
import Ban from "@lucide/svelte/icons/ban";
import Copy from "@lucide/svelte/icons/copy";
import LogIn from "@lucide/svelte/icons/log-in";
import Pin from "@lucide/svelte/icons/pin";
import PinOff from "@lucide/svelte/icons/pin-off";
import RefreshCw from "@lucide/svelte/icons/refresh-cw";
import ShieldCheck from "@lucide/svelte/icons/shield-check";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { SignInView } from "../../../contract/views/account.ts";
import type { SignInActions } from "../../state/actions/sign-ins.ts";
import type { Route } from "../../state/route.svelte.ts";
import { copyFormsOf } from "../../state/sign-in-facts.ts";
import { t } from "../../text/t.ts";
import type { Group } from "../../ui/MenuItems.svelte";

/** Whether a sign-in has no token and gets none by itself. */
export const hasEnded = ({ status, hasToken }: SignInView): boolean =>
  status === "revoked" || (status === "needs_sign_in" && !hasToken);

/** `ask`: asks before something that cannot be undone. */
export function signInMenu(
  signIn: SignInView,
  { signInActions, route }: { readonly signInActions: SignInActions; readonly route: Route },
  ask: (question: "revoke" | "remove") => void,
): readonly Group[] {
  const { id, login, flow } = signIn;
  const isPinned = signIn.pinned === true;
  const pin = {
    words: isPinned ? t("rows.unpin") : t("rows.pin"),
    icon: isPinned ? PinOff : Pin,
    keys: "P",
    act: () => void signInActions.pin([id], !isPinned),
  };
  const remove = {
    words: t("actions.remove"),
    icon: Trash2,
    danger: true,
    keys: "Delete",
    act: () => ask("remove"),
  };
  if (hasEnded(signIn)) return [{ entries: [pin, remove] }];
  const validate = {
    words: t("actions.validate"),
    icon: ShieldCheck,
    keys: "V",
    act: () => void signInActions.validate(id, login),
  };
  const refresh = {
    words: t("actions.refresh"),
    icon: RefreshCw,
    keys: "R",
    act: () => void signInActions.refresh(id, login),
  };
  const change = {
    words: t("account.otherScopes"),
    icon: LogIn,
    act: () => route.go({ screen: "renew", id }),
  };
  const revoke = { words: t("actions.revoke"), icon: Ban, danger: true, act: () => ask("revoke") };
  return [
    {
      heading: t("actions.copyAs"),
      entries: copyFormsOf(signIn).map((form) => ({
        words: t(`actions.forms.${form}`),
        icon: Copy,
        ...(form === "token" && { keys: "C" }),
        act: () => void signInActions.copy(id, form),
      })),
    },
    {
      entries: [
        validate,
        ...(signIn.renews ? [refresh] : []),
        ...(flow === "client_credentials" ? [] : [change]),
      ],
    },
    { entries: [pin] },
    { entries: [revoke, remove] },
  ];
}
