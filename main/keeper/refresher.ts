/**
 * Refreshes one sign-in: the intent is written to disk, the request is sent once, the answer is written to disk, and
 * only then are the tokens handed out (ADR 0004). core/lifecycle/refresh.ts decides what an outcome means.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { ClientRecord, SignInRecord, SignInState } from "../../core/accounts/records.ts";
import { whyNoRefresh } from "../../core/accounts/status.ts";
import {
  afterInterruption,
  decideRefresh,
  renewedRecord,
  repeatedClientError,
  type RefreshDecision,
} from "../../core/lifecycle/refresh.ts";
import { budgetFreeAtMs, isAppToken } from "../../core/lifecycle/schedule.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import {
  clientCredentialsRequest,
  readTokenOutcome,
  refreshRequest,
} from "../../core/oauth/token-request.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import type { HttpOutcome, HttpRequest, Turn } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { credentialsOf, providerFor } from "../registrations/lookup.ts";
import type { KeeperContext } from "./ports.ts";
import { createRetry, isAbandoned, type Retry } from "./retry.ts";
import { clearProblem } from "./watches.ts";

type Refreshed = Result<SignInRecord>;
type Decision<Kind extends RefreshDecision["kind"]> = Extract<RefreshDecision, { kind: Kind }>;

/** A lock or a quit waits this long for a disk that refuses the last answers. */
const UNSAVED_WAIT_MS = 20_000;
const UNSAVED_RETRY_MS = 500;

export class Refresher {
  readonly #context: KeeperContext;
  readonly #retry: Retry;
  /** Refreshes a sign-in, at most once at a time; all callers meanwhile share the outcome. */
  readonly refresh: (id: string) => Promise<Refreshed>;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#retry = createRetry(context);
    this.refresh = singleFlight((id) => context.enqueue(id, () => this.#showingProgress(id)));
  }

  /**
   * Continues with the record that another program has left on disk, if it has changed the record. Fails with
   * `record_changed` while that program is refreshing, and with `storage_failing`.
   */
  takeFromDisk(id: string): Promise<Result<null>> {
    const { records, watches, enqueue } = this.#context;
    return enqueue(id, async () => {
      const health = watches.of(id);
      if (health.changedElsewhere !== true || health.unsaved !== undefined) return ok(null);
      const found = await records.reread(id);
      if (!found.ok) return found;
      // The other program may be sending the refresh token.
      if (found.value?.kind === "sign_in" && found.value.state.name === "refreshing")
        return failed({ code: "record_changed" });
      health.changedElsewhere = health.unwritten = undefined;
      return ok(null);
    });
  }

  /** Tries again to write a record that the disk refused. */
  save(id: string): Promise<void> {
    const { watches, enqueue, changed } = this.#context;
    return enqueue(id, async () => {
      const { unsaved } = watches.of(id);
      if (unsaved === undefined) return;
      await this.#retry.save(unsaved);
      if (watches.of(id).unsaved === undefined) clearProblem(watches.of(id));
      changed(id);
    });
  }

  /** Writes every record that the disk refused, for `UNSAVED_WAIT_MS` at most. Fails with `storage_failing`. */
  async saveAll(): Promise<Result<null>> {
    const { watches, clock, log } = this.#context;
    for (const endMs = clock.monotonicMs() + UNSAVED_WAIT_MS; watches.unsaved().length > 0;) {
      for (const { id } of watches.unsaved()) await this.save(id);
      if (watches.unsaved().length === 0) break;
      if (clock.monotonicMs() > endMs) {
        log.error("keeper.unsaved", { signIns: watches.unsaved().map(({ id }) => id) });
        return failed({ code: "storage_failing" });
      }
      await new Promise<void>((resolve) => clock.after(UNSAVED_RETRY_MS, resolve));
    }
    return ok(null);
  }

  async #showingProgress(id: string): Promise<Refreshed> {
    const { watches, changed } = this.#context;
    const health = watches.of(id);
    health.refreshing = true;
    changed(id);
    try {
      return await this.#refresh(id);
    } finally {
      health.refreshing = false;
      health.stateBefore = undefined;
      changed(id);
    }
  }

  async #refresh(id: string): Promise<Refreshed> {
    const { records, vaultIsOpen, providers, clock, watches, activity } = this.#context;
    const found = watches.current(id);
    if (found === undefined) return failed({ code: vaultIsOpen() ? "account_unknown" : "vault_locked" });
    if (!activity.mayStart) return failed({ code: "vault_not_ready" });
    // A crash left an intent that is open by now: a token that may be spent is not sent again.
    const before = { ...found, state: afterInterruption(found) };
    if (watches.of(id).unsaved !== undefined) {
      const saved = await this.#saveFirst(before);
      if (saved !== undefined) return saved;
    }
    const refusal = whyNoRefresh(before);
    if (refusal !== undefined) return failed(refusal);
    if (watches.of(id).changedElsewhere === true && !isAppToken(before))
      return failed({ code: "record_changed" });
    if (before.state.name === "config_error") watches.of(id).stateBefore = before.state;
    const provider = providerFor(providers, before);
    if (!provider.ok) return this.#retry.recordPermanentProblem(id, provider.failure);
    const client = records.get("client", before.client);
    if (client === undefined) {
      return this.#applyState(before, before.state, {
        kind: "change_state",
        state: { name: "config_error", sinceMs: clock.nowMs(), why: "client_missing" },
        failure: { code: "client_missing" },
      });
    }
    return isAppToken(before)
      ? this.#requestAppToken(before, provider.value, client)
      : this.#refreshWithToken(before, provider.value, client);
  }

  /** Writes a record that the disk refused before: until then no token is sent. Undefined: the refresh may go on. */
  async #saveFirst(before: SignInRecord): Promise<Refreshed | undefined> {
    const { records, watches } = this.#context;
    const { id } = before;
    const renewed = records.get("sign_in", id)?.issuedAtMs !== before.issuedAtMs;
    const saved = await this.#retry.save(before);
    if (watches.of(id).unsaved !== undefined) return failed({ code: "storage_failing" });
    clearProblem(watches.of(id));
    return renewed ? saved : undefined; // the unsaved record held the tokens of a refresh
  }

  async #requestAppToken(before: SignInRecord, provider: Provider, client: ClientRecord): Promise<Refreshed> {
    const { http, clock, turnOf } = this.#context;
    const request = clientCredentialsRequest(provider, credentialsOf(client), before.scopes);
    const outcome = await http.send(request, turnOf(before.id));
    if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
    const question = { grant: "client_credentials", scopes: before.scopes } as const;
    const verdict = readTokenOutcome(provider, outcome, question, clock.nowMs());
    return this.#carryOut(before, before.state, decideRefresh(verdict, before, provider.name, clock.nowMs()));
  }

  /** Sends the refresh token after every check that can prevent it. */
  async #refreshWithToken(
    before: SignInRecord,
    provider: Provider,
    client: ClientRecord,
  ): Promise<Refreshed> {
    const { records, http, clock, turnOf } = this.#context;
    const { id, refresh_token } = before;
    if (refresh_token === undefined) return failed({ code: "refresh_token_missing", account: before.login });
    const overBudget = this.#checkBudget(before);
    if (overBudget !== undefined) return overBudget;
    const request = refreshRequest(provider, credentialsOf(client), refresh_token);
    const prevented = await this.#waitForTurn(before, provider, request);
    if (prevented !== undefined) return prevented;
    const intent = await records.write<SignInRecord>(
      { ...before, state: { name: "refreshing", sinceMs: clock.nowMs() } },
      "known",
    );
    if (!intent.ok)
      return intent.failure.code === "record_changed"
        ? this.#retry.markChangedElsewhere(id)
        : this.#retryLater(id, intent.failure, "storage_failing");
    const outcome = await http.send(request, { ...turnOf(id), taken: true });
    const question = { grant: "refresh_token", scopes: before.scopes } as const;
    const verdict = readTokenOutcome(provider, outcome, question, clock.nowMs());
    const decision = decideRefresh(verdict, before, provider.name, clock.nowMs());
    return this.#carryOut(intent.value, before.state, decision);
  }

  /**
   * The provider limits the access tokens of one refresh token (docs/twitch-auth.md §10). Undefined: one more is
   * allowed.
   */
  #checkBudget(before: SignInRecord): Result<never> | undefined {
    const { clock, watches } = this.#context;
    const freeAtMs = budgetFreeAtMs(before);
    if (freeAtMs <= clock.nowMs()) return undefined;
    const waitSec = Math.ceil((freeAtMs - clock.nowMs()) / 1000);
    watches.of(before.id).nextTryAtMs = freeAtMs;
    return failed({ code: "refresh_budget", account: before.login, waitSec });
  }

  /**
   * Waits until the request may leave, and probes the server of a one-time token. The wait comes first, so that neither
   * the answer to the probe nor an open intent gets old. Undefined: the refresh token may be sent now.
   */
  async #waitForTurn(
    before: SignInRecord,
    provider: Provider,
    request: HttpRequest,
  ): Promise<Result<never> | undefined> {
    const { http, maySpendOneTime, activity, turnOf } = this.#context;
    const { id } = before;
    const probes = before.refreshReuse === "one_time" && before.access_token !== undefined;
    const together = probes && before.pinned.token === before.pinned.validation;
    const early = await http.turn?.(request.url, { ...turnOf(id), requests: together ? 2 : 1 });
    if (early !== undefined) return this.#turnedAway(id, provider, early);
    if (!activity.mayStart) return failed({ code: "vault_not_ready" });
    if (before.refreshReuse !== "one_time") return undefined;
    if (!maySpendOneTime()) return this.#retry.recordPermanentProblem(id, { code: "profile_unlocked" });
    const probed = await this.#probe(provider, before, { ...turnOf(id), ...(together && { taken: true }) });
    if (!probed.ok) return probed;
    if (!activity.mayStart) return failed({ code: "vault_not_ready" });
    // The lock on the profile may have been lost during the probe.
    if (!maySpendOneTime()) return this.#retry.recordPermanentProblem(id, { code: "profile_unlocked" });
    return undefined;
  }

  /** The request may not leave: the vault closes, or the host has asked for no request. */
  #turnedAway(id: string, { name }: Provider, early: HttpOutcome): Result<never> {
    if (early.kind !== "answered") return failed({ code: "vault_not_ready" });
    const failure: Failure = { code: "provider_busy", provider: name, status: early.status };
    return this.#retryLater(id, failure, "unreachable", early.retryAfterMs);
  }

  /** Checks with the access token that the server answers: a one-time refresh token is sent only then. */
  async #probe(provider: Provider, record: SignInRecord, turn: Turn): Promise<Result<null>> {
    const { http, clock } = this.#context;
    if (record.access_token === undefined) return ok(null);
    const outcome = await http.send(validateRequest(provider, record.access_token), turn);
    if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
    const verdict = readValidation(provider, outcome, clock.nowMs());
    if (verdict.kind === "valid" || verdict.kind === "rejected") return ok(null);
    const retryAfterMs = verdict.kind === "busy" ? verdict.retryAfterMs : undefined;
    return this.#retryLater(record.id, validationFailure(verdict, provider), "unreachable", retryAfterMs);
  }

  /** `before`: the state in which the refresh began. */
  async #carryOut(record: SignInRecord, before: SignInState, decision: RefreshDecision): Promise<Refreshed> {
    const { log } = this.#context;
    const { id } = record;
    switch (decision.kind) {
      case "replace":
        return this.#storeTokens(record, decision);
      case "rotate": {
        const { refreshToken: refresh_token, failure, retryAfterMs } = decision;
        await this.#retry.save({ ...record, refresh_token, state: { name: "signed_in" } }, "tokens");
        log.warn("refresh.rotated", { signIn: id, code: failure.code });
        return this.#retryLater(id, failure, "unreachable", retryAfterMs);
      }
      case "retry": {
        const state: SignInState = before.name === "config_error" ? before : { name: "signed_in" };
        await this.#retry.save({ ...record, state });
        log.warn("refresh.retry", { signIn: id, code: decision.failure.code });
        return this.#retryLater(id, decision.failure, "unreachable", decision.retryAfterMs);
      }
      case "change_state":
        return this.#applyState(record, before, decision);
    }
  }

  async #storeTokens(record: SignInRecord, decision: Decision<"replace">): Promise<Refreshed> {
    const { history, clock, log, watches } = this.#context;
    const { id } = record;
    const { tokens, state, failure } = decision;
    const renewed = renewedRecord(record, tokens, state, clock.nowMs());
    const saved = await this.#retry.save(renewed, "tokens");
    watches.endsIn(renewed);
    const health = watches.of(id);
    const { failures } = health;
    if (health.unsaved === undefined) clearProblem(health);
    history.note({ signIn: id, what: "refreshed" });
    log.info("refresh.done", { signIn: id });
    if (failure === undefined) return saved;
    // The error in the same answer makes the new tokens doubtful, so they are validated at once.
    health.reason ??= failure;
    health.nextCheckAtMs = 0;
    health.doubtful = true;
    health.failures = failures;
    history.note({ signIn: id, what: "failed", failure });
    log.warn("refresh.doubtful", { signIn: id, code: failure.code });
    return saved;
  }

  async #applyState(
    record: SignInRecord,
    before: SignInState,
    { state, failure }: Decision<"change_state">,
  ): Promise<Result<never>> {
    const { history, clock, log, watches } = this.#context;
    const { id } = record;
    const repeated = repeatedClientError(before, state, clock.nowMs());
    await this.#retry.save({ ...record, state: repeated ?? state });
    clearProblem(watches.of(id));
    watches.of(id).reason = failure;
    if (repeated === undefined) history.note({ signIn: id, what: "failed", failure });
    log.warn("refresh.settled", { signIn: id, state: state.name, code: failure.code });
    return failed(failure);
  }

  #retryLater(...[id, ...problem]: Parameters<Retry["retryLater"]>): Result<never> {
    this.#context.watches.of(id).renewalFails = true;
    return this.#retry.retryLater(id, ...problem);
  }
}
