/** Facts about a sign-in for the clipboard, and the provider's pages about it. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { AccountFact } from "../../contract/ipc.ts";
import type { ProviderPage } from "../../contract/provider.ts";
import { pageUrl } from "../../core/providers/pages.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Keeper } from "../keeper/keeper.ts";

export interface Places {
  /** Copies a text that is no secret. */
  copy(text: string): Promise<Result<null>>;
  /** Fails with `account_unknown`, or as the clipboard does. */
  copyFact(id: string, fact: AccountFact): Promise<Result<null>>;
  /** Fails with `authorization_not_offered` where the provider has no such page, and with `browser_failing`. */
  open(id: string, page: ProviderPage): Promise<Result<null>>;
}

export function createPlaces({
  keeper,
  providers,
  tokenClipboard,
  openInBrowser,
}: {
  readonly keeper: Pick<Keeper, "watches">;
  readonly providers: Pick<Providers, "get">;
  readonly tokenClipboard: Pick<TokenClipboard, "copyPlain">;
  /** False: no browser opened. */
  readonly openInBrowser: (url: string) => Promise<boolean>;
}): Places {
  return {
    copy: (text) => tokenClipboard.copyPlain(text),
    async copyFact(id, fact) {
      const record = keeper.watches.current(id);
      return record === undefined
        ? failed({ code: "account_unknown" })
        : tokenClipboard.copyPlain(record[fact]);
    },
    async open(id, page) {
      const record = keeper.watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const provider = providers.get(record.provider);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: record.provider });
      const url = pageUrl(provider, page, record.login);
      if (url === undefined) return failed({ code: "authorization_not_offered", provider: provider.name });
      return (await openInBrowser(url)) ? ok(null) : failed({ code: "browser_failing" });
    },
  };
}
