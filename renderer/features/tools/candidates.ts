/** The sign-ins that a tool could be given, compared with the scopes that it asks for. Pure. */
import type { ScopeView } from "../../../contract/scopes.ts";
import type { SignInView } from "../../../contract/views/account.ts";
import type { PairingView } from "../../../contract/views/tool.ts";

export interface Candidate {
  readonly signIn: SignInView;
  /** Scopes that the tool asks for and the token lacks. */
  readonly lacking: readonly string[];
  /** Scopes that the tool gets without asking for them: a token cannot lose scopes. */
  readonly surplus: readonly string[];
  /** Scopes of high risk that the token has: it is given to no tool unless the user ticks each of them. */
  readonly highRisk: readonly string[];
}
export interface CandidateAccount {
  readonly account: string;
  readonly login: string;
  readonly test: boolean;
  readonly wished: boolean;
  /** The best fit comes first. */
  readonly candidates: readonly Candidate[];
  /** False when no token can be handed out until the user has signed in again. */
  readonly usable: boolean;
}
/** By account: the sign-in that the user has chosen. */
export type Choice = Readonly<Record<string, string>>;

/** Also while a new sign-in is needed: the old token may live for hours. */
const isUsable = ({ hasToken }: SignInView): boolean => hasToken;

export const highRiskNames = (scopes: readonly ScopeView[]): ReadonlySet<string> =>
  new Set(scopes.filter(({ highRisk }) => highRisk === true).map(({ name }) => name));

function candidate(signIn: SignInView, asked: readonly string[], highRisk: ReadonlySet<string>): Candidate {
  return {
    signIn,
    lacking: asked.filter((scope) => !signIn.scopes.includes(scope)),
    surplus: signIn.scopes.filter((scope) => !asked.includes(scope)),
    highRisk: signIn.scopes.filter((scope) => highRisk.has(scope)),
  };
}

/** The accounts that the tool asks for come first. `kept`: sign-ins to show though they have no token now. */
export function candidatesFor(
  signIns: readonly SignInView[],
  { scopes, accounts }: Pick<PairingView, "scopes" | "accounts">,
  highRisk: ReadonlySet<string>,
  kept: readonly string[] = [],
): readonly CandidateAccount[] {
  const unasked = (one: Candidate): number => one.highRisk.filter((scope) => !scopes.includes(scope)).length;
  const accountIds = [...new Set(signIns.map(({ account }) => account))];
  const found = accountIds.map((account) => {
    const members = signIns.filter((signIn) => signIn.account === account);
    const usable = members.filter((signIn) => isUsable(signIn) || kept.includes(signIn.id));
    return {
      account,
      login: members[0]?.login ?? "",
      test: members[0]?.test ?? false,
      wished: accounts.includes(account),
      usable: usable.length > 0,
      candidates: usable
        .map((signIn) => candidate(signIn, scopes, highRisk))
        .sort(
          (a, b) =>
            a.lacking.length - b.lacking.length ||
            unasked(a) - unasked(b) ||
            a.surplus.length - b.surplus.length,
        ),
    };
  });
  return found.sort((a, b) => Number(b.wished) - Number(a.wished));
}

/**
 * The sign-ins chosen at the start: of each account that the tool asks for, or of the only one, the best that has all
 * scopes that it asks for.
 */
export const suggested = (accounts: readonly CandidateAccount[]): Choice =>
  Object.fromEntries(
    accounts
      .filter(({ wished }) => wished || accounts.length === 1)
      .flatMap(({ account, candidates: [best] }) =>
        best?.lacking.length === 0 ? [[account, best.signIn.id]] : [],
      ),
  );

/** The chosen candidates, in the order of the accounts. */
export const given = (accounts: readonly CandidateAccount[], choice: Choice): readonly Candidate[] =>
  accounts.flatMap(({ account, candidates }) =>
    candidates.filter(({ signIn }) => signIn.id === choice[account]).slice(0, 1),
  );

/** The first chosen sign-in whose token no tool may get, and the scope that the user has not ticked. */
export function withheld(
  chosen: readonly Candidate[],
  ticked: readonly string[],
): { readonly login: string; readonly scope: string } | undefined {
  for (const { signIn, highRisk } of chosen) {
    const scope = highRisk.find((one) => !ticked.includes(one));
    if (scope !== undefined) return { login: signIn.login, scope };
  }
  return undefined;
}
