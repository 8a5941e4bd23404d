/** Builds the window's view of a provider. */
import type { ProviderForm } from "../../contract/provider.ts";
import type { ProviderView } from "../../contract/views/provider.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { userAgentsOf } from "../sign-in/user-agent.ts";

/** `form`: the form of a provider that the user described. */
export const providerView = (
  { id, name, test, consoleUrl, redirectUris, userAgents, oidc, scopes, importsFrom }: Provider,
  form: ProviderForm | undefined,
): ProviderView => ({
  id,
  name,
  test,
  ...(consoleUrl !== undefined && { consoleUrl }),
  redirectUris,
  userinfo: oidc?.userinfoEndpoint !== undefined,
  ways: userAgentsOf({ userAgents }),
  ...(scopes !== undefined && { scopes }),
  ...(importsFrom !== undefined && { importsFrom }),
  ...(form !== undefined && { form }),
});
