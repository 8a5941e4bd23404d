/** Builds the window's view of a provider. */
import type { ProviderForm } from "../../contract/provider.ts";
import type { ProviderView } from "../../contract/views/provider.ts";
import { pagesOf } from "../../core/providers/pages.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { userAgentsOf } from "../sign-in/user-agent.ts";

/** `form`: the form of a provider that the user described. */
export function providerView(provider: Provider, form: ProviderForm | undefined): ProviderView {
  const { id, name, test, consoleUrl, redirectUris, userAgents, oidc, scopes, importsFrom } = provider;
  return {
    id,
    name,
    test,
    ...(consoleUrl !== undefined && { consoleUrl }),
    pages: pagesOf(provider),
    redirectUris,
    userinfo: oidc?.userinfoEndpoint !== undefined,
    ways: userAgentsOf({ userAgents }),
    ...(scopes !== undefined && { scopes }),
    ...(importsFrom !== undefined && { importsFrom }),
    ...(form !== undefined && { form }),
  };
}
