/** What tools lose by a replacement, against the rule by which tokens are handed out (main/socket/table.ts). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  lossesOf,
  placingWithoutLoss,
  type HeldSignIn,
  type Holder,
} from "../../../core/accounts/replacement.ts";
import { chooseToken } from "../../../main/socket/table.ts";
import type { Grant, TokenTable } from "../../../main/socket/types.ts";

const ACCOUNT = "sandbox:1";
const SCOPES = ["chat:read", "chat:edit", "bits:read", "user:bot"];
const subset = fc.subarray(SCOPES);
const signIn = (id: string) => subset.map((scopes): HeldSignIn => ({ id, account: ACCOUNT, scopes }));
const others = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
  .chain((ids) => fc.tuple(...[...new Set(ids)].map((id) => signIn(`other ${String(id)}`))));
const holders = fc.array(
  fc.record({
    accounts: fc.constantFrom(undefined, [ACCOUNT], ["sandbox:2"]),
    signIns: fc.constantFrom(undefined, ["replaced"], ["other 1"], ["replaced", "other 1", "other 2"]),
    scopes: fc.option(subset, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The requests (a set of scopes each) that a tool gets a token for. */
function answered(holder: Holder, signIns: readonly HeldSignIn[]): readonly string[] {
  const table: TokenTable = {
    locked: false,
    grants: [],
    accounts: [
      {
        view: {
          account: ACCOUNT,
          provider: "sandbox",
          user_id: "1",
          login: "someone",
          display_name: "someone",
          status: "signed_in",
          sign_ins: [] as never,
        },
        signIns: signIns.map(({ id }) => id),
      },
    ],
    tokens: signIns.map(({ id, scopes }) => ({
      signIn: id,
      account: ACCOUNT,
      renews: false,
      token: {
        access_token: id,
        token_id: id,
        client_id: "client",
        user_id: "1",
        login: "someone",
        scopes,
        expires_at: null,
        validated_at: null,
      },
    })),
  };
  const { accounts, signIns: ids, scopes } = holder;
  const grant: Grant = {
    id: holder.id,
    key: "",
    ...(accounts !== undefined && { accounts }),
    ...(ids !== undefined && { signIns: ids }),
    ...(scopes !== undefined && { scopes }),
  };
  const requests = Array.from({ length: 2 ** SCOPES.length }, (_, bits) =>
    SCOPES.filter((_scope, at) => (bits & (1 << at)) !== 0),
  );
  return requests
    .filter((asked) => chooseToken(table, grant, { account: ACCOUNT, scopes: asked }, 0).kind === "token")
    .map((asked) => asked.join(" "));
}
const named = (all: readonly Omit<Holder, "id">[]): readonly Holder[] =>
  all.map((holder, at) => ({ ...holder, id: `tool ${String(at)}` }));

describe("for any grants, sign-ins and new scopes", () => {
  const anything = fc.record({ replaced: signIn("replaced"), rest: others, holders, after: subset });

  test("the default takes no token from any tool", () => {
    fc.assert(
      fc.property(anything, ({ replaced, rest, holders: terms, after }) => {
        const tools = named(terms);
        const placing = placingWithoutLoss(lossesOf(tools, replaced, after, rest), replaced.scopes, after);
        const next = { ...replaced, scopes: after };
        const then = placing === "replace" ? [next, ...rest] : [replaced, { ...next, id: "added" }, ...rest];
        for (const tool of tools)
          expect(answered(tool, then)).toEqual(
            expect.arrayContaining([...answered(tool, [replaced, ...rest])]),
          );
      }),
    );
  });

  test("a tool is named exactly when a replacement takes a token from it", () => {
    fc.assert(
      fc.property(anything, ({ replaced, rest, holders: terms, after }) => {
        const tools = named(terms);
        const lost = lossesOf(tools, replaced, after, rest).map(({ holder }) => holder.id);
        const losers = tools.filter((tool) => {
          const now = answered(tool, [{ ...replaced, scopes: after }, ...rest]);
          return answered(tool, [replaced, ...rest]).some((request) => !now.includes(request));
        });
        expect(lost).toEqual(losers.map(({ id }) => id));
      }),
    );
  });

  test("the default drops no scope of the sign-in that it replaces", () => {
    fc.assert(
      fc.property(anything, ({ replaced, rest, holders: terms, after }) => {
        const losses = lossesOf(named(terms), replaced, after, rest);
        const dropped = replaced.scopes.some((scope) => !after.includes(scope));
        expect(dropped && placingWithoutLoss(losses, replaced.scopes, after) === "replace").toBe(false);
      }),
    );
  });
});

const replaced: HeldSignIn = { id: "replaced", account: ACCOUNT, scopes: ["chat:read", "bits:read"] };

test("a tool whose grant allows no more scopes loses all of them to a wider sign-in", () => {
  const tool: Holder = { id: "tool", signIns: ["replaced"], scopes: replaced.scopes };
  const wider = [...replaced.scopes, "user:bot"];
  expect(lossesOf([tool], replaced, wider, [])).toEqual([
    { holder: tool, scopes: replaced.scopes, wider: true },
  ]);
  expect(placingWithoutLoss([], replaced.scopes, wider)).toBe("replace");
});

test("another sign-in of the account makes up for it where one token has all", () => {
  const tool: Holder = { id: "tool" };
  const other = { id: "other", account: ACCOUNT, scopes: [...replaced.scopes] };
  expect(lossesOf([tool], replaced, ["chat:read"], [other])).toEqual([]);
  expect(lossesOf([tool], replaced, ["chat:read"], [])).toEqual([
    { holder: tool, scopes: ["bits:read"], wider: false },
  ]);
});
