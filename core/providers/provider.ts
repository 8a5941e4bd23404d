/** What Tokenkeep has to know of an authorization server, as data. A provider is never code outside this folder. */
import type { Flow } from "../../contract/flow.ts";
import type { JsonObject } from "../oauth/form.ts";

export interface Provider {
  /** Stable: part of account keys, redirect URIs and sealed records. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** A pretend provider, or one on this computer: shown dashed. */
  readonly test: boolean;
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly validationEndpoint: string;
  /** How its answers differ from the RFCs. */
  readonly dialect: Dialect;
  /** Ways to reach the user that lead to an answer. */
  readonly userAgents: readonly ("embedded" | "system_browser")[];
  /** It takes no code without the verifier that was announced (RFC 7636); absent: not known, so not relied upon. */
  readonly enforcesPkce?: boolean;
  /** To be registered exactly like this; the first is the one the sign-in window uses. */
  readonly redirectUris: readonly [string, ...string[]];
  /** What older registrations have instead: used after the others, and not asked for any more. */
  readonly formerRedirectUris?: readonly string[];
  /** What a second use of a refresh token does, for a confidential client. Anything else counts as `one_time`. */
  readonly confidentialRefreshReuse: "safe" | "one_time";
  /** The device authorization grant (RFC 8628), where it is offered. */
  readonly device?: {
    readonly endpoint: string;
    /** RFC 8628 §3.1 says `scope`. */
    readonly scopesName: "scope" | "scopes";
    /** Where the page may be that the person is sent to. */
    readonly pageOrigins: readonly string[];
  };
  /** Those it offers, in the order in which they are offered to the person. */
  readonly flows: readonly Flow[];
  /** Those of them that a client without a secret may use (RFC 8252 §8.4 says that it may exchange a code). */
  readonly publicFlows: readonly Flow[];
  /** What the OIDC flows need (OpenID Connect Core; Discovery §3). */
  readonly oidc?: {
    readonly jwksUri: string;
    readonly userinfoEndpoint?: string;
    /** That sign its ID tokens; absent: RS256 (OpenID Connect Core §3.1.3.7). */
    readonly algorithms?: readonly string[];
    /** Asked for by the `claims` parameter, each where its scope is asked for too; absent: no such parameter. */
    readonly claims?: readonly { readonly name: string; readonly scope?: string }[];
  };
  /** Parameters added to every authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>;
  readonly consoleUrl?: string;
  /** Scopes that it offers, where the app's own catalogue is not about it. */
  readonly scopes?: readonly string[];
  /**
   * What an access token of its looks like, where that is fixed. At an import only values of this form are suggested;
   * without it none is.
   */
  readonly accessTokenForm?: RegExp;
  /** Tools whose tokens are known to be read (core/import), and their files; for people. */
  readonly importsFrom?: readonly string[];
  /** Clients of the provider's own site and apps: their tokens are not for other programs. */
  readonly ownClients?: readonly string[];
}

/** What a token request is made by; each has refusals that only make sense there. */
export type Grant = "authorization_code" | "refresh_token" | "device_code" | "client_credentials";

/**
 * A provider's own words. A status alone is nobody's word: proxies, firewalls and login pages of networks answer with
 * 400, 401, 403 and 404 too, and with JSON. So each of these looks for what the provider is known to say.
 */
export interface Dialect {
  /** The header that `validate` wants (RFC 6750 uses `Bearer`; some servers have a scheme of their own). */
  validationScheme: "OAuth" | "Bearer";
  /** Why a token request was refused; undefined when the answer is not a refusal this dialect knows. */
  refusal(grant: Grant, status: number, body: JsonObject): Refusal | undefined;
  /** An error in the provider's form, whatever it says: the server was reached, and gave no token. */
  isOwnError(body: JsonObject): boolean;
  /** What a refused poll of the device grant says; undefined: it is refused as any token request. */
  device(status: number, body: JsonObject): DeviceAnswer | undefined;
  /** True when a validation's answer says that the token is not valid. `challenge`: its `WWW-Authenticate`. */
  rejectsToken(status: number, body: JsonObject, challenge: string): boolean;
  /** What its answer to a validation says; `wrong` names a member without which it says nothing. */
  identity(body: JsonObject): Identity | { readonly wrong: string };
  /** False: its validation tells of people, and knows nothing of a client's own token. */
  readonly validatesAppTokens: boolean;
  /** Whether a confidential client has to prove itself to end a token (RFC 7009 §2.1). */
  readonly revokesWithSecret: boolean;
  /** True when a revocation's error says that the token is not valid any more, which is what was wanted. */
  revoked(status: number, body: JsonObject): boolean;
  /** True when a revocation's error says that the client does not exist. */
  clientUnknown(status: number, body: JsonObject): boolean;
}

/** RFC 8628 §3.5. */
export type DeviceAnswer = "pending" | "slow_down" | "denied" | "expired";

/** Whose token it is, as far as the provider tells. */
export interface Identity {
  /** Absent where the endpoint does not tell. */
  readonly client_id?: string;
  /** Absent for an app token. */
  readonly user_id?: string;
  readonly login?: string;
  /** Absent where it is not told, or cannot be read. */
  readonly scopes?: readonly string[];
  /** In seconds, as it came: read by `lifeSec`. */
  readonly expires_in?: unknown;
}

/** RFC 6749 §5.2 in our words: which of the things we sent was refused. */
export type Refusal =
  | "grant"
  | "client_id"
  | "client_secret"
  /** One of the two: the RFC has one word for an unknown client and for a wrong secret. */
  | "client"
  | "client_secret_missing"
  /** Without a secret it may not use this grant. */
  | "client_public"
  | "redirect_uri";

/** The origins that a sign-in is pinned to (design: the origins are sealed with the tokens). */
export const originsOf = (provider: Provider) => ({
  issuer: new URL(provider.issuer).origin,
  token: new URL(provider.tokenEndpoint).origin,
  revocation: new URL(provider.revocationEndpoint).origin,
  validation: new URL(provider.validationEndpoint).origin,
});

/** True while every endpoint that a token may be sent to is where it was at sign-in. */
export function originsMatch(provider: Provider, pinned: ReturnType<typeof originsOf>): boolean {
  const now = originsOf(provider);
  return (
    now.issuer === pinned.issuer &&
    now.token === pinned.token &&
    now.revocation === pinned.revocation &&
    now.validation === pinned.validation
  );
}
