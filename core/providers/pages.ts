/** The pages of a provider that the app opens in the browser: only addresses of the provider's own data. */
import type { ProviderPage } from "../../contract/provider.ts";
import type { Provider } from "./provider.ts";

/** The pages that this provider has, in the order of the window. */
export const pagesOf = ({ channelUrl, connectionsUrl, consoleUrl }: Provider): readonly ProviderPage[] => [
  ...(channelUrl === undefined ? [] : (["channel"] as const)),
  ...(connectionsUrl === undefined ? [] : (["connections"] as const)),
  ...(consoleUrl === undefined ? [] : (["console"] as const)),
];

/**
 * The address of a page; undefined: the provider has none, or none for this login. The login is data of the provider, so
 * it is encoded, and may not lead to another place than its own.
 */
export function pageUrl(provider: Provider, page: ProviderPage, login: string): string | undefined {
  if (page === "console") return provider.consoleUrl;
  if (page === "connections") return provider.connectionsUrl;
  // A path of dots alone would be resolved.
  if (provider.channelUrl === undefined || /^\.*$/.test(login)) return undefined;
  return provider.channelUrl.replace("{login}", () => encodeURIComponent(login));
}
