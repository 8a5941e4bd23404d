import { expect, test } from "vitest";
import { sentence, type Failure } from "../../contract/failure.ts";

const samples: readonly Failure[] = [
  { code: "vault_locked" },
  { code: "provider_misbehaved", provider: "Twitch", what: "not_json", detail: "200" },
  { code: "provider_misbehaved", provider: "Twitch", what: "member", detail: "access_token" },
  { code: "client_in_use", accounts: 1 },
  { code: "client_in_use", accounts: 3 },
  { code: "authorization_denied", error: "access_denied" },
  { code: "keychain_changed", was: "GNOME Keyring", now: "KWallet" },
];

test.each(samples)("$code says what happened and what to do, in whole sentences", (failure) => {
  const text = sentence(failure);
  expect(text).toMatch(/^[A-Z0-9“].*[.”]$/s);
  expect(text).not.toMatch(/undefined|\[object|please|oops|error|!/i);
});
