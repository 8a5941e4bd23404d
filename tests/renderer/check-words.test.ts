/** The sentences about the check of an app: one per result, and none contradicts another. */
import { expect, test } from "vitest";
import type { ClientFinding, ClientProbe } from "../../contract/client-check.ts";
import { idError, probeWords, verdictOf } from "../../renderer/features/clients/check-words.ts";

const TWITCH = { name: "Twitch", publicRedirects: false, clientIdLength: 30 };
const finding = (
  about: ClientFinding["about"],
  result: ClientFinding["result"],
  failure?: ClientFinding["failure"],
): ClientFinding => ({
  about,
  result,
  ...(failure && { failure }),
  ...(about === "redirect_uri" && { redirect_uri: "http://localhost:1" }),
});
const known = finding("client_id", "good");

test.each<[ClientProbe, string | undefined, string | undefined]>([
  [{ is: "public" }, "Client ID valid: a Public app", undefined],
  [{ is: "confidential" }, "Client ID valid: a Confidential app", undefined],
  [{ is: "secret_rejected" }, "Client ID valid: a Confidential app", undefined],
  [{ is: "unsure" }, "Client type unknown", undefined],
  [
    { is: "unchecked", failure: { code: "provider_unreachable", provider: "Twitch" } },
    "Client ID not checked",
    undefined,
  ],
  [
    { is: "unknown_id" },
    undefined,
    "Twitch doesn't recognize this client ID. It has 3 characters; Twitch's have 30. Copy it again from the console.",
  ],
])("the answer %j is one sentence, at the field or below it", (probe, title, error) => {
  expect(probeWords(probe, TWITCH)?.title).toBe(title);
  expect(idError(probe, " abc ", TWITCH)).toBe(error);
});

test.each<[string, readonly ClientFinding[], string, number]>([
  ["everything good", [known, finding("redirect_uri", "good")], "This app is ready to use", 2],
  [
    "no answer",
    [finding("provider", "wrong", { code: "provider_unreachable", provider: "Twitch" })],
    "Couldn't check the app: Twitch can't be reached",
    0,
  ],
  [
    "an answer that is none",
    [
      finding("provider", "wrong", {
        code: "provider_misbehaved",
        provider: "Twitch",
        what: "status",
        detail: "502",
      }),
    ],
    "Couldn't check the app",
    0,
  ],
  [
    "a wrong ID",
    [finding("client_id", "wrong", { code: "client_id_rejected" })],
    "Twitch doesn't recognize the client ID",
    0,
  ],
  [
    "a missing redirect URI",
    [
      known,
      finding("redirect_uri", "wrong", { code: "redirect_uri_rejected", redirect_uri: "http://localhost:1" }),
    ],
    "Redirect URLs are missing in the developer console",
    2,
  ],
  ["an unclear answer", [finding("client_id", "unknown")], "Couldn't check everything", 1],
])("the verdict on %s is one title, and is not repeated below it", (_name, findings, title, rest) => {
  const verdict = verdictOf(findings, "Twitch");
  expect(verdict.title).toBe(title);
  expect(verdict.rest).toHaveLength(rest);
  expect(verdict.title).not.toMatch(/token/i);
});

test("a wrong secret is the title, and only the rest is listed", () => {
  const wrong = finding("client_secret", "wrong", { code: "client_secret_rejected" });
  const verdict = verdictOf([known, wrong], "Twitch");
  expect(verdict.tone).toBe("danger");
  expect(verdict.rest).toEqual([known]);
});
