/** Answers from what main has pushed, within what a grant allows. Pure. */
import type { Params, ResultOf, SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";
import type { Ask, Grant, HandOut, HandOutPart, HandOutToken } from "./types.ts";

/** A tool that does not say gets a token that lasts at least a minute. */
const DEFAULT_MIN_VALID_SEC = 60;

const allowsAccount = ({ accounts }: Grant, account: string): boolean =>
  accounts === undefined || accounts.includes(account);
const allowsSignIn = ({ signIns }: Grant, signIn: string): boolean =>
  signIns === undefined || signIns.includes(signIn);
const allowsScopes = ({ scopes }: Grant, { token }: HandOutToken): boolean =>
  scopes === undefined || token.scopes.every((scope) => scopes.includes(scope));
const allows = (grant: Grant, entry: HandOutToken): boolean =>
  allowsAccount(grant, entry.account) && allowsSignIn(grant, entry.signIn) && allowsScopes(grant, entry);

/** The grant's accounts, each with those sign-ins that the tool may use. */
export const accountsFor = ({ accounts }: HandOut, grant: Grant): ResultOf<"accounts.list">["accounts"] =>
  accounts
    .filter(({ view }) => allowsAccount(grant, view.account))
    .map(({ view, signIns }) =>
      grant.signIns === undefined
        ? view
        : { ...view, sign_ins: view.sign_ins.filter((_, at) => allowsSignIn(grant, signIns[at] ?? "")) },
    );

/** The table with a newer token of one sign-in that it has. */
export const withToken = (table: HandOut, signIn: string, token: TokenGetResult): HandOut => ({
  ...table,
  tokens: table.tokens.map((entry) => (entry.signIn === signIn ? { ...entry, token } : entry)),
});

/** The table with this in place of what it has of those names. Undefined when it is not of the same names. */
export function patched(table: HandOut, part: HandOutPart): HandOut | undefined {
  const accounts = new Map(part.accounts.map((account) => [account.view.account, account]));
  const tokens = new Map(part.tokens.map((entry) => [entry.signIn, entry]));
  const olds = table.accounts.filter(({ view }) => accounts.has(view.account));
  const oldTokens = table.tokens.filter(({ account }) => accounts.has(account));
  const sameNames =
    !table.locked &&
    olds.length === accounts.size &&
    olds.every((old) => String(old.signIns) === String(accounts.get(old.view.account)?.signIns)) &&
    oldTokens.length === tokens.size &&
    oldTokens.every(({ signIn }) => tokens.has(signIn));
  if (!sameNames) return undefined;
  return {
    ...table,
    accounts: table.accounts.map((old) => accounts.get(old.view.account) ?? old),
    tokens: table.tokens.map((old) => tokens.get(old.signIn) ?? old),
  };
}

/** A token that this grant was, or would be, handed; undefined also for one that is not a stranger's business. */
export const reported = ({ tokens }: HandOut, grant: Grant, tokenId: string): HandOutToken | undefined =>
  tokens.find((entry) => entry.token.token_id === tokenId && allows(grant, entry));

export type Choice =
  | { readonly kind: "token"; readonly token: TokenGetResult; readonly signIn: string }
  /** Main may be able to renew it. */
  | ({ readonly kind: "miss" } & Ask<"token">)
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
      allowsSignIn(grant, token.signIn) &&
      // An alias names one sign-in of an account that may have several.
      (ask.account === undefined || token.alias === ask.account || !isAlias(table, ask.account)),
  );
  if (all.length === 0) return { kind: "error", code: "needs_sign_in" };
  const covering = all.filter(({ token }) =>
    (ask.scopes ?? []).every((scope) => token.scopes.includes(scope)),
  );
  if (covering.length === 0) return { kind: "error", code: "scope_missing" };
  const within = covering.filter((entry) => allowsScopes(grant, entry));
  const [best] = within.sort((a, b) => a.token.scopes.length - b.token.scopes.length);
  return best === undefined ? { kind: "error", code: "grant_denied" } : judge(best, ask.min_valid, nowMs);
}

function judge({ token, signIn, renews }: HandOutToken, asked: number | undefined, nowMs: number): Choice {
  const minValidSec = asked ?? DEFAULT_MIN_VALID_SEC;
  const leftSec = token.expires_at === null ? Infinity : token.expires_at - nowMs / 1000;
  if (leftSec >= minValidSec) return { kind: "token", token, signIn };
  if (renews) return { kind: "miss", signIn, minValidSec, rest: asked === undefined };
  // Nothing longer can be had: what is left of it will do for who did not ask for more.
  return leftSec > 0 && asked === undefined
    ? { kind: "token", token, signIn }
    : { kind: "error", code: "needs_sign_in" };
}

const isAlias = (table: HandOut, name: string): boolean => table.tokens.some(({ alias }) => alias === name);

/** By key, login or alias; without a name, the one account that the grant has. Ambiguous names are no account. */
export function accountOf(table: HandOut, grant: Grant, name: string | undefined): string | undefined {
  const mine = table.accounts.filter(({ view }) => allowsAccount(grant, view.account));
  const named =
    name === undefined
      ? mine
      : mine.filter(
          ({ view: { account, login } }) =>
            account === name ||
            login === name.toLowerCase() ||
            table.tokens.some((token) => token.account === account && token.alias === name),
        );
  return named.length === 1 ? named[0]?.view.account : undefined;
}

/** What is different between two tables, for those who watch. */
export interface News {
  readonly lock: "locked" | "unlocked" | undefined;
  /** Other tokens than before, or new ones. */
  readonly changed: readonly HandOutToken[];
  /** Tokens that nothing took the place of. */
  readonly ended: readonly HandOutToken[];
}

/** A lock hides the tokens and ends none, so across one there is no news of them. */
export function newsBetween(before: HandOut, after: HandOut): News {
  if (before.locked !== after.locked)
    return { lock: after.locked ? "locked" : "unlocked", changed: [], ended: [] };
  const earlier = new Map(before.tokens.map((entry) => [entry.signIn, entry.token.token_id]));
  const there = new Set(after.tokens.map(({ signIn }) => signIn));
  return {
    lock: undefined,
    changed: after.tokens.filter(({ signIn, token }) => earlier.get(signIn) !== token.token_id),
    ended: before.tokens.filter(({ signIn }) => !there.has(signIn)),
  };
}

/** What of it is the business of this grant. */
export const newsFor = ({ lock, changed, ended }: News, grant: Grant): News => ({
  lock,
  changed: changed.filter((entry) => allows(grant, entry)),
  ended: ended.filter((entry) => allows(grant, entry)),
});
