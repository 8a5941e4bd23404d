/** What a token table holds for a grant: its accounts, its tokens, and the changes between two tables. Pure. */
import type { Params, ResultOf, SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";
import type { Answer, Ask, Grant, TokenTable, TokenTablePart, TableToken } from "./types.ts";

/** A tool that names no `min_valid` gets a token that lasts a minute, or the last quarter of a shorter life. */
const DEFAULT_MIN_VALID_SEC = 60;
const DEFAULT_PART = 1 / 4;
/**
 * Asking for more than this part of a token's life counts as asking for this part: or each request would refresh it.
 */
const LARGEST_PART = 3 / 4;

const allowsAccount = ({ accounts }: Grant, account: string): boolean =>
  accounts === undefined || accounts.includes(account);
const allowsSignIn = ({ signIns }: Grant, signIn: string): boolean =>
  signIns === undefined || signIns.includes(signIn);
const allowsScopes = ({ scopes }: Grant, { token }: TableToken): boolean =>
  scopes === undefined || token.scopes.every((scope) => scopes.includes(scope));
const allows = (grant: Grant, entry: TableToken): boolean =>
  allowsAccount(grant, entry.account) && allowsSignIn(grant, entry.signIn) && allowsScopes(grant, entry);

/**
 * The grant's accounts, each with the sign-ins that the tool may use. An account without such a sign-in is left out.
 */
export const accountsFor = ({ accounts }: TokenTable, grant: Grant): ResultOf<"accounts.list">["accounts"] =>
  accounts
    .filter(({ view }) => allowsAccount(grant, view.account))
    .flatMap(({ view, signIns }) => {
      if (grant.signIns === undefined) return [view];
      const [first, ...others] = view.sign_ins.filter((_, at) => allowsSignIn(grant, signIns[at] ?? ""));
      // The account's status is that of its first sign-in; here, of the first one that the tool may know.
      return first === undefined ? [] : [{ ...view, status: first.status, sign_ins: [first, ...others] }];
    });

/** Returns a table in which the sign-in has this token; the same table if the sign-in is not in it. */
export function withToken(table: TokenTable, signIn: string, token: TokenGetResult): TokenTable {
  const old = table.tokens.find((entry) => entry.signIn === signIn);
  if (old === undefined) return table;
  // The life of the old token, and the wait after its failed refreshes, do not hold for a new one.
  const { lifeSec: _life, renewalWaitsUntilMs: _wait, ...others } = old;
  const kept = old.token.access_token === token.access_token ? old : others;
  return {
    ...table,
    tokens: table.tokens.map((entry) => (entry === old ? { ...kept, token } : entry)),
  };
}

/** The table with these accounts in place of its own. Undefined when accounts, sign-ins or tokens came or went. */
export function patched(table: TokenTable, part: TokenTablePart): TokenTable | undefined {
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

/** The entry of a token that this grant covers; undefined also for one that exists and is outside the grant. */
export const reported = ({ tokens }: TokenTable, grant: Grant, tokenId: string): TableToken | undefined =>
  tokens.find((entry) => entry.token.token_id === tokenId && allows(grant, entry));

export type Choice =
  | { readonly kind: "token"; readonly token: TokenGetResult; readonly signIn: string }
  /** Main may be able to refresh it. `left`: the token to hand out if it cannot. */
  | { readonly kind: "miss"; readonly ask: Ask<"token">; readonly left: TokenGetResult | undefined }
  | { readonly kind: "error"; readonly code: SocketErrorCode; readonly retryAfterSec?: number };

type TokenAsk = NonNullable<Params<"token.get">>;

/**
 * Whether this is an alias, as far as the grant goes: those of other accounts and sign-ins do not exist for the tool.
 */
const isAlias = (table: TokenTable, grant: Grant, name: string): boolean =>
  table.tokens.some(
    ({ alias, account, signIn }) =>
      alias === name && allowsAccount(grant, account) && allowsSignIn(grant, signIn),
  );

/**
 * Chooses the sign-in with the fewest scopes that covers the requested ones and lies within the grant. Each token that
 * is handed out was chosen here, from the table and the grant of that moment; after a question to main, by `afterMiss`.
 */
export function chooseToken(table: TokenTable, grant: Grant, ask: TokenAsk, nowMs: number): Choice {
  const account = accountOf(table, grant, ask.account);
  if (account === undefined) return { kind: "error", code: "account_unknown" };
  const all = table.tokens.filter(
    (token) =>
      token.account === account &&
      allowsSignIn(grant, token.signIn) &&
      // An alias names one sign-in of an account that may have several.
      (ask.account === undefined || token.alias === ask.account || !isAlias(table, grant, ask.account)),
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

/**
 * Chooses again once main has answered a miss of `signIn`. Meanwhile the sign-in may have got more scopes or be gone,
 * the grant may have changed, and the token come nearer its end. A miss again: the new token does not last long enough.
 */
export function afterMiss(
  table: TokenTable,
  grant: Grant,
  ask: TokenAsk,
  { signIn, answer }: { readonly signIn: string; readonly answer: Answer<"token"> },
  nowMs: number,
): Choice {
  const tableNow = answer.ok ? withToken(table, signIn, answer.value) : table;
  const choice = chooseToken(tableNow, grant, ask, nowMs);
  if (choice.kind !== "miss") return choice;
  if (choice.left !== undefined) return { kind: "token", token: choice.left, signIn: choice.ask.signIn };
  // Where another sign-in has to be refreshed now, main's answer about the first one says nothing.
  if (answer.ok || choice.ask.signIn !== signIn) return choice;
  const { code, retryAfterSec } = answer;
  return { kind: "error", code, ...(retryAfterSec !== undefined && { retryAfterSec }) };
}

/**
 * The seconds that a token must still be valid for. Less one second where its life limits them: `expires_at` is rounded
 * down.
 */
function neededSec({ lifeSec = Infinity }: TableToken, minValidSec: number | undefined): number {
  return minValidSec === undefined
    ? Math.min(DEFAULT_MIN_VALID_SEC, lifeSec * DEFAULT_PART)
    : Math.min(minValidSec, Math.max(0, lifeSec * LARGEST_PART - 1));
}

/**
 * Whether this token lasts long enough (`min_valid` in seconds), has to be refreshed, or is handed out although short.
 */
function judge(entry: TableToken, min_valid: number | undefined, nowMs: number): Choice {
  const { token, signIn, renews, renewalWaitsUntilMs = 0 } = entry;
  const minValidSec = neededSec(entry, min_valid);
  const leftSec = token.expires_at === null ? Infinity : token.expires_at - nowMs / 1000;
  const has = { kind: "token", token, signIn } as const;
  if (leftSec > 0 && leftSec >= minValidSec) return has;
  // A tool that names no `min_valid` gets a token with little left, where no longer one can be had.
  const left = leftSec > 0 && min_valid === undefined ? token : undefined;
  const longer = renews && (left === undefined || renewalWaitsUntilMs <= nowMs);
  if (longer)
    return { kind: "miss", ask: { signIn, minValidSec, acceptShorter: min_valid === undefined }, left };
  return left === undefined ? { kind: "error", code: "needs_sign_in" } : has;
}

/**
 * The key of the account with this key, login or alias; without a name, of the grant's one account. Undefined: the
 * grant has no such account, or several.
 */
export function accountOf(table: TokenTable, grant: Grant, name: string | undefined): string | undefined {
  const granted = table.accounts.filter(({ view }) => allowsAccount(grant, view.account));
  const named =
    name === undefined
      ? granted
      : granted.filter(
          ({ view: { account, login } }) =>
            account === name ||
            login === name.toLowerCase() ||
            table.tokens.some(
              (token) =>
                token.account === account && token.alias === name && allowsSignIn(grant, token.signIn),
            ),
        );
  return named.length === 1 ? named[0]?.view.account : undefined;
}

/** The changes between two tables that tools may be notified of. */
export interface TableChanges {
  readonly lock: "locked" | "unlocked" | undefined;
  /** Sign-ins with another token than `before`, or with their first one. */
  readonly changed: readonly { readonly entry: TableToken; readonly before: TableToken | undefined }[];
  /** Tokens of sign-ins that have none any more. */
  readonly ended: readonly TableToken[];
  /** Grants of both tables whose access the user has changed, as they were, and the tokens of both tables for them. */
  readonly edited?: {
    readonly grants: readonly Grant[];
    readonly before: readonly TableToken[];
    readonly after: readonly TableToken[];
  };
}

const accessText = ({ accounts, signIns, scopes }: Grant): string =>
  JSON.stringify([accounts, signIns, scopes]);

/** A lock hides the tokens and ends none, so a lock or an unlock is the only change then. */
export function changesBetween(before: TokenTable, after: TokenTable): TableChanges {
  if (before.locked !== after.locked)
    return { lock: after.locked ? "locked" : "unlocked", changed: [], ended: [] };
  const grantsNow = new Map(after.grants.map((grant) => [grant.id, grant]));
  const edited = before.grants.filter((old) => {
    const now = grantsNow.get(old.id);
    return now !== undefined && accessText(now) !== accessText(old);
  });
  const earlier = new Map(before.tokens.map((entry) => [entry.signIn, entry]));
  const remaining = new Set(after.tokens.map(({ signIn }) => signIn));
  return {
    lock: undefined,
    changed: after.tokens
      .map((entry) => ({ entry, before: earlier.get(entry.signIn) }))
      .filter(({ entry, before: old }) => old?.token.token_id !== entry.token.token_id),
    ended: before.tokens.filter(({ signIn }) => !remaining.has(signIn)),
    ...(edited.length > 0 && { edited: { grants: edited, before: before.tokens, after: after.tokens } }),
  };
}

/**
 * The changes that a grant covers whose access has changed together with the table: a token that it lost counts as ended,
 * and one that it gained as changed.
 */
function changesOfEdited(
  { before, after }: NonNullable<TableChanges["edited"]>,
  old: Grant,
  grant: Grant,
): ReturnType<typeof changesFor> {
  const had = new Map(before.filter((entry) => allows(old, entry)).map((entry) => [entry.signIn, entry]));
  const has = new Map(after.filter((entry) => allows(grant, entry)).map((entry) => [entry.signIn, entry]));
  return {
    changed: [...has.values()].filter(
      ({ signIn, token }) => had.get(signIn)?.token.token_id !== token.token_id,
    ),
    ended: [...had.values()].filter(({ signIn }) => !has.has(signIn)),
  };
}

/** The changes that this grant covers. A token whose successor is outside the grant counts as ended. */
export function changesFor(
  { changed, ended, edited }: TableChanges,
  grant: Grant,
): { readonly changed: readonly TableToken[]; readonly ended: readonly TableToken[] } {
  const old = edited?.grants.find(({ id }) => id === grant.id);
  if (edited !== undefined && old !== undefined) return changesOfEdited(edited, old, grant);
  const replaced = changed.flatMap(({ entry, before }) =>
    before === undefined || allows(grant, entry) ? [] : [before],
  );
  return {
    changed: changed.map(({ entry }) => entry).filter((entry) => allows(grant, entry)),
    ended: [...replaced, ...ended].filter((entry) => allows(grant, entry)),
  };
}
