import type { Flow, RedirectFlow } from "../../contract/flow.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";

interface Redirected {
  readonly response_type: string;
  /** The part of the redirect URI with the response. A browser sends no fragment to a server (RFC 6749 §4.2.2). */
  readonly answersIn: "query" | "fragment";
  /** The members of the response; those of another flow are refused (RFC 9700 §4.4). */
  readonly gives: readonly ("code" | "access_token" | "id_token")[];
  /** The flow gives an ID token, in the response or with the access token. */
  readonly oidc: boolean;
}
/** RFC 6749 §4.1.1 and §4.2.1; OpenID Connect Core §3.1.2.1 and §3.2.2.1, in the order of docs/twitch-auth.md §9. */
export const REDIRECTED: Readonly<Record<RedirectFlow, Redirected>> = {
  authorization_code: { response_type: "code", answersIn: "query", gives: ["code"], oidc: false },
  oidc_code: { response_type: "code", answersIn: "query", gives: ["code"], oidc: true },
  implicit: { response_type: "token", answersIn: "fragment", gives: ["access_token"], oidc: false },
  oidc_implicit_token: {
    response_type: "token id_token",
    answersIn: "fragment",
    gives: ["access_token", "id_token"],
    oidc: true,
  },
  oidc_implicit: { response_type: "id_token", answersIn: "fragment", gives: ["id_token"], oidc: true },
};
export const isRedirected = (flow: Flow): flow is RedirectFlow => flow in REDIRECTED;
export const isOidc = (flow: Flow): boolean => isRedirected(flow) && REDIRECTED[flow].oidc;

/** The flows that this provider offers to this client, in the order of the window. */
export const flowsFor = (
  { flows, publicFlows }: Pick<Provider, "flows" | "publicFlows">,
  { client_secret }: { readonly client_secret?: Secret | undefined },
): readonly Flow[] => flows.filter((flow) => client_secret !== undefined || publicFlows.includes(flow));
