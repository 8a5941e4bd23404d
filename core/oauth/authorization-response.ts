/**
 * Judges authorization responses from windows, loopback ports and links of the app's scheme. A response is accepted
 * only for a pending request of the same provider, with the same one-time `state`, by the redirect channel of the
 * request, and with the members that its flow gives. Pure.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { isAtRedirectUri } from "../providers/redirects.ts";
import { Secret } from "../secret.ts";
import { REQUEST_LIFE_MS, type AuthorizationRequest, type RedirectChannel } from "./authorization-request.ts";
import { REDIRECTED } from "./flows.ts";
import { shownError } from "./form.ts";
import { readTokenResponse, type TokenAnswer, type TokenSet } from "./token-response.ts";

/**
 * The URL of a navigation to the registered redirect URI; undefined for every other URL. Scheme, host, port and path
 * are compared exactly (RFC 9700 §4.1.3); only query and fragment may differ.
 */
export function matchRedirectUri(redirect_uri: string, url: string): URL | undefined {
  if (!URL.canParse(url)) return undefined;
  const actual = new URL(url);
  const hasLogin = actual.username !== "" || actual.password !== "";
  return !hasLogin && isAtRedirectUri(redirect_uri, actual) ? actual : undefined;
}

/** A response as it arrived. */
export interface ReceivedResponse {
  /** The provider whose redirect URI `url` matches. */
  readonly provider: string;
  readonly channel: RedirectChannel;
  /** The redirect URI with query and fragment. */
  readonly url: URL;
}

/** The effect of a response on the request that it answers. */
export type AuthorizationResponse =
  | { readonly kind: "code"; readonly request: AuthorizationRequest; readonly code: Secret }
  /** The response of an implicit flow, which has no exchange: the tokens that the flow gives. */
  | {
      readonly kind: "tokens";
      readonly request: AuthorizationRequest;
      readonly tokens?: TokenSet;
      readonly idToken?: Secret;
      /** The response contains an error beside its tokens. */
      readonly error?: string;
    }
  /** The request has failed. `token`: an access token in the response, to be revoked because it is not used. */
  | {
      readonly kind: "ended";
      readonly request: AuthorizationRequest;
      readonly failure: Failure;
      readonly token?: Secret;
    };

/** The authorization requests that wait for a response. */
export interface PendingRequests {
  add(request: AuthorizationRequest): void;
  /** Forgets a request that was cancelled or has expired. A response to it is refused from then on. */
  forget(id: string): void;
  /**
   * Accepts one response for each request; a second one fails with `authorization_unknown`. Fails with
   * `authorization_unknown` (no request has this state) and `state_rejected` (the state is right, channel or provider
   * is wrong); neither changes a pending request.
   */
  accept(received: ReceivedResponse, nowMs: number): Result<AuthorizationResponse>;
}

export function createPendingRequests(): PendingRequests {
  const pending = new Map<string, AuthorizationRequest>();
  return {
    add: (request) => void pending.set(request.id, request),
    forget: (id) => void pending.delete(id),
    accept(received, nowMs) {
      const parameters = parametersOf(received.url);
      const request = requestFor([...pending.values()], parameters, received.channel);
      if (request === undefined) return failed({ code: "authorization_unknown" });
      if (request.provider !== received.provider || !isSameChannel(request.channel, received.channel))
        return failed({ code: "state_rejected" });
      pending.delete(request.id);
      return ok(judgeResponse(request, parameters, nowMs));
    },
  };
}

interface Parameters {
  readonly query: URLSearchParams;
  readonly fragment: URLSearchParams;
  readonly states: readonly string[];
  /** Undefined: the response contains no error. An empty `error` counts as none. */
  readonly error: string | undefined;
}

function parametersOf({ searchParams: query, hash }: URL): Parameters {
  const fragment = new URLSearchParams(hash.slice(1));
  // docs/twitch-auth.md §4: Twitch puts errors in the query for all flows; RFC 6749 §4.2.2.1 has them in the fragment.
  const error = [query.get("error"), fragment.get("error")].find((value) => (value ?? "") !== "");
  return {
    query,
    fragment,
    states: [...query.getAll("state"), ...fragment.getAll("state")],
    error: error ?? undefined,
  };
}

function isSameChannel(one: RedirectChannel, other: RedirectChannel): boolean {
  return one.kind === other.kind && one.id === other.id;
}

/** The pending request that a response answers, found by its state. */
function requestFor(
  pending: readonly AuthorizationRequest[],
  { states, error }: Parameters,
  channel: RedirectChannel,
): AuthorizationRequest | undefined {
  // A redirect mismatch may come without `state` (docs/twitch-auth.md §3). In a window of the app it answers the
  // request of that window, and an attacker gains nothing by ending that request. At a port or in a link, its sender is
  // unknown.
  if (states.length === 0 && error !== undefined && channel.kind === "window")
    return pending.find((request) => isSameChannel(request.channel, channel));
  const [state = "", ...others] = states;
  return others.length > 0 ? undefined : pending.find((request) => request.state.reveal() === state);
}

function judgeResponse(
  request: AuthorizationRequest,
  parameters: Parameters,
  nowMs: number,
): AuthorizationResponse {
  const { error } = parameters;
  const ended = (failure: Failure): AuthorizationResponse => {
    const token = unusedToken(request, parameters);
    return { kind: "ended", request, failure, ...(token !== undefined && { token }) };
  };
  if (nowMs - request.startedAtMs > REQUEST_LIFE_MS) return ended({ code: "authorization_expired" });
  const read = readResponse(request, parameters, nowMs);
  if (error === undefined) return read.ok ? read.value : ended(read.failure);
  // Tokens beside an error are used, and the error is reported. A code beside an error cannot be exchanged.
  if (!read.ok || read.value.kind === "code") return ended(errorFailure(error, request.redirect_uri));
  return read.value.kind === "tokens"
    ? { ...read.value, error: shownError(error) }
    : { ...read.value, failure: errorFailure(error, request.redirect_uri) };
}

/** Whether the response names another authorization server as its issuer (RFC 9207 §2.4). */
const isOfAnotherIssuer = ({ issuer }: AuthorizationRequest, { query, fragment }: Parameters): boolean =>
  [...query.getAll("iss"), ...fragment.getAll("iss")].some((iss) => iss !== issuer);

/**
 * The access token of a response that is not used. It stays valid until it is revoked at the provider that issued it.
 */
function unusedToken(request: AuthorizationRequest, parameters: Parameters): Secret | undefined {
  const { query, fragment } = parameters;
  const [token, ...others] = [...fragment.getAll("access_token"), ...query.getAll("access_token")];
  const isSendable = token !== undefined && others.length === 0 && /^[\x21-\x7e]+$/.test(token);
  return isSendable && !isOfAnotherIssuer(request, parameters) ? new Secret(token) : undefined;
}

/**
 * Reads the members that the request's flow gives. Fails with `answer_mismatched` for a member of another flow (RFC
 * 9700 §4.4; OpenID Connect Core §3.2.2.5), and with `code_rejected` when the flow's member is missing.
 */
function readResponse(
  request: AuthorizationRequest,
  parameters: Parameters,
  nowMs: number,
): Result<AuthorizationResponse> {
  const { query, fragment } = parameters;
  const { answersIn, gives } = REDIRECTED[request.flow];
  const [expected, other] = answersIn === "query" ? [query, fragment] : [fragment, query];
  const mismatched = failed({ code: "answer_mismatched" });
  for (const name of ["code", "access_token", "id_token"] as const) {
    if (other.has(name) || expected.getAll(name).length > 1) return mismatched;
    if (expected.has(name) && !gives.includes(name)) return mismatched;
  }
  if (isOfAnotherIssuer(request, parameters)) return mismatched;
  if (gives.includes("code")) {
    const code = expected.get("code") ?? "";
    return code === ""
      ? failed({ code: "code_rejected" })
      : ok({ kind: "code", request, code: new Secret(code) });
  }
  const idToken = expected.get("id_token") ?? "";
  if (gives.includes("id_token") && idToken === "") return failed({ code: "code_rejected" });
  const tokens = gives.includes("access_token") ? readFragment(request, expected, nowMs) : undefined;
  if (tokens?.ok === false) return tokens;
  if (tokens?.value.kind === "unusable") {
    const { member: detail, accessToken } = tokens.value;
    const provider = request.providerName;
    const failure = { code: "provider_misbehaved", provider, what: "member", detail } as const;
    return ok({ kind: "ended", request, failure, ...(accessToken !== undefined && { token: accessToken }) });
  }
  return ok({
    kind: "tokens",
    request,
    ...(tokens !== undefined && { tokens: tokens.value.tokens }),
    ...(idToken !== "" && { idToken: new Secret(idToken) }),
  });
}

/** RFC 6749 §4.2.2: the members of a token response, as text. A refresh token must not be among them. */
function readFragment(
  request: AuthorizationRequest,
  fragment: URLSearchParams,
  nowMs: number,
): Result<TokenAnswer> {
  const members = Object.fromEntries(fragment);
  if ((members["refresh_token"] ?? "") !== "") return failed({ code: "answer_mismatched" });
  if ((members["access_token"] ?? "") === "") return failed({ code: "code_rejected" });
  return ok(readTokenResponse(members, request.scopes, nowMs));
}

/**
 * The failure for an error code of RFC 6749 §4.1.2.1, or for Twitch's `redirect_mismatch` (docs/twitch-auth.md §3). The
 * window shows the code, so it is cut to the characters that codes consist of.
 */
function errorFailure(error: string, redirect_uri: string): Failure {
  if (error === "redirect_mismatch") return { code: "redirect_uri_rejected", redirect_uri };
  return { code: "authorization_denied", error: error.replace(/[^a-z0-9_]/gi, "").slice(0, 60) };
}
