/** The developer consoles of providers: opens them, and offers what their forms ask for. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { ProviderView } from "../../contract/views/provider.ts";
import type { Randomness } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";

export interface Console {
  /** What to enter in the provider's form; undefined where that is not known. */
  formOf(provider: string): ProviderView["consoleForm"];
  /** Opens the form in the browser. Only an address of the provider's data is opened. */
  open(provider: string): Promise<Result<null>>;
  copy(asked: Argument<"providers.copyConsoleField">): Promise<Result<null>>;
}

export function createConsole(
  providers: Providers,
  random: Randomness,
  openInBrowser: (url: string) => Promise<boolean>,
  clipboard: Pick<TokenClipboard, "copyPlain">,
): Console {
  /** Names are unique at the provider, so the suggestion is one that nobody has. */
  const name = `tokenkeep-${random.uuid().slice(0, 6)}`;
  function formOf(provider: string): ProviderView["consoleForm"] {
    const form = providers.get(provider)?.consoleForm;
    return form && { name, redirectUri: form.redirectUri, category: form.category };
  }
  return {
    formOf,
    async open(provider) {
      const { consoleForm, consoleUrl } = providers.get(provider) ?? {};
      const url = consoleForm?.url ?? consoleUrl;
      if (url === undefined) return failed({ code: "provider_unknown", provider });
      return (await openInBrowser(url)) ? ok(null) : failed({ code: "browser_failing" });
    },
    async copy({ provider, field }) {
      const form = formOf(provider);
      if (form === undefined) return failed({ code: "provider_unknown", provider });
      return clipboard.copyPlain(field === "name" ? form.name : form.redirectUri);
    },
  };
}
