/** Streamer mode masks the names of accounts in what the window gets. */
import type { ClaimsView, ClaimView } from "../../contract/claims.ts";
import type { Failure, Result } from "../../contract/failure.ts";
import type { BulkView, SignInView } from "../../contract/views/account.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { CandidatesView, ImportedView } from "../../contract/views/import.ts";

/** Enough for who knows it, and nothing for who does not. */
export function maskedName(name: string): string {
  const [first] = name;
  return first === undefined ? "" : `${first}•••`;
}
export const maskedFailure = <F extends Failure>(failure: F): F =>
  "account" in failure ? { ...failure, account: maskedName(failure.account) } : failure;
export const maskedResult = <V>(result: Result<V>): Result<V> =>
  result.ok ? result : { ...result, failure: maskedFailure(result.failure) };

const maskedIf = <K extends string>(key: K, name: string | undefined): Partial<Record<K, string>> =>
  name === undefined ? {} : ({ [key]: maskedName(name) } as Record<K, string>);
/** Names of variables too: people call them after their accounts. */
export const maskedCandidates = (view: CandidatesView): CandidatesView => ({
  ...view,
  candidates: view.candidates.map((one) => ({
    ...one,
    ...maskedIf("name", one.name),
    ...maskedIf("owner", one.owner),
  })),
});
export const maskedImport = (view: ImportedView): ImportedView => ({
  tokens: view.tokens.map((one) => {
    const names = { ...maskedIf("name", one.name), ...maskedIf("called", one.called) };
    return "owner" in one
      ? {
          ...one,
          ...names,
          owner: {
            ...one.owner,
            login: maskedName(one.owner.login),
            user_id: maskedName(one.owner.user_id),
          },
        }
      : { ...one, ...names };
  }),
});
export function maskedSignIn(row: SignInView): SignInView {
  const { alias, reason } = row;
  return {
    ...row,
    user_id: maskedName(row.user_id),
    login: maskedName(row.login),
    displayName: maskedName(row.displayName),
    ...(alias !== undefined && { alias: maskedName(alias) }),
    ...(reason !== undefined && { reason: maskedFailure(reason) }),
  };
}
const maskedClaim = (claim: ClaimView): ClaimView =>
  claim.atMs === undefined ? { ...claim, value: maskedName(claim.value) } : claim;
export const maskedClaims = ({ idToken, now }: ClaimsView): ClaimsView => ({
  idToken: idToken.map(maskedClaim),
  ...(now !== undefined && { now: now.map(maskedClaim) }),
});
export const maskedBulk = (bulk: BulkView): BulkView => ({
  ...bulk,
  failures: bulk.failures.map(({ failure, count, names }) => ({
    failure: maskedFailure(failure),
    count,
    names: names.map(maskedName),
  })),
});
export function maskedAuthorization(course: AuthorizationView): AuthorizationView {
  if (course.step === "failed") return { ...course, failure: maskedFailure(course.failure) };
  if (course.step !== "confirm") return course;
  const { insteadOf, replaces, claims } = course;
  return {
    ...course,
    user_id: maskedName(course.user_id),
    login: maskedName(course.login),
    displayName: maskedName(course.displayName),
    ...(claims !== undefined && { claims: claims.map(maskedClaim) }),
    ...(insteadOf !== undefined && { insteadOf: maskedName(insteadOf) }),
    ...(replaces?.alias !== undefined && { replaces: { ...replaces, alias: maskedName(replaces.alias) } }),
  };
}
