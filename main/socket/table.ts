/** Answers from what main has pushed, within what a grant allows. Pure. */
import type { Params, SocketAccount, SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";
import type { HandOut, HandOutToken } from "./types.ts";

/** A tool that does not say gets a token that lasts at least a minute. */
const DEFAULT_MIN_VALID_SEC = 60;

export type Grant = HandOut["grants"][number];

const allows = ({ accounts }: Grant, account: string): boolean =>
  accounts === undefined || accounts.includes(account);

export const accountsFor = (table: HandOut, grant: Grant): readonly SocketAccount[] =>
  table.accounts.filter(({ account }) => allows(grant, account));

/** The table with a newer token of one sign-in that it has. */
export const withToken = (table: HandOut, signIn: string, token: TokenGetResult): HandOut => ({
  ...table,
  tokens: table.tokens.map((entry) => (entry.signIn === signIn ? { ...entry, token } : entry)),
});

export type Choice =
  | { readonly kind: "token"; readonly token: TokenGetResult; readonly signIn: string }
  /** Main may be able to renew it. */
  | { readonly kind: "miss"; readonly signIn: string; readonly minValidSec: number; readonly rest: boolean }
  | { readonly kind: "error"; readonly code: SocketErrorCode };

/** The smallest sign-in that covers the scopes asked for and lies within the grant. */
export function chooseToken(
  table: HandOut,
  grant: Grant,
  ask: NonNullable<Params<"token.get">>,
  nowMs: number,
): Choice {
  const account = accountOf(table, grant, ask.account);
  if (account === undefined) return { kind: "error", code: "account_unknown" };
  const all = table.tokens.filter(
    (token) =>
      token.account === account &&
      // An alias names one sign-in of an account that may have several.
      (ask.account === undefined || token.alias === ask.account || !isAlias(table, ask.account)),
  );
  if (all.length === 0) return { kind: "error", code: "needs_sign_in" };
  const covering = all.filter(({ token }) =>
    (ask.scopes ?? []).every((scope) => token.scopes.includes(scope)),
  );
  if (covering.length === 0) return { kind: "error", code: "scope_missing" };
  const within = covering.filter(({ token }) =>
    token.scopes.every((scope) => grant.scopes?.includes(scope) ?? true),
  );
  const [best] = within.sort((a, b) => a.token.scopes.length - b.token.scopes.length);
  return best === undefined ? { kind: "error", code: "grant_denied" } : judge(best, ask.min_valid, nowMs);
}

function judge({ token, signIn, renews }: HandOutToken, asked: number | undefined, nowMs: number): Choice {
  const minValidSec = asked ?? DEFAULT_MIN_VALID_SEC;
  const leftSec = token.expires_at === null ? Infinity : token.expires_at - nowMs / 1000;
  if (leftSec >= minValidSec) return { kind: "token", token, signIn };
  if (renews) return { kind: "miss", signIn, minValidSec, rest: asked === undefined };
  // Nothing longer can be had: what is left will do for who did not ask for more.
  return leftSec > 0 && asked === undefined
    ? { kind: "token", token, signIn }
    : { kind: "error", code: "needs_sign_in" };
}

const isAlias = (table: HandOut, name: string): boolean => table.tokens.some(({ alias }) => alias === name);

/** By key, login or alias; without a name, the one account that the grant has. Ambiguous names are no account. */
function accountOf(table: HandOut, grant: Grant, name: string | undefined): string | undefined {
  const mine = accountsFor(table, grant);
  const named =
    name === undefined
      ? mine
      : mine.filter(
          ({ account, login }) =>
            account === name ||
            login === name.toLowerCase() ||
            table.tokens.some((token) => token.account === account && token.alias === name),
        );
  return named.length === 1 ? named[0]?.account : undefined;
}
