/** A part of the table has the effect of the whole table, or is refused. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { patched } from "../../../main/socket/table.ts";
import type { TokenTable, TableAccount, TokenTablePart, TableToken } from "../../../main/socket/types.ts";

interface SignIn {
  readonly account: number;
  readonly status: "signed_in" | "needs_sign_in";
  readonly hasToken: boolean;
  readonly expires_at: number;
}
const signIn = fc.record<SignIn>({
  account: fc.nat(3),
  status: fc.constantFrom("signed_in", "needs_sign_in"),
  hasToken: fc.boolean(),
  expires_at: fc.nat(2),
});

/** The table of these sign-ins, whose ids are their positions in the list. */
function tableOf(signIns: readonly SignIn[], only: (account: number) => boolean = () => true): TokenTable {
  const named = signIns
    .map((one, at) => ({ ...one, id: `s${String(at)}` }))
    .filter((one) => only(one.account));
  const accounts = [...new Set(named.map(({ account }) => account))].map((account): TableAccount => {
    const own = named.filter((one) => one.account === account);
    return {
      signIns: own.map(({ id }) => id),
      view: {
        account: `twitch:${String(account)}`,
        provider: "twitch",
        user_id: String(account),
        login: `user_${String(account)}`,
        display_name: `User_${String(account)}`,
        status: own[0]?.status ?? "signed_in",
        sign_ins: [],
      },
    };
  });
  const tokens = named
    .filter(({ hasToken }) => hasToken)
    .map(({ id, account, expires_at }): TableToken => ({
      signIn: id,
      account: `twitch:${String(account)}`,
      renews: true,
      token: {
        access_token: `at-${id}`,
        token_id: `id-${id}`,
        client_id: "client-1",
        user_id: String(account),
        login: `user_${String(account)}`,
        scopes: [],
        expires_at,
        validated_at: null,
      },
    }));
  return { locked: false, grants: [], accounts, tokens };
}
const partOf = ({ accounts, tokens }: TokenTable): TokenTablePart => ({ accounts, tokens });

test("a part that changes sign-ins and tokens makes the same table as a complete one", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(signIn, signIn), { maxLength: 12 }), fc.nat(3), (pairs, touched) => {
      const before = pairs.map(([was]) => was);
      const after = pairs.map(([was, now]) =>
        was.account === touched ? { ...now, account: touched, hasToken: was.hasToken } : was,
      );
      const part = partOf(tableOf(after, (account) => account === touched));
      expect(patched(tableOf(before), part)).toEqual(tableOf(after));
    }),
  );
});

test("a part with an added or a missing sign-in or token is refused", () => {
  fc.assert(
    fc.property(fc.array(signIn, { minLength: 1, maxLength: 12 }), fc.nat(11), (signIns, nth) => {
      const at = nth % signIns.length;
      const touched = signIns[at]?.account;
      const others = signIns.map((one, place) => (place === at ? { ...one, hasToken: !one.hasToken } : one));
      const more = [
        ...signIns,
        { account: touched ?? 0, status: "signed_in", hasToken: false, expires_at: 0 } as const,
      ];
      for (const changed of [others, more]) {
        const part = partOf(tableOf(changed, (account) => account === touched));
        expect(patched(tableOf(signIns), part)).toBeUndefined();
        const back = partOf(tableOf(signIns, (account) => account === touched));
        expect(patched(tableOf(changed), back)).toBeUndefined();
      }
    }),
  );
});

test("a locked table refuses every part", () => {
  const locked = { locked: true, grants: [], accounts: [], tokens: [] };
  expect(patched(locked, { accounts: [], tokens: [] })).toBeUndefined();
});
