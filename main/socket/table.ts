/** Answers from what main has pushed, within what a grant allows. Pure. */
import type { Params, ResultOf, SocketErrorCode, TokenGetResult } from "../../contract/socket.ts";
import type { Answer, Ask, Grant, TokenTable, TokenTablePart, TableToken } from "./types.ts";

/** A tool that names no `min_valid` gets a token that lasts a minute, or the last quarter of a shorter life. */
const DEFAULT_MIN_VALID_SEC = 60;
const DEFAULT_PART = 1 / 4;
/** No refresh can give more than a whole life, and one at each request would be the price of asking for nearly all of it. */
const LARGEST_PART = 3 / 4;

const allowsAccount = ({ accounts }: Grant, account: string): boolean =>
  accounts === undefined || accounts.includes(account);
const allowsSignIn = ({ signIns }: Grant, signIn: string): boolean =>
  signIns === undefined || signIns.includes(signIn);
const allowsScopes = ({ scopes }: Grant, { token }: TableToken): boolean =>
  scopes === undefined || token.scopes.every((scope) => scopes.includes(scope));
const allows = (grant: Grant, entry: TableToken): boolean =>
  allowsAccount(grant, entry.account) && allowsSignIn(grant, entry.signIn) && allowsScopes(grant, entry);

/** The grant's accounts, each with those sign-ins that the tool may use. An account without any is left out. */
export const accountsFor = ({ accounts }: TokenTable, grant: Grant): ResultOf<"accounts.list">["accounts"] =>
  accounts
    .filter(({ view }) => allowsAccount(grant, view.account))
    .flatMap(({ view, signIns }) => {
      if (grant.signIns === undefined) return [view];
      const [first, ...others] = view.sign_ins.filter((_, at) => allowsSignIn(grant, signIns[at] ?? ""));
      // The account's status is that of a sign-in: of one that the tool may know of.
      return first === undefined ? [] : [{ ...view, status: first.status, sign_ins: [first, ...others] }];
    });

/** The table with this token of one sign-in that it has. */
export function withToken(table: TokenTable, signIn: string, token: TokenGetResult): TokenTable {
  const old = table.tokens.find((entry) => entry.signIn === signIn);
  if (old === undefined) return table;
  // What was known of the old token's life and of trouble with its renewal says nothing about another one.
  const { lifeSec: _life, renewalWaitsUntilMs: _wait, ...others } = old;
  const kept = old.token.access_token === token.access_token ? old : others;
  return {
    ...table,
    tokens: table.tokens.map((entry) => (entry === old ? { ...kept, token } : entry)),
  };
}

/** The table with this in place of what it has of those names. Undefined when it is not of the same names. */
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

/** A token that this grant was, or would be, handed; undefined also for one that is not a stranger's business. */
export const reported = ({ tokens }: TokenTable, grant: Grant, tokenId: string): TableToken | undefined =>
  tokens.find((entry) => entry.token.token_id === tokenId && allows(grant, entry));

export type Choice =
  | { readonly kind: "token"; readonly token: TokenGetResult; readonly signIn: string }
  /** Main may be able to renew it. `left`: what will do if it cannot. */
  | { readonly kind: "miss"; readonly ask: Ask<"token">; readonly left: TokenGetResult | undefined }
  | { readonly kind: "error"; readonly code: SocketErrorCode; readonly retryAfterSec?: number };

type TokenAsk = NonNullable<Params<"token.get">>;

/** Aliases of accounts and sign-ins that the tool may not use do not exist for it. */
const isAlias = (table: TokenTable, grant: Grant, name: string): boolean =>
  table.tokens.some(
    ({ alias, account, signIn }) =>
      alias === name && allowsAccount(grant, account) && allowsSignIn(grant, signIn),
  );

/**
 * The smallest sign-in that covers the scopes asked for and lies within the grant. What is handed out is always the outcome
 * of this, over the table and the grant of that moment: also after main was asked (`afterMiss`).
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
 * What to hand out once main has answered a miss of `signIn`. The wait may have been long: the sign-in may be wider or gone,
 * the grant another, and the token nearer its end. A miss again: what came does not last long enough.
 */
export function afterMiss(
  table: TokenTable,
  grant: Grant,
  ask: TokenAsk,
  { signIn, answer }: { readonly signIn: string; readonly answer: Answer<"token"> },
  nowMs: number,
): Choice {
  const now = answer.ok ? withToken(table, signIn, answer.value) : table;
  const choice = chooseToken(now, grant, ask, nowMs);
  if (choice.kind !== "miss") return choice;
  if (choice.left !== undefined) return { kind: "token", token: choice.left, signIn: choice.ask.signIn };
  // Another sign-in has to be renewed than the one that main was asked for: its answer says nothing about that one.
  if (answer.ok || choice.ask.signIn !== signIn) return choice;
  const { code, retryAfterSec } = answer;
  return { kind: "error", code, ...(retryAfterSec !== undefined && { retryAfterSec }) };
}

/** The seconds that have to be left of a token. One second less than the largest part: `expires_at` is told in whole ones. */
function neededSec({ lifeSec = Infinity }: TableToken, asked: number | undefined): number {
  return asked === undefined
    ? Math.min(DEFAULT_MIN_VALID_SEC, lifeSec * DEFAULT_PART)
    : Math.min(asked, Math.max(0, lifeSec * LARGEST_PART - 1));
}

function judge(entry: TableToken, asked: number | undefined, nowMs: number): Choice {
  const { token, signIn, renews, renewalWaitsUntilMs = 0 } = entry;
  const minValidSec = neededSec(entry, asked);
  const leftSec = token.expires_at === null ? Infinity : token.expires_at - nowMs / 1000;
  const has = { kind: "token", token, signIn } as const;
  if (leftSec > 0 && leftSec >= minValidSec) return has;
  // What is left of it will do for who did not ask for more, where nothing longer can be had.
  const left = leftSec > 0 && asked === undefined ? token : undefined;
  const longer = renews && (left === undefined || renewalWaitsUntilMs <= nowMs);
  if (longer) return { kind: "miss", ask: { signIn, minValidSec, acceptShorter: asked === undefined }, left };
  return left === undefined ? { kind: "error", code: "needs_sign_in" } : has;
}

/** By key, login or alias; without a name, the one account that the grant has. Ambiguous names are no account. */
export function accountOf(table: TokenTable, grant: Grant, name: string | undefined): string | undefined {
  const mine = table.accounts.filter(({ view }) => allowsAccount(grant, view.account));
  const named =
    name === undefined
      ? mine
      : mine.filter(
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

/** What is different between two tables, for those who watch. */
export interface TableChanges {
  readonly lock: "locked" | "unlocked" | undefined;
  /** Other tokens than `before`, or new ones. */
  readonly changed: readonly { readonly entry: TableToken; readonly before: TableToken | undefined }[];
  /** Tokens that nothing took the place of. */
  readonly ended: readonly TableToken[];
}

/** A lock hides the tokens and ends none, so across one there is no news of them. */
export function changesBetween(before: TokenTable, after: TokenTable): TableChanges {
  if (before.locked !== after.locked)
    return { lock: after.locked ? "locked" : "unlocked", changed: [], ended: [] };
  const earlier = new Map(before.tokens.map((entry) => [entry.signIn, entry]));
  const there = new Set(after.tokens.map(({ signIn }) => signIn));
  return {
    lock: undefined,
    changed: after.tokens
      .map((entry) => ({ entry, before: earlier.get(entry.signIn) }))
      .filter(({ entry, before: old }) => old?.token.token_id !== entry.token.token_id),
    ended: before.tokens.filter(({ signIn }) => !there.has(signIn)),
  };
}

/** What of it is the business of this grant. A token whose successor is too wide for it has ended, as far as it is told. */
export function changesFor(
  { changed, ended }: TableChanges,
  grant: Grant,
): { readonly changed: readonly TableToken[]; readonly ended: readonly TableToken[] } {
  const replaced = changed.flatMap(({ entry, before }) =>
    before === undefined || allows(grant, entry) ? [] : [before],
  );
  return {
    changed: changed.map(({ entry }) => entry).filter((entry) => allows(grant, entry)),
    ended: [...replaced, ...ended].filter((entry) => allows(grant, entry)),
  };
}
