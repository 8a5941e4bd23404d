/** Validates the access token of a sign-in (docs/twitch-auth.md §11): at start, hourly, and on request. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { holdsToken, waitsFor } from "../../core/accounts/status.ts";
import {
  isAppToken,
  mayRefresh,
  nextValidationMs,
  refreshesAtMs,
  renews,
} from "../../core/lifecycle/schedule.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { providerFor } from "../registrations/lookup.ts";
import type { KeeperContext } from "./ports.ts";
import type { Refresher } from "./refresher.ts";
import { chanceOf, createRetry, isAbandoned, type Retry } from "./retry.ts";
import { clearProblem } from "./watches.ts";

/** A smaller change of the expiry comes from the time that the answer took, and is not written. */
const EXPIRY_SLACK_MS = 5 * 60_000;

/** Whether the sign-in still has the token that was validated: a refresh or a removal may have come meanwhile. */
const isTokenOf = (validated: SignInRecord, record: SignInRecord | undefined): record is SignInRecord =>
  validated.access_token !== undefined && record?.access_token?.equals(validated.access_token) === true;

const withoutAccessToken = ({ access_token: _rejected, ...rest }: SignInRecord): SignInRecord => rest;

/** The display name for a login that may have changed. */
function displayNameFor({ login: before, displayName }: SignInRecord, login: string): string {
  // A display name in another script is a name of its own (docs/twitch-auth.md §21); otherwise it is the login in other
  // capitals.
  if (displayName.toLowerCase() !== before) return displayName;
  return login === before ? displayName : login;
}

/** How a validation changes the record; undefined: nothing worth a write has changed. */
function confirmedChange(
  record: SignInRecord,
  validation: Validation,
): ((now: SignInRecord) => SignInRecord) | undefined {
  const { scopes = record.scopes, expiresAtMs, login = record.login } = validation;
  const moved =
    expiresAtMs !== undefined && Math.abs(expiresAtMs - (record.expiresAtMs ?? 0)) > EXPIRY_SLACK_MS;
  const news = moved || login !== record.login || scopes.join(" ") !== record.scopes.join(" ");
  if (!news) return undefined;
  return (now) => ({
    ...now,
    login,
    displayName: displayNameFor(now, login),
    scopes: [...scopes],
    ...(moved && { expiresAtMs }),
  });
}

export class Validator {
  readonly #context: KeeperContext;
  readonly #retry: Retry;
  readonly #refresher: Pick<Refresher, "refresh">;
  readonly #inBackground: (id: string) => Promise<Result<null>>;

  constructor(context: KeeperContext, refresher: Pick<Refresher, "refresh">) {
    this.#context = context;
    this.#retry = createRetry(context);
    this.#refresher = refresher;
    this.#inBackground = singleFlight((id) => this.#showingProgress(id));
  }

  /**
   * Validates a sign-in, once at a time. After a 401 the keeper refreshes the sign-in where it can, or the user has to
   * sign in again; any other answer than 200 and 401 tells nothing about the token.
   */
  validate(id: string): Promise<Result<null>> {
    return this.#inBackground(id);
  }
  /** Validates a sign-in while a user or a tool waits, so that the progress is reported at once. */
  validateNow(id: string): Promise<Result<null>> {
    const { changed } = this.#context;
    const answer = this.#inBackground(id);
    changed(id);
    return answer.finally(() => changed(id));
  }

  async #showingProgress(id: string): Promise<Result<null>> {
    const { watches, changed } = this.#context;
    const health = watches.of(id);
    const before = { record: watches.current(id), condition: health.condition, reason: health.reason };
    health.validating = true;
    changed(id, "passing");
    try {
      return await this.#validate(id);
    } finally {
      health.validating = false;
      const same =
        before.record === watches.current(id) &&
        before.condition === health.condition &&
        before.reason === health.reason;
      changed(id, same ? "passing" : undefined);
    }
  }

  async #validate(id: string): Promise<Result<null>> {
    const { vaultIsOpen, providers, watches } = this.#context;
    const record = watches.current(id);
    if (record === undefined) return failed({ code: vaultIsOpen() ? "account_unknown" : "vault_locked" });
    if (record.state.name === "revoked") return failed({ code: "token_revoked", account: record.login });
    if (record.access_token === undefined && mayRefresh(record)) return this.#refresh(id);
    if (!holdsToken(record) || record.access_token === undefined)
      return failed({ code: "needs_sign_in", account: record.login });
    const provider = providerFor(providers, record);
    this.#planNextCheck(id);
    if (!provider.ok) return this.#retry.recordPermanentProblem(id, provider.failure);
    if (isAppToken(record) && !provider.value.dialect.validatesAppTokens) return ok(null);
    return this.#askProvider(record, provider.value, record.access_token);
  }

  async #askProvider(record: SignInRecord, provider: Provider, access_token: Secret): Promise<Result<null>> {
    const { http, clock, watches, turnOf } = this.#context;
    const { id } = record;
    const outcome = await http.send(validateRequest(provider, access_token), turnOf(id));
    if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
    const verdict = readValidation(provider, outcome, clock.nowMs());
    if (!isTokenOf(record, watches.current(id))) return ok(null);
    this.#planNextCheck(id);
    switch (verdict.kind) {
      case "valid":
        return this.#confirmed(record, verdict.validation, provider.name);
      case "rejected":
        return this.#rejected(record, provider.name);
      default: {
        const retryAfterMs = verdict.kind === "busy" ? verdict.retryAfterMs : undefined;
        return this.#unknown(id, validationFailure(verdict, provider), retryAfterMs);
      }
    }
  }

  async #confirmed(record: SignInRecord, validation: Validation, provider: string): Promise<Result<null>> {
    const { history, clock, watches } = this.#context;
    const { client_id, user_id, expiresAtMs } = validation;
    const foreign = client_id !== undefined && client_id !== record.client_id;
    // An answer for another user or client is an alarm; an answer without a user is only incomplete.
    if (!foreign && user_id === undefined && record.user_id !== "")
      return this.#unknown(record.id, {
        code: "provider_misbehaved",
        provider,
        what: "member",
        detail: "user_id",
      });
    if (foreign || (user_id ?? "") !== record.user_id)
      return this.#needsSignIn(record, "identity_mismatch", { code: "identity_mismatch" });
    const health = watches.of(record.id);
    // A due refresh that fails stays a problem, although the token is still valid.
    const refreshFails = health.renewalFails === true && (refreshesAtMs(record) ?? Infinity) <= clock.nowMs();
    if (health.condition !== "storage_failing" && !refreshFails) clearProblem(health);
    health.validatedAtMs = clock.nowMs();
    history.note({ signIn: record.id, what: "validated" });
    if (expiresAtMs !== undefined) watches.endsIn({ ...record, expiresAtMs });
    const change = confirmedChange(record, validation);
    return change === undefined ? ok(null) : this.#update(record, change);
  }

  async #rejected(record: SignInRecord, provider: string): Promise<Result<null>> {
    const { clock, watches } = this.#context;
    const { id, state } = record;
    const waitsForPerson = state.name === "config_error" && renews(record);
    // The refresh token was rejected earlier, as the state records; now the access token is invalid as well.
    if (state.name === "needs_sign_in" && state.why === "refresh_token_rejected") {
      await this.#update(record, withoutAccessToken);
      clearProblem(watches.of(id));
      return failed({ code: "refresh_token_rejected", account: record.login });
    }
    const failure: Failure = { code: "access_token_rejected", provider };
    if (!waitsForPerson && !mayRefresh(record))
      return this.#needsSignIn(record, "access_token_rejected", failure);
    // The access token is invalid, but the sign-in can be refreshed: now, or once its problem is solved.
    await this.#update(record, withoutAccessToken);
    if (watches.current(id)?.access_token !== undefined) return ok(null); // refreshed meanwhile
    // The token came in one answer with an error and never worked; an immediate refresh may bring another such token.
    if (watches.of(id).doubtful === true) return this.#retry.retryLater(id, failure, "unreachable");
    const waiting = waitsForPerson ? { code: state.why } : waitsFor(watches.of(id), clock.nowMs());
    return waiting === undefined ? this.#refresh(id) : failed(waiting);
  }

  #unknown(id: string, failure: Failure, retryAfterMs?: number): Result<null> {
    const { log, watches } = this.#context;
    const answer = this.#retry.retryLater(id, failure, "unreachable", retryAfterMs);
    watches.of(id).nextCheckAtMs = watches.of(id).nextTryAtMs ?? 0;
    log.warn("validate.unknown", { signIn: id, code: failure.code });
    return answer;
  }

  async #needsSignIn(
    record: SignInRecord,
    why: "access_token_rejected" | "identity_mismatch",
    failure: Failure,
  ): Promise<Result<null>> {
    const { history, clock, log, watches } = this.#context;
    clearProblem(watches.of(record.id));
    await this.#update(record, (now) => ({
      ...now,
      state: { name: "needs_sign_in", sinceMs: clock.nowMs(), why },
    }));
    watches.of(record.id).reason ??= failure;
    history.note({ signIn: record.id, what: "failed", failure });
    log.warn("validate.rejected", { signIn: record.id, why });
    return failed(failure);
  }

  /** Changes the record only if it still has the token that was validated. */
  #update(validated: SignInRecord, change: (record: SignInRecord) => SignInRecord): Promise<Result<null>> {
    const { watches, enqueue } = this.#context;
    return enqueue(validated.id, async () => {
      const record = watches.current(validated.id);
      if (isTokenOf(validated, record)) await this.#retry.save(change(record));
      return ok(null);
    });
  }

  async #refresh(id: string): Promise<Result<null>> {
    const refreshed = await this.#refresher.refresh(id);
    return refreshed.ok ? ok(null) : refreshed;
  }

  #planNextCheck(id: string): void {
    const { clock, random, watches } = this.#context;
    watches.of(id).nextCheckAtMs = clock.nowMs() + nextValidationMs(chanceOf(random));
  }
}
