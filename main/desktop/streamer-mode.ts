/** Streamer mode: names of accounts are masked, and nothing comes up by itself. By hand, or while a studio program runs. */
import type { Failure, Result } from "../../contract/failure.ts";
import type { Settings } from "../../contract/settings.ts";
import type { ClaimsView, ClaimView } from "../../contract/claims.ts";
import type { BulkView, SignInView } from "../../contract/views/account.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { CandidatesView, ImportedView } from "../../contract/views/import.ts";
import type { Clock, Log } from "../../core/ports.ts";

const LOOK_EVERY_MS = 10_000;

export interface Streamer {
  readonly on: boolean;
  /** Looks now, and then now and again; call when the settings change, too. */
  follow(): void;
  stop(): void;
}

/** `studioRuns`: whether a program that shows the screen to others runs now. */
export function createStreamer(
  parts: {
    readonly settings: () => Settings;
    readonly studioRuns: () => Promise<boolean>;
    readonly clock: Clock;
    readonly log: Log;
  },
  changed: () => void,
): Streamer {
  const { settings, clock, log } = parts;
  let runs = false;
  let mode: Settings["streamer"] | undefined;
  let cancel: () => void = () => undefined;

  async function look(): Promise<void> {
    const now = await parts.studioRuns().catch((cause: unknown) => {
      log.warn("streamer.look", { cause });
      return runs; // not known: as it was
    });
    if (mode !== "auto") return;
    cancel();
    cancel = clock.after(LOOK_EVERY_MS, () => void look());
    if (now === runs) return;
    runs = now;
    changed();
  }
  return {
    get on() {
      const { streamer } = settings();
      return streamer === "on" || (streamer === "auto" && runs);
    },
    follow() {
      const { streamer } = settings();
      if (streamer === mode) return;
      mode = streamer;
      cancel();
      if (streamer === "auto") void look();
    },
    stop() {
      mode = undefined;
      cancel();
    },
  };
}

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
