import type { Flow, RedirectFlow } from "../../contract/flow.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";

interface Redirected {
  readonly response_type: string;
  /** Where the answer stands: what is in a fragment, no server is told (RFC 6749 §4.2.2). */
  readonly answersIn: "query" | "fragment";
  /** Members of the answer; another flow's are refused (RFC 9700 §4.4). */
  readonly gives: readonly ("code" | "access_token" | "id_token")[];
  /** An ID token is part of what it ends in, at once or with the access token. */
  readonly oidc: boolean;
}
/** RFC 6749 §4.1.1 and §4.2.1; OpenID Connect Core §3.1.2.1 and §3.2.2.1, in the order that TA §9 lists the types. */
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

/** Flows that this provider offers to this client, in the order of a choice. */
export const flowsFor = (
  { flows, publicFlows }: Pick<Provider, "flows" | "publicFlows">,
  { client_secret }: { readonly client_secret?: Secret | undefined },
): readonly Flow[] => flows.filter((flow) => client_secret !== undefined || publicFlows.includes(flow));
