/** An authorization server, described as data. Code for a particular provider exists in this folder only. */
import type { Flow } from "../../contract/flow.ts";
import type { JsonObject } from "../oauth/form.ts";

export interface Provider {
  /** Stable: part of account keys, redirect URIs and sealed records. */
  readonly id: string;
  /** The name that the user sees. */
  readonly name: string;
  /** The sandbox, or a provider on this computer: the window draws it dashed. */
  readonly test: boolean;
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly validationEndpoint: string;
  /** The wording of the provider's answers, where it differs from the RFCs. */
  readonly dialect: Dialect;
  /** The user agents that the provider's pages work in. */
  readonly userAgents: readonly ("embedded" | "system_browser")[];
  /** It refuses a code without the right verifier (RFC 7636). Absent: unknown, so the app does not rely on it. */
  readonly enforcesPkce?: boolean;
  /** The redirect URIs that the user registers, to the letter. The sign-in window uses the first. */
  readonly redirectUris: readonly [string, ...string[]];
  /** The redirect URIs of older registrations: used after the others, and not shown for new registrations. */
  readonly formerRedirectUris?: readonly string[];
  /** Whether a confidential client may use a refresh token again. For public clients it always counts as `one_time`. */
  readonly confidentialRefreshReuse: "safe" | "one_time";
  /** The device authorization grant (RFC 8628), where it is offered. */
  readonly device?: {
    readonly endpoint: string;
    /** RFC 8628 §3.1 says `scope`. */
    readonly scopesName: "scope" | "scopes";
    /** The origins of the provider's own pages for device codes. */
    readonly pageOrigins: readonly string[];
  };
  /** The supported flows, in the order of the window. */
  readonly flows: readonly Flow[];
  /** The flows that a client without a secret may use (by RFC 8252 §8.4 it may exchange a code). */
  readonly publicFlows: readonly Flow[];
  /** The endpoints and keys of the OIDC flows (OpenID Connect Core; Discovery §3). */
  readonly oidc?: {
    readonly jwksUri: string;
    readonly userinfoEndpoint?: string;
    /** The algorithms that sign its ID tokens; absent: RS256 (OpenID Connect Core §3.1.3.7). */
    readonly algorithms?: readonly string[];
    /** Requested in the `claims` parameter, each only together with its scope; absent: no such parameter. */
    readonly claims?: readonly { readonly name: string; readonly scope?: string }[];
  };
  /**
   * Where the pictures of accounts are: the address that answers about the user of a token, and the only origins that
   * pictures are fetched from. Built-in providers only, so that no form can name them.
   */
  readonly pictures?: { readonly usersEndpoint: string; readonly origins: readonly string[] };
  /** Parameters added to every authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** The developer console, where the user registers apps. */
  readonly consoleUrl?: string;
  /** The page of a user's channel; `{login}` stands for the login. */
  readonly channelUrl?: string;
  /** The page where a user sees and ends the connections of apps. */
  readonly connectionsUrl?: string;
  /** The scopes that open chat over IRC, where the provider has it: its tokens are then also copied as a password for it. */
  readonly ircScopes?: readonly string[];
  /** What the form of its developer console asks for, besides a name; absent: unknown. */
  readonly consoleForm?: {
    /** The page with the form. */
    readonly url: string;
    /** For a public client, whose flows use no redirect URI, though the form wants one. */
    readonly redirectUri: string;
    readonly category: string;
  };
  /** The number of characters of its client IDs, where it is fixed. */
  readonly clientIdLength?: number;
  /** The scopes that it offers, if the app's own catalogue does not list them. */
  readonly scopes?: readonly string[];
  /**
   * The format of its access tokens, where it is fixed. An import suggests only values of this format, and none without
   * it.
   */
  readonly accessTokenForm?: RegExp;
  /** The tools and files whose tokens core/import can read, as the window shows them. */
  readonly importsFrom?: readonly string[];
  /** The client IDs of the provider's own site and apps, whose tokens must not be used by other programs. */
  readonly ownClients?: readonly string[];
}

/** The grant of a token request. Each grant has its own possible refusals. */
export type Grant = "authorization_code" | "refresh_token" | "device_code" | "client_credentials";

/**
 * The wording of a provider's answers. A status alone proves nothing, because proxies, firewalls and login pages of
 * networks answer with 400, 401, 403 and 404 and with JSON too. So each member looks for the provider's known words.
 */
export interface Dialect {
  /** The scheme of the validation's Authorization header (RFC 6750 uses `Bearer`; some servers have their own). */
  validationScheme: "OAuth" | "Bearer";
  /** Why a token request was refused; undefined when the answer is no known refusal. */
  refusal(grant: Grant, status: number, body: JsonObject): Refusal | undefined;
  /** Whether the error has the provider's format: then the provider itself answered, and issued no token. */
  isOwnError(body: JsonObject): boolean;
  /** The state of a device code in a refused poll; undefined: the refusal is that of any token request. */
  device(status: number, body: JsonObject): DeviceAnswer | undefined;
  /** True when a validation's answer says that the token is not valid. `challenge`: its `WWW-Authenticate`. */
  rejectsToken(status: number, body: JsonObject, challenge: string): boolean;
  /** Reads the answer to a validation; `wrong` names the member that is missing or malformed. */
  identity(body: JsonObject): Identity | { readonly wrong: string };
  /** False: its validation accepts tokens of users only, not a client's own token. */
  readonly validatesAppTokens: boolean;
  /** Whether a revocation must contain the client secret (RFC 7009 §2.1). */
  readonly revokesWithSecret: boolean;
  /** True when the error of a revocation means that the token is already invalid. */
  revoked(status: number, body: JsonObject): boolean;
  /** True when the error of a revocation means that the client does not exist. */
  clientUnknown(status: number, body: JsonObject): boolean;
}

/** RFC 8628 §3.5. */
export type DeviceAnswer = "pending" | "slow_down" | "denied" | "expired";

/** The user and client of a token, as far as the provider names them. */
export interface Identity {
  /** Absent where the endpoint does not name it. */
  readonly client_id?: string;
  /** Absent for an app token. */
  readonly user_id?: string;
  readonly login?: string;
  /** Absent where the answer has none, or none that can be read. */
  readonly scopes?: readonly string[];
  /** In seconds, not yet read: see `lifeSec`. */
  readonly expires_in?: unknown;
}

/** Which part of a token request the provider refused (RFC 6749 §5.2). */
export type Refusal =
  | "grant"
  | "client_id"
  | "client_secret"
  /** Client ID or secret: the RFC has one code for both. */
  | "client"
  | "client_secret_missing"
  /** A client without a secret may not use this grant. */
  | "client_public"
  | "redirect_uri";

/** The origins that a sign-in is pinned to: they are stored in its sealed record. */
export const originsOf = (provider: Provider) => ({
  issuer: new URL(provider.issuer).origin,
  token: new URL(provider.tokenEndpoint).origin,
  revocation: new URL(provider.revocationEndpoint).origin,
  validation: new URL(provider.validationEndpoint).origin,
});

/** True while every endpoint that tokens are sent to has the origin that it had at sign-in. */
export function originsMatch(provider: Provider, pinned: ReturnType<typeof originsOf>): boolean {
  const now = originsOf(provider);
  return (
    now.issuer === pinned.issuer &&
    now.token === pinned.token &&
    now.revocation === pinned.revocation &&
    now.validation === pinned.validation
  );
}
