/** The texts of a row of the list. Pure. */
import type { SignInView } from "../../../contract/views/account.ts";
import { hrefOf } from "../../state/route.svelte.ts";
import { fixOf, statusWords } from "../../state/status.ts";
import { t } from "../../text/t.ts";

export function rowWords(signIn: SignInView, roughlyMs: number) {
  const { id, login, test, providerName, clientName, scopes, flow, renews, status } = signIn;
  const about = t("account.scopeCount", { count: scopes.length });
  const tags = [
    ...(flow === "client_credentials" ? [t("accounts.appToken")] : []),
    ...(renews || status === "revoked" ? [] : [t("accounts.noRefresh")]),
  ];
  return {
    href: hrefOf({ screen: "account", id: signIn.id }),
    about: [
      test ? "" : providerName,
      clientName === providerName || clientName === login ? "" : clientName,
      about,
    ]
      .filter(Boolean)
      .join(" · "),
    scopes: scopes.join(", "),
    tags,
    tagged: test || tags.length > 0,
    words: statusWords(signIn, roughlyMs),
    mends: fixOf(signIn) !== undefined,
    select: t("list.select", { name: login }),
    copy: t("accounts.copyToken", { name: login }),
    src: signIn.picture === true ? `/picture/${id}` : undefined,
    pinned: signIn.pinned === true,
  };
}
