/**
 * Every answer of docs/twitch-auth.md §14 that the user can meet, from the HTTP outcome to the sentence in both languages:
 * what happened, and what to do next. No sentence holds a secret, although each answer repeats a token, a code and a secret.
 */
import { describe, expect, test } from "vitest";
import type { Failure } from "../../../contract/failure.ts";
import type { SignInRecord } from "../../../core/accounts/records.ts";
import { decideRefresh } from "../../../core/lifecycle/refresh.ts";
import { readDevicePoll } from "../../../core/oauth/device.ts";
import {
  deviceFailure,
  revocationFailure,
  tokenFailure,
  validationFailure,
} from "../../../core/oauth/failures.ts";
import { readRevocation } from "../../../core/oauth/revoke.ts";
import { readTokenOutcome } from "../../../core/oauth/token-request.ts";
import { readValidation } from "../../../core/oauth/validate.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { twitch } from "../../../core/providers/twitch.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { sentence } from "../../../text/sentence.ts";
import { createWords } from "../../../text/words.ts";

const CANARIES = ["canary-access-token", "canary-refresh-token", "canary-code", "canary-client-secret"];
/** An answer as in docs/twitch-auth.md §14 that repeats the secrets of the request, as a careless server might. */
const answered = (status: number, message: string): HttpOutcome => ({
  kind: "answered",
  status,
  body: JSON.stringify({
    status,
    message: message && `${message} ${CANARIES.join(" ")}`,
    error: CANARIES[0],
  }),
});
const empty = (status: number): HttpOutcome => ({ kind: "answered", status, body: "" });
const record: Pick<SignInRecord, "refreshReuse" | "login"> = { refreshReuse: "one_time", login: "mirrelune" };

type Reading = (outcome: HttpOutcome) => Failure | undefined;
const code: Reading = (outcome) => {
  const verdict = readTokenOutcome(twitch, outcome, { grant: "authorization_code", scopes: [] }, 0);
  return verdict.kind === "tokens" ? undefined : tokenFailure(verdict, twitch, "http://localhost:1/");
};
const refresh: Reading = (outcome) => {
  const verdict = readTokenOutcome(twitch, outcome, { grant: "refresh_token", scopes: [] }, 0);
  const decision = decideRefresh(verdict, record, twitch.name, 0);
  return decision.kind === "replace" ? undefined : decision.failure;
};
const device: Reading = (outcome) => {
  const verdict = readDevicePoll(twitch, outcome, [], 0, 5_000);
  return verdict.kind === "ended" ? deviceFailure(verdict.verdict, twitch) : undefined;
};
const validate: Reading = (outcome) => {
  const verdict = readValidation(twitch, outcome, 0);
  return verdict.kind === "valid" ? undefined : validationFailure(verdict, twitch);
};
const revoke: Reading = (outcome) => {
  const verdict = readRevocation(twitch, outcome);
  return verdict.kind === "gone" ? undefined : revocationFailure(verdict, twitch);
};

/** Undefined means no failure: the request is retried automatically, or has succeeded. */
const TABLE: readonly (readonly [string, Reading, HttpOutcome, Failure["code"] | undefined])[] = [
  ["device: authorization_pending", device, answered(400, "authorization_pending"), undefined],
  ["device: slow_down", device, answered(400, "slow_down"), undefined],
  ["device: invalid device code", device, answered(400, "invalid device code"), "device_code_ended"],
  ["device: access_denied", device, answered(400, "access_denied"), "authorization_denied"],
  ["device: invalid client", device, answered(400, "invalid client"), "client_id_rejected"],
  ["device: missing device_code", device, answered(400, "missing device_code"), undefined],
  [
    "refresh: Invalid refresh token",
    refresh,
    answered(400, "Invalid refresh token"),
    "refresh_token_rejected",
  ],
  ["refresh: 401", refresh, answered(401, "Invalid refresh token"), "refresh_token_rejected"],
  ["refresh: 401 without Twitch's words", refresh, answered(401, ""), "answer_unrecognized"],
  [
    "refresh: missing client secret",
    refresh,
    answered(400, "missing client secret"),
    "client_secret_missing",
  ],
  ["refresh: invalid client", refresh, answered(400, "invalid client"), "client_id_rejected"],
  [
    "refresh: invalid client secret",
    refresh,
    answered(403, "invalid client secret"),
    "client_secret_rejected",
  ],
  ["refresh: Invalid grant", refresh, answered(400, "Invalid grant"), "refresh_token_rejected"],
  ["refresh: another reason of Twitch's own", refresh, answered(400, "invalid scope"), "provider_refused"],
  ["code: another reason of Twitch's own", code, answered(403, "app is disabled"), "provider_refused"],
  [
    "refresh: a proxy refuses the tunnel",
    refresh,
    { kind: "not_sent", cause: "ERR_TUNNEL_CONNECTION_FAILED" },
    "proxy_failing",
  ],
  [
    "revoke: a proxy asks for a password",
    revoke,
    { kind: "not_sent", cause: "ERR_PROXY_AUTH_REQUESTED" },
    "proxy_authentication",
  ],
  ["refresh: 429", refresh, empty(429), "provider_busy"],
  [
    "refresh: 500",
    refresh,
    answered(500, "Missing column authorization_id from item map[]"),
    "provider_busy",
  ],
  ["refresh: 502", refresh, empty(502), "refresh_ambiguous"],
  ["code: Invalid authorization code", code, answered(400, "Invalid authorization code"), "code_rejected"],
  ["code: Invalid client credentials", code, answered(400, "Invalid client credentials"), "client_public"],
  ["code: missing client secret", code, answered(400, "missing client secret"), "client_secret_missing"],
  ["code: invalid client", code, answered(400, "invalid client"), "client_id_rejected"],
  ["code: invalid client secret", code, answered(403, "invalid client secret"), "client_secret_rejected"],
  [
    "code: redirect",
    code,
    answered(400, "Parameter redirect_uri does not match registered URI"),
    "redirect_uri_rejected",
  ],
  [
    "code: redirect, without the space",
    code,
    answered(400, "Parameter redirect_uri does not match registeredURI"),
    "redirect_uri_rejected",
  ],
  ["code: 503", code, answered(503, ""), "provider_busy"],
  [
    "validate: invalid access token",
    validate,
    answered(401, "invalid access token"),
    "access_token_rejected",
  ],
  ["validate: 429", validate, empty(429), "provider_busy"],
  ["revoke: Invalid token", revoke, answered(400, "Invalid token"), undefined],
  ["revoke: client does not exist", revoke, answered(404, "client does not exist"), "client_id_rejected"],
  ["revoke: 500", revoke, answered(500, ""), "provider_busy"],
];

const WORDS = { en: createWords("en", en), de: createWords("de", de) };
/** A word that tells the user what to do next, or what happens next. */
const SAYS_WHAT_NEXT = {
  en: /\b(again|wait|check|enter|compare|register|start|sign in|try|works|kept|use|get|edit)\b/i,
  de: /\b(\w*anmeld\w*|\w*start\w*|prüfen|eintragen|vergleichen|registrier\w*|versuch\w*|warten|gilt|holen|erneut|bleiben|behalten|noch einmal|beginnen|bearbeiten|eingeben)\b/i,
};

describe.each(TABLE)("%s", (_name, read, outcome, want) => {
  const failure = read(outcome);
  test("is read as the expected failure", () => expect(failure?.code).toBe(want));
  if (failure === undefined) return;
  test.each(["en", "de"] as const)(
    "its sentence says what to do next, and holds no secret (%s)",
    (language) => {
      const text = sentence(failure, WORDS[language]);
      expect(text).toMatch(SAYS_WHAT_NEXT[language]);
      for (const canary of CANARIES) expect(text + JSON.stringify(failure)).not.toContain(canary);
    },
  );
});

test("a message in capitals has the same meaning", () => {
  for (const [, read, outcome, want] of TABLE)
    if (outcome.kind === "answered")
      expect(read({ ...outcome, body: outcome.body.replace(/"message":"[^"]*"/, (text) => text.toUpperCase().replace('"MESSAGE"', '"message"')) })?.code).toBe(want); // prettier-ignore
});
