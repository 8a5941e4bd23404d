/** The sign-ins that the window offers to a tool that wants to connect, and those that it chooses at the start. */
import { expect, test } from "vitest";
import type { SignInView } from "../../contract/views/account.ts";
import { candidatesFor, suggested } from "../../renderer/features/tools/candidates.ts";

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
const offered = (signIns: readonly SignInView[], wished = request) => candidatesFor(signIns, wished);

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

test.each([
  ["the requested account", [row("a", "ann", ["chat"]), row("b", "bob", ["chat"])], request, ["a"]],
  ["the only account", [row("b", "bob", ["chat"])], { scopes: ["chat"], accounts: [] }, ["b"]],
  [
    "no account of several when none is requested",
    [row("a", "ann", []), row("b", "bob", [])],
    { scopes: [], accounts: [] },
    [],
  ],
  ["no sign-in with surplus scopes", [row("a", "ann", ["chat", "keys"])], request, []],
  ["no sign-in that lacks a requested scope", [row("a", "ann", [])], request, []],
])("chosen at the start: %s", (_name, signIns, requested, ids) =>
  expect(suggested(offered(signIns, requested))).toEqual(ids),
);
