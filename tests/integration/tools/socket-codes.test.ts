/** The error codes of main's failures for tools: only a failure that a new sign-in ends reads needs_sign_in. */
import { expect, test } from "vitest";
import type { Failure } from "../../../contract/failure.ts";
import { socketCodeOf } from "../../../main/tools/answers.ts";

const provider = "Twitch";
const account = "mirelune";

test.each<Failure>([
  { code: "provider_unreachable", provider },
  { code: "provider_busy", provider, status: 503 },
  { code: "proxy_failing", provider },
  { code: "proxy_authentication", provider },
  { code: "answer_unrecognized", provider, status: 403 },
  { code: "refresh_budget", account, waitSec: 60 },
  { code: "storage_failing" },
])("$code reaches tools as provider_unreachable", (failure) => {
  expect(socketCodeOf(failure)).toBe("provider_unreachable");
});

test.each<Failure>([
  { code: "needs_sign_in", account },
  { code: "refresh_token_rejected", account },
  { code: "refresh_ambiguous", account, why: "lost" },
  { code: "token_revoked", account },
  { code: "client_secret_rejected" },
  { code: "provider_changed", provider },
])("$code reaches tools as needs_sign_in", (failure) => {
  expect(socketCodeOf(failure)).toBe("needs_sign_in");
});
