/** The sign-ins that the window offers to a tool that wants to connect, and those that it chooses at the start. */
import { expect, test } from "vitest";
import type { SignInView } from "../../contract/views/account.ts";
import { candidatesFor, given, suggested, withheld } from "../../renderer/features/tools/candidates.ts";

const row = (id: string, account: string, scopes: readonly string[], more: Partial<SignInView> = {}) =>
  ({
    id,
    account,
    login: account,
    test: false,
    scopes,
    hasToken: true,
    status: "signed_in",
    ...more,
  }) as SignInView;
const request = { scopes: ["chat"], accounts: ["ann"] };
const offered = (signIns: readonly SignInView[], wished = request) =>
  candidatesFor(signIns, wished, new Set(["stream-key"]));

test("candidates are sorted by fit: first by missing scopes, then by surplus scopes", () => {
  const [ann] = offered([
    row("wide", "ann", ["chat", "keys", "mail"]),
    row("other", "ann", ["mail"]),
    row("wider", "ann", ["chat", "keys"]),
  ]);
  expect(ann?.candidates.map(({ signIn }) => signIn.id)).toEqual(["wider", "wide", "other"]);
  expect(ann?.candidates[0]).toMatchObject({ lacking: [], surplus: ["keys"] });
  expect(ann?.candidates[2]).toMatchObject({ lacking: ["chat"], surplus: ["mail"] });
});

test("requested accounts come first, and an account without a usable token is listed but cannot be chosen", () => {
  const found = offered([
    row("b", "bob", ["chat"]),
    row("a", "ann", ["chat"], { status: "needs_sign_in", hasToken: false }),
    row("c", "cid", ["chat"], { hasToken: false }),
    row("d", "dee", ["chat"], { status: "needs_sign_in" }), // its last token is still valid
  ]);
  expect(found.map(({ account, usable }) => [account, usable])).toEqual([
    ["ann", false],
    ["bob", true],
    ["cid", false],
    ["dee", true],
  ]);
});

test("a sign-in with a scope of high risk that the tool does not ask for comes after those without one", () => {
  const rows = [row("risky", "ann", ["chat", "stream-key"]), row("wide", "ann", ["chat", "keys", "mail"])];
  const ids = (found: ReturnType<typeof offered>) => found[0]?.candidates.map(({ signIn }) => signIn.id);
  expect(ids(offered(rows))).toEqual(["wide", "risky"]);
  expect(ids(offered(rows, { scopes: ["chat", "stream-key"], accounts: [] }))).toEqual(["risky", "wide"]);
});

test("a token with a scope of high risk is withheld until the user has ticked it", () => {
  const found = offered([row("a", "ann", ["chat", "stream-key"])]);
  const chosen = given(found, suggested(found));
  expect(withheld(chosen, [])).toEqual({ login: "ann", scope: "stream-key" });
  expect(withheld(chosen, ["stream-key"])).toBeUndefined();
});

test.each([
  ["the requested account", [row("a", "ann", ["chat"]), row("b", "bob", ["chat"])], request, { ann: "a" }],
  ["the only account", [row("b", "bob", ["chat"])], { scopes: ["chat"], accounts: [] }, { bob: "b" }],
  [
    "no account of several when none is requested",
    [row("a", "ann", []), row("b", "bob", [])],
    { scopes: [], accounts: [] },
    {},
  ],
  ["also a sign-in with surplus scopes", [row("a", "ann", ["chat", "keys"])], request, { ann: "a" }],
  ["no sign-in that lacks a requested scope", [row("a", "ann", [])], request, {}],
])("chosen at the start: %s", (_name, signIns, requested, choice) =>
  expect(suggested(offered(signIns, requested))).toEqual(choice),
);
