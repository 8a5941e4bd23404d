/** Validates one sign-in's access token (TA §11): at start, hourly, and when asked. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken } from "../../core/accounts/status.ts";
import {
  isAppToken,
  mayRefresh,
  refreshesAtMs,
  renews,
  nextValidationMs,
} from "../../core/lifecycle/schedule.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { createKeeping } from "./retry.ts";
import {
  allWell,
  chanceOf,
  isAbandoned,
  providerFor,
  waitsFor,
  type Changed,
  type KeeperParts,
  type TurnOf,
  type Watches,
} from "./watches.ts";

/** An expiry that moved by less is the answer's travel time, not news worth a write. */
const EXPIRY_SLACK_MS = 5 * 60_000;

/** Whether the sign-in still has the token that was judged: it may have been refreshed, revoked or removed meanwhile. */
const isTokenOf = (judged: SignInRecord, record: SignInRecord | undefined): record is SignInRecord =>
  judged.access_token !== undefined && record?.access_token?.equals(judged.access_token) === true;

/** The name to show once the login may have changed. */
const newName = ({ login, displayName }: SignInRecord, told: string): string =>
  told === login ? displayName : told;

export interface Validator {
  /**
   * Validates a sign-in now, one at a time per sign-in. A 401 leads to `refresh` where that is possible and
   * to `needs_sign_in` where it is not; anything else than 200 and 401 says nothing about the token.
   */
  readonly validate: (id: string) => Promise<Result<null>>;
  /** The same, for somebody who waits to see it. */
  readonly validateNow: (id: string) => Promise<Result<null>>;
}

export function createValidator(
  parts: KeeperParts,
  watches: Watches,
  refresh: (id: string) => Promise<Result<SignInRecord>>,
  enqueue: <V>(id: string, task: () => Promise<V>) => Promise<V>,
  changed: Changed,
  turnOf: TurnOf,
): Validator {
  const { vault, providers, http, history, clock, random, log } = parts;
  const { keep, later, stuck } = createKeeping(parts, watches);

  /** Writes a changed state, but only over the token that was judged: a refresh may have come in between. */
  const update = (
    judged: SignInRecord,
    change: (record: SignInRecord) => SignInRecord,
  ): Promise<Result<null>> =>
    enqueue(judged.id, async () => {
      const record = watches.current(judged.id);
      if (isTokenOf(judged, record)) await keep(change(record));
      return ok(null);
    });

  const needsSignIn = async (
    record: SignInRecord,
    why: "access_token_rejected" | "identity_mismatch",
    failure: Failure,
  ) => {
    allWell(watches.of(record.id));
    await update(record, (now) => ({
      ...now,
      state: { name: "needs_sign_in", sinceMs: clock.nowMs(), why },
    }));
    watches.of(record.id).reason ??= failure;
    history.note({ signIn: record.id, what: "failed", failure });
    log.warn("validate.rejected", { signIn: record.id, why });
    return failed(failure);
  };

  async function confirmed(
    record: SignInRecord,
    validation: Validation,
    provider: string,
  ): Promise<Result<null>> {
    const { client_id, user_id, scopes = record.scopes, expiresAtMs } = validation;
    const foreign = client_id !== undefined && client_id !== record.client_id;
    // Somebody else is an alarm; nobody is an answer that says too little.
    if (!foreign && user_id === undefined && record.user_id !== "")
      return unknown(record.id, { code: "provider_misbehaved", provider, what: "member", detail: "user_id" });
    if (foreign || (user_id ?? "") !== record.user_id) {
      return needsSignIn(record, "identity_mismatch", { code: "identity_mismatch" });
    }
    const watch = watches.of(record.id);
    // A renewal that is due and does not succeed is not well, however valid the token still is.
    const renewalWaits = watch.renewalFails === true && (refreshesAtMs(record) ?? Infinity) <= clock.nowMs();
    if (watch.condition !== "storage_failing" && !renewalWaits) allWell(watch);
    watch.validatedAtMs = clock.nowMs();
    history.note({ signIn: record.id, what: "validated" });
    if (expiresAtMs !== undefined) watches.endsIn({ ...record, expiresAtMs });
    const login = validation.login ?? record.login;
    const moved =
      expiresAtMs !== undefined && Math.abs(expiresAtMs - (record.expiresAtMs ?? 0)) > EXPIRY_SLACK_MS;
    const news = moved || login !== record.login || scopes.join(" ") !== record.scopes.join(" ");
    if (!news) return ok(null);
    return update(record, (now) => ({
      ...now,
      login,
      // In other capitals it is the login all the same; in another script it is a name of its own (TA §21).
      displayName: now.displayName.toLowerCase() === now.login ? newName(now, login) : now.displayName,
      scopes: [...scopes],
      ...(moved && { expiresAtMs }),
    }));
  }

  function unknown(id: string, failure: Failure, retryAfterMs?: number): Result<null> {
    const answer = later(id, failure, "unreachable", retryAfterMs);
    watches.of(id).nextCheckAtMs = watches.of(id).nextTryAtMs ?? 0;
    log.warn("validate.unknown", { signIn: id, code: failure.code });
    return answer;
  }

  async function rejected(record: SignInRecord, provider: string): Promise<Result<null>> {
    const { id, state } = record;
    const waitsForPerson = state.name === "config_error" && renews(record);
    // It was refused a refresh before, and its state says so; now its access token has ended too.
    const hasEnded = state.name === "needs_sign_in" && state.why === "refresh_token_rejected";
    if (hasEnded) {
      await update(record, ({ access_token: _dead, ...rest }) => rest);
      allWell(watches.of(id));
      return failed({ code: "refresh_token_rejected", account: record.login });
    }
    if (!waitsForPerson && !mayRefresh(record))
      return needsSignIn(record, "access_token_rejected", { code: "access_token_rejected", provider });
    // The token is dead, the account is not: it renews itself, once the client is set right or the provider is well.
    await update(record, ({ access_token: _dead, ...rest }) => rest);
    if (watches.current(id)?.access_token !== undefined) return ok(null); // renewed meanwhile
    // It came with an error and never worked; the next one may come the same way.
    if (watches.of(id).doubtful === true)
      return later(id, { code: "access_token_rejected", provider }, "unreachable");
    const waiting = waitsForPerson ? { code: state.why } : waitsFor(watches.of(id), clock.nowMs());
    if (waiting !== undefined) return failed(waiting);
    const refreshed = await refresh(id);
    return refreshed.ok ? ok(null) : refreshed;
  }

  async function validate(id: string): Promise<Result<null>> {
    const record = watches.current(id);
    if (record === undefined)
      return failed({ code: vault.state.state === "open" ? "account_unknown" : "vault_locked" });
    if (record.state.name === "revoked") return failed({ code: "token_revoked", account: record.login });
    if (record.access_token === undefined && mayRefresh(record)) {
      const refreshed = await refresh(id);
      return refreshed.ok ? ok(null) : refreshed;
    }
    if (!holdsToken(record) || record.access_token === undefined)
      return failed({ code: "needs_sign_in", account: record.login });
    const provider = providerFor(providers, record);
    watches.of(id).nextCheckAtMs = clock.nowMs() + nextValidationMs(chanceOf(random));
    if (!provider.ok) return stuck(id, provider.failure);
    if (isAppToken(record) && !provider.value.dialect.validatesAppTokens) return ok(null); // nobody to be asked
    const outcome = await http.send(validateRequest(provider.value, record.access_token), turnOf(id));
    if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
    const verdict = readValidation(provider.value, outcome, clock.nowMs());
    if (!isTokenOf(record, watches.current(id))) return ok(null);
    watches.of(id).nextCheckAtMs = clock.nowMs() + nextValidationMs(chanceOf(random));
    switch (verdict.kind) {
      case "valid":
        return confirmed(record, verdict.validation, provider.value.name);
      case "rejected":
        return rejected(record, provider.value.name);
      default:
        return unknown(
          id,
          validationFailure(verdict, provider.value),
          verdict.kind === "busy" ? verdict.retryAfterMs : undefined,
        );
    }
  }

  const inPassing = singleFlight(async (id: string) => {
    const watch = watches.of(id);
    const before = { record: watches.current(id), condition: watch.condition, reason: watch.reason };
    watch.validating = true;
    changed(id, "passing");
    try {
      return await validate(id);
    } finally {
      watch.validating = false;
      const same =
        before.record === watches.current(id) &&
        before.condition === watch.condition &&
        before.reason === watch.reason;
      changed(id, same ? "passing" : undefined);
    }
  });
  return {
    validate: inPassing,
    validateNow: (id) => {
      const answer = inPassing(id);
      changed(id);
      return answer.finally(() => changed(id));
    },
  };
}
