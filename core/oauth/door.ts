/**
 * The one door for answers of authorization requests. However an answer came (a window, a loopback port, a deep link),
 * it is first turned into `app.tokenkeep://callback/<provider>?…#…` and then has to match an attempt that waits for it:
 * provider, one-time `state`, the carrier it was sent out with, and what its flow gives. Pure.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { RedirectFlow } from "../../contract/flow.ts";
import { Secret } from "../secret.ts";
import type { OneTimeValues } from "./authorization-request.ts";
import { REDIRECTED } from "./flows.ts";
import { shownError } from "./form.ts";
import { readTokenResponse, type TokenAnswer, type TokenSet } from "./token-response.ts";

const CALLBACK = "app.tokenkeep://callback/";
/** An attempt that takes longer has been forgotten by its person. */
export const ATTEMPT_LIFE_MS = 10 * 60_000;

/** By which way the answer has to come back. */
export interface Carrier {
  readonly kind: "window" | "loopback" | "deep_link";
  /** Which one: the window, or the listener's address. Links have but one way, and no place they came from. */
  readonly id: string;
}

export interface Attempt extends OneTimeValues {
  readonly id: string;
  readonly provider: string;
  /** For people. */
  readonly providerName: string;
  /** Of the provider, as it has to be in `iss` where an answer names it (RFC 9207). */
  readonly issuer: string;
  readonly flow: RedirectFlow;
  /** The client registration's record. */
  readonly client: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly scopes: readonly string[];
  readonly carrier: Carrier;
  readonly startedAtMs: number;
}

/**
 * Turns a redirect into the internal form; undefined when `url` is not the registered redirect URI. Scheme, host,
 * port and path are compared exactly (RFC 9700 §4.1.3); only query and fragment may differ.
 */
export function toCallback(provider: string, redirect_uri: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const [registered, actual] = [new URL(redirect_uri), new URL(url)];
  const same =
    registered.protocol === actual.protocol &&
    registered.host === actual.host &&
    registered.pathname === actual.pathname &&
    actual.username === "" &&
    actual.password === "";
  return same ? `${CALLBACK}${encodeURIComponent(provider)}${actual.search}${actual.hash}` : undefined;
}

/** What an answer means for the attempt it belongs to. */
export type DoorAnswer =
  | { readonly kind: "code"; readonly attempt: Attempt; readonly code: Secret }
  /** Of the implicit flows, which have no exchange: as many of the two as the flow gives. */
  | {
      readonly kind: "tokens";
      readonly attempt: Attempt;
      readonly tokens?: TokenSet;
      readonly idToken?: Secret;
      /** The answer told an error beside its tokens. */
      readonly error?: string;
    }
  /** The attempt is over. `token`: one that came and cannot be used, to be ended at the provider. */
  | { readonly kind: "ended"; readonly attempt: Attempt; readonly failure: Failure; readonly token?: Secret };

export interface Door {
  expect(attempt: Attempt): void;
  /** Forgets an attempt: cancelled, expired. An answer for it is refused from now on. */
  forget(id: string): void;
  /**
   * Takes an answer in internal form. Each attempt is answered once: a second answer is `authorization_unknown`.
   * Fails with `authorization_unknown` (no such state) and `state_rejected` (right state, wrong carrier or provider)
   * without touching any attempt.
   */
  answer(callback: string, carrier: Carrier, nowMs: number): Result<DoorAnswer>;
}

export function createDoor(): Door {
  const waiting = new Map<string, Attempt>();

  const byState = (state: string) =>
    [...waiting.values()].find((attempt) => attempt.state.reveal() === state);
  const byCarrier = ({ kind, id }: Carrier) =>
    [...waiting.values()].find(({ carrier }) => carrier.kind === kind && carrier.id === id);

  return {
    expect: (attempt) => void waiting.set(attempt.id, attempt),
    forget: (id) => void waiting.delete(id),
    answer(callback, carrier, nowMs) {
      const url = new URL(callback);
      const provider = decodeURIComponent(url.pathname.slice(1));
      const query = url.searchParams;
      const fragment = new URLSearchParams(url.hash.slice(1));
      const states = [...query.getAll("state"), ...fragment.getAll("state")];
      // TA §4 in the query for all; RFC 6749 §4.2.2.1. One without a word tells none.
      const error = [query.get("error"), fragment.get("error")].find((one) => (one ?? "") !== "") ?? null;
      // A redirect mismatch may come without `state` (TA §3). In a window of ours it is about our own attempt, and ending
      // that gives nobody anything. To a port or a link it may be a stranger's word.
      const attempt =
        states.length === 0 && error !== null && carrier.kind === "window"
          ? byCarrier(carrier)
          : byState(states.length === 1 ? (states[0] ?? "") : "");
      if (attempt === undefined) return failed({ code: "authorization_unknown" });
      if (
        attempt.provider !== provider ||
        attempt.carrier.kind !== carrier.kind ||
        attempt.carrier.id !== carrier.id
      ) {
        return failed({ code: "state_rejected" });
      }
      waiting.delete(attempt.id);
      const ended = (failure: Failure): Result<DoorAnswer> => {
        const token = strayToken(attempt, query, fragment);
        return ok({ kind: "ended", attempt, failure, ...(token !== undefined && { token }) });
      };
      if (nowMs - attempt.startedAtMs > ATTEMPT_LIFE_MS) return ended({ code: "authorization_expired" });
      const read = readAnswer(attempt, query, fragment, nowMs);
      // Tokens that came together with an error count, and so does the error; a code is worth nothing then.
      const came =
        read.ok && (read.value.kind === "tokens" || read.value.kind === "ended") ? read.value : undefined;
      if (error !== null && came?.kind === "tokens") return ok({ ...came, error: shownError(error) });
      const failure = error === null ? undefined : failureFor(error, attempt.redirect_uri);
      if (failure !== undefined) return came === undefined ? ended(failure) : ok({ ...came, failure });
      return read.ok ? read : ended(read.failure);
    },
  };
}

/** Whether the answer says that another authorization server gave it (RFC 9207 §2.4). */
const isOfAnother = (attempt: Attempt, query: URLSearchParams, fragment: URLSearchParams): boolean =>
  [...query.getAll("iss"), ...fragment.getAll("iss")].some((iss) => iss !== attempt.issuer);

/** An access token in an answer that cannot be used lives on, until it is ended at the provider that gave it. */
function strayToken(attempt: Attempt, query: URLSearchParams, fragment: URLSearchParams): Secret | undefined {
  const [token, ...others] = [...fragment.getAll("access_token"), ...query.getAll("access_token")];
  const isSendable = token !== undefined && others.length === 0 && /^[\x21-\x7e]+$/.test(token);
  return isSendable && !isOfAnother(attempt, query, fragment) ? new Secret(token) : undefined;
}

/** What this flow gives, and nothing of what another one does (RFC 9700 §4.4; OpenID Connect Core §3.2.2.5). */
function readAnswer(
  attempt: Attempt,
  query: URLSearchParams,
  fragment: URLSearchParams,
  nowMs: number,
): Result<DoorAnswer> {
  const { answersIn, gives } = REDIRECTED[attempt.flow];
  const [answer, other] = answersIn === "query" ? [query, fragment] : [fragment, query];
  const mismatched = failed({ code: "answer_mismatched" });
  for (const name of ["code", "access_token", "id_token"] as const) {
    if (other.has(name) || answer.getAll(name).length > 1) return mismatched;
    if (answer.has(name) && !gives.includes(name)) return mismatched;
  }
  if (isOfAnother(attempt, query, fragment)) return mismatched;
  if (gives.includes("code")) {
    const code = answer.get("code") ?? "";
    return code === ""
      ? failed({ code: "code_rejected" })
      : ok({ kind: "code", attempt, code: new Secret(code) });
  }
  const idToken = answer.get("id_token") ?? "";
  if (gives.includes("id_token") && idToken === "") return failed({ code: "code_rejected" });
  const tokens = gives.includes("access_token") ? readFragment(attempt, answer, nowMs) : undefined;
  if (tokens?.ok === false) return tokens;
  if (tokens?.value.kind === "unusable") {
    const { member: detail, accessToken } = tokens.value;
    const failure = {
      code: "provider_misbehaved",
      provider: attempt.providerName,
      what: "member",
      detail,
    } as const;
    return ok({ kind: "ended", attempt, failure, ...(accessToken !== undefined && { token: accessToken }) });
  }
  return ok({
    kind: "tokens",
    attempt,
    ...(tokens !== undefined && { tokens: tokens.value.tokens }),
    ...(idToken !== "" && { idToken: new Secret(idToken) }),
  });
}

/** RFC 6749 §4.2.2: the members of a token response, as text. A refresh token has no place there. */
function readFragment(attempt: Attempt, answer: URLSearchParams, nowMs: number): Result<TokenAnswer> {
  const members = Object.fromEntries(answer);
  if ((members["refresh_token"] ?? "") !== "") return failed({ code: "answer_mismatched" });
  if ((members["access_token"] ?? "") === "") return failed({ code: "code_rejected" });
  return ok(readTokenResponse(members, attempt.scopes, nowMs));
}

/** RFC 6749 §4.1.2.1, and `redirect_mismatch` (TA §3). The code is shown, so it is cut to its alphabet. */
function failureFor(error: string, redirect_uri: string): Failure {
  if (error === "redirect_mismatch") return { code: "redirect_uri_rejected", redirect_uri };
  return { code: "authorization_denied", error: error.replace(/[^a-z0-9_]/gi, "").slice(0, 60) };
}
