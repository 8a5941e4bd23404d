/**
 * The one door for answers of authorization requests. However an answer came (a window, later a loopback port or a
 * deep link), it is first turned into `app.tokenkeep://callback/<provider>?…` and then has to match an attempt that
 * waits for it: provider, one-time `state`, and the carrier it was sent out with. Pure.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { Secret } from "../secret.ts";
import type { OneTimeValues } from "./authorization-request.ts";

const CALLBACK = "app.tokenkeep://callback/";
/** An attempt that takes longer has been forgotten by its person. */
export const ATTEMPT_LIFE_MS = 10 * 60_000;

/** By which way the answer has to come back. */
export interface Carrier {
  readonly kind: "window";
  readonly id: string;
}

export interface Attempt extends OneTimeValues {
  readonly id: string;
  readonly provider: string;
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
  /** The attempt is over. */
  | { readonly kind: "ended"; readonly attempt: Attempt; readonly failure: Failure };

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
      const { searchParams } = url;
      const state = searchParams.get("state");
      const error = searchParams.get("error");
      // A redirect mismatch may come without `state` (TA §3). Ending our own attempt for it gives nobody anything.
      const attempt = state === null && error !== null ? byCarrier(carrier) : byState(state ?? "");
      if (attempt === undefined) return failed({ code: "authorization_unknown" });
      if (
        attempt.provider !== provider ||
        attempt.carrier.kind !== carrier.kind ||
        attempt.carrier.id !== carrier.id
      ) {
        return failed({ code: "state_rejected" });
      }
      waiting.delete(attempt.id);
      const ended = (failure: Failure): Result<DoorAnswer> => ok({ kind: "ended", attempt, failure });
      if (nowMs - attempt.startedAtMs > ATTEMPT_LIFE_MS) return ended({ code: "authorization_expired" });
      if (error !== null) return ended(failureFor(error, attempt.redirect_uri));
      const code = searchParams.get("code");
      if (code === null || code === "") return ended({ code: "code_rejected" });
      return ok({ kind: "code", attempt, code: new Secret(code) });
    },
  };
}

/** RFC 6749 §4.1.2.1, and `redirect_mismatch` (TA §3). The code is shown, so it is cut to its alphabet. */
function failureFor(error: string, redirect_uri: string): Failure {
  if (error === "redirect_mismatch") return { code: "redirect_uri_rejected", redirect_uri };
  return { code: "authorization_denied", error: error.replace(/[^a-z0-9_]/gi, "").slice(0, 60) };
}
