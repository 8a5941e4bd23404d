/**
 * What tools lose when a new sign-in replaces another one of its account. Pure.
 *
 * A tool gets a token only if its grant covers the account, the sign-in and every scope of the token. So it can lose
 * scopes in two ways: the new token lacks them, or the new token has others that the grant does not allow.
 */

/** The part of a tool's grant that decides which tokens it gets; an absent member allows everything. */
export interface Holder {
  readonly id: string;
  readonly accounts?: readonly string[] | undefined;
  readonly signIns?: readonly string[] | undefined;
  /** A token with any other scope is not handed out. */
  readonly scopes?: readonly string[] | undefined;
}
/** A sign-in as far as grants go. */
export interface HeldSignIn {
  readonly id: string;
  /** `accountKey` of the sign-in. */
  readonly account: string;
  readonly scopes: readonly string[];
}
/** The scopes that a tool could ask for in one token before, and cannot any more. */
export interface Loss<H extends Holder = Holder> {
  readonly holder: H;
  /** True: the new token has scopes that the grant does not allow, so the tool does not get it. */
  readonly wider: boolean;
  readonly scopes: readonly string[];
}
/** Where a new sign-in goes: in place of the one there is, or beside it. */
export type Placing = "replace" | "beside";

/** Whether the grant reaches the sign-in, whatever scopes its token has. */
export const reaches = (
  { accounts, signIns }: Holder,
  { account, id }: Omit<HeldSignIn, "scopes">,
): boolean =>
  (accounts === undefined || accounts.includes(account)) && (signIns === undefined || signIns.includes(id));

/** Whether a tool gets the token of this sign-in. */
const gets = (holder: Holder, signIn: HeldSignIn): boolean =>
  reaches(holder, signIn) &&
  (holder.scopes === undefined || signIn.scopes.every((scope) => holder.scopes?.includes(scope)));

/**
 * The losses of each tool if `replaced` gets the scopes `after`. `others`: the other sign-ins of its account, which may
 * make up for it: a tool loses nothing while one token has all that the replaced one had.
 */
export function lossesOf<H extends Holder>(
  holders: readonly H[],
  replaced: HeldSignIn,
  after: readonly string[],
  others: readonly HeldSignIn[],
): readonly Loss<H>[] {
  const next = { ...replaced, scopes: after };
  const then = [...others, next];
  return holders
    .filter((holder) => gets(holder, replaced))
    .flatMap((holder) => {
      const [least] = then
        .filter((signIn) => gets(holder, signIn))
        .map(({ scopes }) => replaced.scopes.filter((scope) => !scopes.includes(scope)))
        .sort((a, b) => a.length - b.length);
      // Without any token a tool loses all, even where the token had no scope to name.
      if (least?.length === 0) return [];
      return [{ holder, scopes: least ?? replaced.scopes, wider: !gets(holder, next) }];
    });
}

/** The choice that loses nothing: it replaces only where no tool, and not the user either, has less than before. */
export const placingWithoutLoss = (
  losses: readonly unknown[],
  before: readonly string[],
  after: readonly string[],
): Placing => (losses.length === 0 && before.every((scope) => after.includes(scope)) ? "replace" : "beside");
