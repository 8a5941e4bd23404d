/** Builds the window's view of a provider. */
import type { ProviderForm } from "../../contract/provider.ts";
import type { ProviderView } from "../../contract/views/provider.ts";
import { pagesOf } from "../../core/providers/pages.ts";
import { isRedirected } from "../../core/oauth/flows.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { userAgentsOf } from "../sign-in/user-agent.ts";

/**
 * `form`: the form of a provider that the user described. `consoleForm`: what to enter in the form of its developer
 * console.
 */
export const providerView = (
  provider: Provider,
  form: ProviderForm | undefined,
  consoleForm: ProviderView["consoleForm"],
): ProviderView => {
  const { id, name, test, consoleUrl, redirectUris, userAgents, oidc, scopes, importsFrom } = provider;
  const { flows, publicFlows, clientIdLength } = provider;
  return {
    id,
    name,
    test,
    ...(consoleUrl !== undefined && { consoleUrl }),
    ...(consoleForm !== undefined && { consoleForm }),
    ...(clientIdLength !== undefined && { clientIdLength }),
    flows,
    publicRedirects: publicFlows.some(isRedirected),
    pages: pagesOf(provider),
    redirectUris,
    userinfo: oidc?.userinfoEndpoint !== undefined,
    ways: userAgentsOf({ userAgents }),
    ...(scopes !== undefined && { scopes }),
    ...(importsFrom !== undefined && { importsFrom }),
    ...(form !== undefined && { form }),
  };
};
