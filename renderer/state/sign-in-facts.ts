/** What screens say and offer about a sign-in, beyond its status. */
import type { CopyForm } from "../../contract/ipc.ts";
import type { SignInView } from "../../contract/views/account.ts";

/** The forms in which a token is offered for copying. IRC is offered only where its scopes serve it. */
export const copyFormsOf = ({ irc }: Pick<SignInView, "irc">): readonly CopyForm[] =>
  irc ? ["token", "oauth", "bearer", "env"] : ["token", "bearer", "env"];

/** The display name, where it tells more than the login: names that differ in case alone are one name. */
export function otherNameOf({
  login,
  displayName,
}: Pick<SignInView, "login" | "displayName">): string | undefined {
  const same = displayName.normalize().toLowerCase() === login.normalize().toLowerCase();
  return same || displayName === "" ? undefined : displayName;
}
