/** Adds to a failure what the next step needs: the accounts to choose from, or the scopes that no sign-in has. */
import type { Tokenkeep } from "../clients/node/src/keep.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import type { Account } from "../clients/node/src/messages.ts";
import { ExplainedError } from "./errors.ts";

/** The account and the scopes that the command line names. */
export interface Asked {
  readonly account?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** What `--account` takes for each account: the login, or the account's ID where several have the same login. */
function namesOf(accounts: readonly Account[]): string {
  const logins = accounts.map(({ login }) => login);
  return accounts
    .map(({ account, login }) => (logins.filter((one) => one === login).length > 1 ? account : login))
    .join(", ");
}
const answersTo = ({ account, login, sign_ins }: Account, name: string): boolean =>
  account === name || login === name || sign_ins.some(({ alias }) => alias === name);

/** The failure of a command line that does not say, or says wrongly, which account it means. */
export function accountFailure(accounts: readonly Account[], given: string | undefined): ExplainedError {
  const code = "account_unknown";
  if (accounts.length === 0) return new ExplainedError(code, "account_none");
  const meant = given === undefined ? accounts : accounts.filter((one) => answersTo(one, given));
  return given !== undefined && meant.length === 0
    ? new ExplainedError(code, "account_not_found", { given, accounts: namesOf(accounts) })
    : new ExplainedError(code, "account_unclear", { accounts: namesOf(meant) });
}

function scopeFailure(accounts: readonly Account[], { account: given, scopes = [] }: Asked) {
  const account = given === undefined ? accounts[0] : accounts.find((one) => answersTo(one, given));
  if (account === undefined) return undefined;
  const has = new Set(account.sign_ins.flatMap((signIn) => signIn.scopes));
  const lacking = scopes.filter((scope) => !has.has(scope));
  return new ExplainedError("scope_missing", lacking.length === 0 ? "scope_apart" : "scope_lacking", {
    account: account.login,
    lacking: lacking.join(", "),
    scopes: scopes.join(","),
  });
}

/** Waits for an answer of Tokenkeep. A failure about an account or a scope is rejected with its explanation. */
export async function explained<T>(tokenkeep: Tokenkeep, asked: Asked, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof TokenkeepError ? error.code : "";
    if (code !== "account_unknown" && code !== "scope_missing") throw error;
    const accounts = await tokenkeep.accounts().catch(() => undefined);
    if (accounts === undefined) throw error;
    throw (
      (code === "account_unknown"
        ? accountFailure(accounts, asked.account)
        : scopeFailure(accounts, asked)) ?? error
    );
  }
}
