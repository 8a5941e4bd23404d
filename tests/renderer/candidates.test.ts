/** What the window offers when a tool wants to connect, and what it chooses beforehand. */
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
const asked = { scopes: ["chat"], accounts: ["ann"] };
const offered = (signIns: readonly SignInView[], wishes = asked) => candidatesFor(signIns, wishes);

test("the sign-in that fits best comes first: nothing missing, then least too much", () => {
  const [ann] = offered([
    row("wide", "ann", ["chat", "keys", "mail"]),
    row("other", "ann", ["mail"]),
    row("wider", "ann", ["chat", "keys"]),
  ]);
  expect(ann?.candidates.map(({ signIn }) => signIn.id)).toEqual(["wider", "wide", "other"]);
  expect(ann?.candidates[0]).toMatchObject({ lacking: [], surplus: ["keys"] });
  expect(ann?.candidates[2]).toMatchObject({ lacking: ["chat"], surplus: ["mail"] });
});

test("what was asked for comes first; who has to sign in first can be seen, and not be chosen", () => {
  const found = offered([
    row("b", "bob", ["chat"]),
    row("a", "ann", ["chat"], { status: "needs_sign_in", hasToken: false }),
    row("c", "cid", ["chat"], { hasToken: false }),
    row("d", "dee", ["chat"], { status: "needs_sign_in" }), // its token lives on
  ]);
  expect(found.map(({ account, usable }) => [account, usable])).toEqual([
    ["ann", false],
    ["bob", true],
    ["cid", false],
    ["dee", true],
  ]);
});

test.each([
  ["the account that was asked for", [row("a", "ann", ["chat"]), row("b", "bob", ["chat"])], asked, ["a"]],
  ["the only one there is", [row("b", "bob", ["chat"])], { scopes: ["chat"], accounts: [] }, ["b"]],
  ["none of several", [row("a", "ann", []), row("b", "bob", [])], { scopes: [], accounts: [] }, []],
  ["nothing that gives more than was asked for", [row("a", "ann", ["chat", "keys"])], asked, []],
  ["nothing that lacks something", [row("a", "ann", [])], asked, []],
])("chosen beforehand: %s", (_name, signIns, wishes, ids) =>
  expect(suggested(offered(signIns, wishes))).toEqual(ids),
);
