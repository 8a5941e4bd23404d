/** The sign-ins that a tool could be given, compared with the scopes that it asks for. Pure. */
import type { SignInView } from "../../../contract/views/account.ts";
import type { PairingView } from "../../../contract/views/tool.ts";

export interface Candidate {
  readonly signIn: SignInView;
  /** Scopes that the tool asks for and the token lacks. */
  readonly lacking: readonly string[];
  /** Scopes that the tool gets without asking for them: a token cannot lose scopes. */
  readonly surplus: readonly string[];
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

/** Also while a new sign-in is needed: the old token may live for hours. */
const isUsable = ({ hasToken }: SignInView): boolean => hasToken;

function candidate(signIn: SignInView, asked: readonly string[]): Candidate {
  return {
    signIn,
    lacking: asked.filter((scope) => !signIn.scopes.includes(scope)),
    surplus: signIn.scopes.filter((scope) => !asked.includes(scope)),
  };
}

/** The accounts that the tool asks for come first. */
export function candidatesFor(
  signIns: readonly SignInView[],
  { scopes, accounts }: Pick<PairingView, "scopes" | "accounts">,
): readonly CandidateAccount[] {
  const accountIds = [...new Set(signIns.map(({ account }) => account))];
  const found = accountIds.map((account) => {
    const members = signIns.filter((signIn) => signIn.account === account);
    const usable = members.filter(isUsable);
    return {
      account,
      login: members[0]?.login ?? "",
      test: members[0]?.test ?? false,
      wished: accounts.includes(account),
      usable: usable.length > 0,
      candidates: usable
        .map((signIn) => candidate(signIn, scopes))
        .sort((a, b) => a.lacking.length - b.lacking.length || a.surplus.length - b.surplus.length),
    };
  });
  return found.sort((a, b) => Number(b.wished) - Number(a.wished));
}

/** The sign-ins chosen at the start: those that the tool asks for, where they have no surplus. */
export const suggested = (accounts: readonly CandidateAccount[]): readonly string[] =>
  accounts
    .filter(({ wished }) => wished || accounts.length === 1)
    .flatMap(({ candidates: [best] }) =>
      best !== undefined && best.surplus.length === 0 && best.lacking.length === 0 ? [best.signIn.id] : [],
    );
