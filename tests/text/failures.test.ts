import { describe, expect, test } from "vitest";
import type { Failure } from "../../contract/failure.ts";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { sentence } from "../../text/sentence.ts";
import { createWords } from "../../text/words.ts";

const facts = {
  limitMiB: 8,
  waitSec: 125,
  minLength: 12,
  format: 3,
  accounts: 3,
  status: 503,
  port: 47813,
  ports: "17563, 21563, 26563",
  alias: "bot",
  was: "GNOME Keyring",
  now: "KWallet",
  provider: "Harbor",
  account: "Mira",
  detail: "access_token",
  why: "at_hash",
  error: "access_denied",
  redirect_uri: "http://localhost:1/",
  folder: "/run/user",
  host: "attic",
  pid: 4711,
  field: "name",
  issuer: "https://login.harbor.example",
  said: "https://login.harbor.example/",
};
/** A failure for every code and variant. The compiler checks that the catalogue has a sentence for each code. */
const samples = Object.keys(en.failure).map((key): Failure => {
  const [, several, which] =
    /^(provider_misbehaved|provider_field|refresh_ambiguous|profile_unusable|import_file)_(.*)/.exec(key) ??
    [];
  const code = several ?? key.replace(/_(one|other)$/, "");
  return {
    ...facts,
    code,
    what: which,
    ...(which !== undefined && { why: which }),
    ...(key.endsWith("_one") && { accounts: 1 }),
  } as Failure;
});

/** Tokens that are kept, saved, safe or still valid. */
const KEPT =
  /\btokens? (?:is|are|stays?) (?:all )?(?:kept|safe|saved)|still valid|Tokens? (?:bleib|sind (?:noch|sicher))|gültige[ns]? Tokens?/i;

describe.each([
  ["en", createWords("en", en), en],
  ["de", createWords("de", de), de],
] as const)("in %s", (_language, t, words) => {
  test.each(samples)(
    "$code has whole sentences, without technical remains, apologies or exclamation marks",
    (failure) => {
      const text = sentence(failure, t);
      expect(text).toMatch(/^[A-ZÄÖÜ0-9“„].*[.”“]$/s);
      expect(text).not.toMatch(/undefined|\[object|[{}]|failure\.|please|oops|error[^)]|bitte|!/i);
    },
  );
  test.each(samples)("$code has no code and no internal name in it", (failure) => {
    // Addresses and paths are quoted as they are.
    const text = sentence(failure, t).replaceAll(facts.redirect_uri, "").replaceAll(facts.folder, "");
    expect(text).not.toMatch(/[A-Za-z0-9]_[A-Za-z0-9]/);
    expect(text).not.toContain(failure.code);
  });
  test.each(samples)("$code says nothing about tokens that are kept while there is no account", (failure) => {
    const text = sentence(failure, t, false);
    expect(text).not.toMatch(KEPT);
    expect(text).toMatch(/^[A-ZÄÖÜ0-9“„].*[.”“]$/s);
    expect(text).not.toMatch(/undefined|[{}]/);
  });
  test("every sentence of the catalogue is used", () => {
    const text = new Set(samples.map((failure) => sentence(failure, t)));
    expect(text.size).toBe(Object.keys(words.failure).length);
  });
});

test("for a keychain that runs without an open database the sentence does not say that it stopped", () => {
  const failure = { code: "keychain_stopped", was: "KeePassXC" } as const;
  for (const t of [createWords("en", en), createWords("de", de)]) {
    expect(sentence(failure, t)).not.toMatch(/not run|isn't running|läuft/);
    expect(sentence(failure, t)).toMatch(/open its database|die Datenbank öffnen/);
  }
});

test("facts are inserted unchanged, and waits in seconds or minutes", () => {
  const t = createWords("en", en);
  expect(sentence({ code: "sandbox_port_taken", port: 47813 }, t)).toContain("port 47813,");
  expect(sentence({ code: "passphrase_wait", waitSec: 1 }, t)).toContain("in 1 second.");
  expect(sentence({ code: "passphrase_wait", waitSec: 91 }, t)).toContain("in 2 minutes.");
  expect(sentence({ code: "needs_sign_in", account: "{{x}} $t(app.name) <b>" }, t)).toContain(
    "{{x}} $t(app.name) <b> is signed out",
  );
});
