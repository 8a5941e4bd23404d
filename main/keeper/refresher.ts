/**
 * Refreshes one sign-in: intent on disk, one POST, answer on disk, then hand out (design: the keeper).
 * What an outcome means is decided in core/lifecycle/refresh.ts; here it is carried out.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { ClientRecord, SignInRecord, SignInState } from "../../core/accounts/records.ts";
import { budgetFreeAtMs, isAppToken, issuesAfter, renews } from "../../core/lifecycle/schedule.ts";
import {
  afterInterruption,
  decideRefresh,
  reuseAfter,
  type RefreshDecision,
} from "../../core/lifecycle/refresh.ts";
import {
  clientCredentialsRequest,
  readTokenOutcome,
  refreshRequest,
} from "../../core/oauth/token-request.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { validationFailure } from "../../core/oauth/failures.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import type { HttpOutcome, Turn } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { createKeeping } from "./retry.ts";
import {
  allWell,
  credentialsOf,
  isAbandoned,
  providerFor,
  type KeeperParts,
  type TurnOf,
  type Watches,
} from "./watches.ts";

type Enqueue = <V>(id: string, task: () => Promise<V>) => Promise<V>;

/** Why a sign-in cannot be refreshed as it stands; undefined: it can. A `config_error` may be tried by hand. */
function refusalOf(record: SignInRecord): Failure | undefined {
  const account = record.login;
  switch (record.state.name) {
    case "revoked":
      return { code: "token_revoked", account };
    case "needs_sign_in":
      return { code: "needs_sign_in", account };
    case "refresh_ambiguous":
      return { code: "refresh_ambiguous", account, why: record.state.why ?? "interrupted" };
    default:
      return renews(record) ? undefined : { code: "refresh_token_missing", account };
  }
}

/** The same client error as before: it began when it began, and was told again just now. */
function stillIs(before: SignInState, now: SignInState, nowMs: number): SignInState | undefined {
  return before.name === "config_error" && now.name === "config_error" && before.why === now.why
    ? { ...before, triedAtMs: nowMs }
    : undefined;
}

export interface Refresher {
  /** At most one per sign-in at a time, shared by all who ask meanwhile. */
  readonly refresh: (id: string) => Promise<Result<SignInRecord>>;
  /** Goes on with what another writer has left on disk, if it has. Fails with `record_changed`, `storage_failing`. */
  readonly takeFromDisk: (id: string) => Promise<Result<null>>;
  /** Tries again to write an answer that the disk did not take. */
  readonly save: (id: string) => Promise<void>;
}

export function createRefresher(
  parts: KeeperParts,
  watches: Watches,
  enqueue: Enqueue,
  changed: (signIn?: string) => void,
  /** False while the vault closes or the machine goes to sleep: an answer could come too late to be kept. */
  mayStart: () => boolean,
  turnOf: TurnOf,
): Refresher {
  const { vault, providers, http, history, clock, log } = parts;

  const { keep, stuck, changedElsewhere, ...keeping } = createKeeping(parts, watches);
  const later: typeof keeping.later = (id, ...what) => {
    watches.of(id).renewalFails = true;
    return keeping.later(id, ...what);
  };

  const withTokens = (record: SignInRecord, tokens: TokenSet, state: SignInState): SignInRecord => {
    const { expiresAtMs: _ended, ...rest } = record;
    const issuedAtMs = clock.nowMs();
    const rotated = tokens.refreshToken?.equals(record.refresh_token ?? tokens.refreshToken) === false;
    return {
      ...rest,
      access_token: tokens.accessToken,
      ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
      scopes: [...tokens.scopes],
      refreshReuse: reuseAfter(record, tokens),
      issuedAtMs,
      // The limit is each refresh token's own, and so is the count.
      recentIssuesAtMs: rotated ? [issuedAtMs] : issuesAfter(record, issuedAtMs, tokens.expiresAtMs),
      ...(tokens.expiresAtMs !== undefined && { expiresAtMs: tokens.expiresAtMs }),
      state,
    };
  };

  /** A one-time token is only spent on a server that answers right now (design: probe before spending). */
  async function probe(provider: Provider, record: SignInRecord, turn: Turn): Promise<Result<null>> {
    if (record.access_token === undefined) return ok(null);
    const outcome = await http.send(validateRequest(provider, record.access_token), turn);
    if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
    const verdict = readValidation(provider, outcome, clock.nowMs());
    if (verdict.kind === "valid" || verdict.kind === "rejected") return ok(null);
    const retryAfterMs = verdict.kind === "busy" ? verdict.retryAfterMs : undefined;
    return later(record.id, validationFailure(verdict, provider), "unreachable", retryAfterMs);
  }

  /** `before`: the state that the refresh began in. */
  async function carryOut(
    record: SignInRecord,
    before: SignInState,
    decision: RefreshDecision,
  ): Promise<Result<SignInRecord>> {
    const { id } = record;
    const settle = (state: SignInState) => keep({ ...record, state });
    switch (decision.kind) {
      case "replace": {
        const { tokens, state, failure } = decision;
        const renewed = withTokens(record, tokens, state);
        const kept = await keep(renewed, "tokens");
        watches.endsIn(renewed);
        const watch = watches.of(id);
        const { failures } = watch;
        if (watch.unsaved === undefined) allWell(watch);
        history.note({ signIn: id, what: "refreshed" });
        log.info("refresh.done", { signIn: id });
        if (failure === undefined) return kept;
        watch.reason ??= failure;
        watch.nextCheckAtMs = 0; // what came beside them makes these tokens doubtful
        watch.doubtful = true;
        watch.failures = failures;
        history.note({ signIn: id, what: "failed", failure });
        log.warn("refresh.doubtful", { signIn: id, code: failure.code });
        return kept;
      }
      case "rotate": {
        const { refreshToken: refresh_token, failure, retryAfterMs } = decision;
        await keep({ ...record, refresh_token, state: { name: "signed_in" } }, "tokens");
        log.warn("refresh.rotated", { signIn: id, code: failure.code });
        return later(id, failure, "unreachable", retryAfterMs);
      }
      case "retry":
        await settle(before.name === "config_error" ? before : { name: "signed_in" });
        log.warn("refresh.retry", { signIn: id, code: decision.failure.code });
        return later(id, decision.failure, "unreachable", decision.retryAfterMs);
      case "settle": {
        const lasts = stillIs(before, decision.state, clock.nowMs());
        await settle(lasts ?? decision.state);
        allWell(watches.of(id));
        watches.of(id).reason = decision.failure;
        if (lasts === undefined) history.note({ signIn: id, what: "failed", failure: decision.failure });
        log.warn("refresh.settled", { signIn: id, state: decision.state.name, code: decision.failure.code });
        return failed(decision.failure);
      }
    }
  }

  async function refresh(id: string): Promise<Result<SignInRecord>> {
    const found = watches.current(id);
    if (found === undefined)
      return failed({ code: vault.state.state === "open" ? "account_unknown" : "vault_locked" });
    if (!mayStart()) return failed({ code: "vault_not_ready" });
    // An intent that is open before we begin was left by a crash: what it may have spent is not sent again.
    const before = { ...found, state: afterInterruption(found) };
    if (watches.of(id).unsaved !== undefined) {
      // The disk has not taken the last change yet: no further token is spent until it has.
      const renewed = vault.get("sign_in", id)?.issuedAtMs !== before.issuedAtMs;
      const kept = await keep(before);
      if (watches.of(id).unsaved !== undefined) return failed({ code: "storage_failing" });
      allWell(watches.of(id));
      if (renewed) return kept;
    }
    const refusal = refusalOf(before);
    if (refusal !== undefined) return failed(refusal);
    if (watches.of(id).changedElsewhere === true && !isAppToken(before))
      return failed({ code: "record_changed" });
    if (before.state.name === "config_error") watches.of(id).stateBefore = before.state;
    const provider = providerFor(providers, before);
    if (!provider.ok) return stuck(id, provider.failure);
    const client = vault.get("client", before.client);
    if (client === undefined) {
      return carryOut(before, before.state, {
        kind: "settle",
        state: { name: "config_error", sinceMs: clock.nowMs(), why: "client_missing" },
        failure: { code: "client_missing" },
      });
    }
    if (isAppToken(before)) {
      const request = clientCredentialsRequest(provider.value, credentialsOf(client), before.scopes);
      const outcome = await http.send(request, turnOf(id));
      if (isAbandoned(outcome)) return failed({ code: "vault_not_ready" });
      const question = { grant: "client_credentials", scopes: before.scopes } as const;
      const verdict = readTokenOutcome(provider.value, outcome, question, clock.nowMs());
      const decision = decideRefresh(verdict, before, provider.value.name, clock.nowMs());
      return carryOut(before, before.state, decision);
    }
    return spend(before, provider.value, client);
  }

  /** Sends the refresh token, once everything that can keep it from being sent has been passed. */
  async function spend(
    before: SignInRecord,
    provider: Provider,
    client: ClientRecord,
  ): Promise<Result<SignInRecord>> {
    const { id } = before;
    const { refresh_token } = before;
    if (refresh_token === undefined) return failed({ code: "refresh_token_missing", account: before.login });
    const freeAtMs = budgetFreeAtMs(before);
    if (freeAtMs > clock.nowMs()) {
      const waitSec = Math.ceil((freeAtMs - clock.nowMs()) / 1000);
      watches.of(id).nextTryAtMs = freeAtMs;
      return failed({ code: "refresh_budget", account: before.login, waitSec });
    }
    const request = refreshRequest(provider, credentialsOf(client), refresh_token);
    // Before the probe and the intent: the answer of the first is not to get old, and the second not to lie open.
    const probes = before.refreshReuse === "one_time" && before.access_token !== undefined;
    const together = probes && before.pinned.token === before.pinned.validation;
    const early = await http.turn?.(request.url, { ...turnOf(id), requests: together ? 2 : 1 });
    if (early !== undefined) return turnedAway(id, provider, early);
    if (!mayStart()) return failed({ code: "vault_not_ready" });
    if (before.refreshReuse === "one_time") {
      if (!parts.maySpendOneTime()) return stuck(id, { code: "profile_unlocked" });
      const probed = await probe(provider, before, { ...turnOf(id), ...(together && { taken: true }) });
      if (!probed.ok) return probed;
      if (!mayStart()) return failed({ code: "vault_not_ready" });
      if (!parts.maySpendOneTime()) return stuck(id, { code: "profile_unlocked" }); // lost meanwhile
    }
    const intent = await vault.write<SignInRecord>(
      { ...before, state: { name: "refreshing", sinceMs: clock.nowMs() } },
      "known",
    );
    if (!intent.ok)
      return intent.failure.code === "record_changed"
        ? changedElsewhere(id)
        : later(id, intent.failure, "storage_failing");
    const outcome = await http.send(request, { ...turnOf(id), taken: true });
    const question = { grant: "refresh_token", scopes: before.scopes } as const;
    const verdict = readTokenOutcome(provider, outcome, question, clock.nowMs());
    return carryOut(intent.value, before.state, decideRefresh(verdict, before, provider.name, clock.nowMs()));
  }

  /** No turn came: the vault closes, or the host has asked everybody to wait. */
  function turnedAway(id: string, { name }: Provider, early: HttpOutcome): Result<never> {
    if (early.kind !== "answered") return failed({ code: "vault_not_ready" });
    const failure: Failure = { code: "provider_busy", provider: name, status: early.status };
    return later(id, failure, "unreachable", early.retryAfterMs);
  }

  /** The person wants to go on with what another writer has left on disk. */
  async function takeFromDisk(id: string): Promise<Result<null>> {
    const watch = watches.of(id);
    if (watch.changedElsewhere !== true || watch.unsaved !== undefined) return ok(null);
    const found = await vault.reread(id);
    if (!found.ok) return found;
    // Its refresh token is on its way, from wherever.
    if (found.value?.kind === "sign_in" && found.value.state.name === "refreshing")
      return failed({ code: "record_changed" });
    watch.changedElsewhere = watch.unwritten = undefined;
    return ok(null);
  }

  return {
    refresh: singleFlight((id) =>
      enqueue(id, async () => {
        const watch = watches.of(id);
        watch.refreshing = true;
        changed(id);
        try {
          return await refresh(id);
        } finally {
          watch.refreshing = false;
          watch.stateBefore = undefined;
          changed(id);
        }
      }),
    ),
    takeFromDisk: (id) => enqueue(id, () => takeFromDisk(id)),
    save: (id) =>
      enqueue(id, async () => {
        const { unsaved } = watches.of(id);
        if (unsaved === undefined) return;
        await keep(unsaved);
        if (watches.of(id).unsaved === undefined) allWell(watches.of(id));
        changed(id);
      }),
  };
}
