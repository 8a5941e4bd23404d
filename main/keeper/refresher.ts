/**
 * Refreshes one sign-in: intent on disk, one POST, answer on disk, then hand out (design: the keeper).
 * What an outcome means is decided in core/lifecycle/refresh.ts; here it is carried out.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord, SignInState } from "../../core/accounts/records.ts";
import { backOffMs } from "../../core/lifecycle/schedule.ts";
import { decideRefresh, reuseAfter, type RefreshDecision } from "../../core/lifecycle/refresh.ts";
import { readTokenOutcome, refreshRequest } from "../../core/oauth/token-request.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest } from "../../core/oauth/validate.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { allWell, credentialsOf, providerFor, trouble, type KeeperParts, type Watches } from "./parts.ts";

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
      return { code: "refresh_ambiguous", account };
    default:
      return record.refresh_token === undefined ? { code: "refresh_token_missing", account } : undefined;
  }
}

/** The answer: at most one refresh per sign-in at a time, shared by all who ask meanwhile. */
export function createRefresher(
  parts: KeeperParts,
  watches: Watches,
  enqueue: Enqueue,
  changed: () => void,
): (id: string) => Promise<Result<SignInRecord>> {
  const { vault, providers, http, clock, random, log } = parts;

  const chance = () => (random.bytes(1)[0] ?? 0) / 255;
  const later = (
    id: string,
    failure: Failure,
    condition: "unreachable" | "storage_failing",
    retryAfterMs?: number,
  ) => {
    const watch = watches.of(id);
    trouble(watch, condition, failure, clock.nowMs());
    watch.nextTryAtMs = clock.nowMs() + backOffMs(watch.failures - 1, chance(), retryAfterMs);
    return failed(failure);
  };

  /** Writes the record that the answer made. What cannot be written stays in memory and counts all the same. */
  async function keep(record: SignInRecord): Promise<Result<SignInRecord>> {
    const watch = watches.of(record.id);
    const written = await vault.write<SignInRecord>(record);
    if (written.ok) {
      watch.unsaved = undefined;
      return written;
    }
    watch.unsaved = record;
    later(record.id, { code: "storage_failing" }, "storage_failing");
    log.error("refresh.unsaved", { signIn: record.id });
    return ok(record);
  }

  const withTokens = (record: SignInRecord, tokens: TokenSet): SignInRecord => {
    const { expiresAtMs: _ended, ...rest } = record;
    return {
      ...rest,
      access_token: tokens.accessToken,
      ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
      scopes: [...tokens.scopes],
      refreshReuse: reuseAfter(record, tokens),
      issuedAtMs: clock.nowMs(),
      ...(tokens.expiresAtMs !== undefined && { expiresAtMs: tokens.expiresAtMs }),
      state: { name: "signed_in" },
    };
  };

  /** A one-time token is only spent on a server that answers right now (design: probe before spending). */
  async function answersNow(provider: Provider, record: SignInRecord): Promise<boolean> {
    if (record.access_token === undefined) return true;
    const verdict = readValidation(
      await http.send(validateRequest(provider, record.access_token)),
      clock.nowMs(),
    );
    return verdict.kind === "valid" || verdict.kind === "rejected";
  }

  async function carryOut(record: SignInRecord, decision: RefreshDecision): Promise<Result<SignInRecord>> {
    const { id } = record;
    const settle = (state: SignInState) => keep({ ...record, state });
    switch (decision.kind) {
      case "replace": {
        const kept = await keep(withTokens(record, decision.tokens));
        if (watches.of(id).unsaved === undefined) allWell(watches.of(id));
        log.info("refresh.done", { signIn: id });
        return kept;
      }
      case "retry":
        await settle({ name: "signed_in" });
        log.warn("refresh.retry", { signIn: id, code: decision.failure.code });
        return later(id, decision.failure, "unreachable", decision.retryAfterMs);
      case "settle": {
        await settle(decision.state);
        allWell(watches.of(id));
        watches.of(id).reason = decision.failure;
        log.warn("refresh.settled", { signIn: id, state: decision.state.name, code: decision.failure.code });
        return failed(decision.failure);
      }
    }
  }

  async function refresh(id: string): Promise<Result<SignInRecord>> {
    const before = watches.current(id);
    if (before === undefined)
      return failed({ code: vault.state.state === "open" ? "account_unknown" : "vault_locked" });
    const refusal = refusalOf(before);
    if (refusal !== undefined) return failed(refusal);
    const refresh_token = before.refresh_token;
    if (refresh_token === undefined) return failed({ code: "refresh_token_missing", account: before.login });
    if (watches.of(id).unsaved !== undefined) {
      // The disk has not taken the last answer yet: no further token is spent until it has.
      const kept = await keep(before);
      if (watches.of(id).unsaved !== undefined) return failed({ code: "storage_failing" });
      allWell(watches.of(id));
      return kept;
    }
    const provider = providerFor(providers, before);
    if (!provider.ok) return later(id, provider.failure, "unreachable");
    const client = vault.get("client", before.client);
    if (client === undefined) {
      return carryOut(before, {
        kind: "settle",
        state: { name: "config_error", sinceMs: clock.nowMs(), why: "client_missing" },
        failure: { code: "client_missing" },
      });
    }
    if (before.refreshReuse === "one_time" && !(await answersNow(provider.value, before))) {
      return later(id, { code: "provider_unreachable", provider: provider.value.name }, "unreachable");
    }
    const intent = await vault.write<SignInRecord>({
      ...before,
      state: { name: "refreshing", sinceMs: clock.nowMs() },
    });
    if (!intent.ok) return later(id, intent.failure, "storage_failing");
    const outcome = await http.send(refreshRequest(provider.value, credentialsOf(client), refresh_token));
    const verdict = readTokenOutcome(provider.value, outcome, before.scopes, clock.nowMs());
    return carryOut(intent.value, decideRefresh(verdict, before, provider.value.name, clock.nowMs()));
  }

  return singleFlight((id) =>
    enqueue(id, async () => {
      const watch = watches.of(id);
      watch.refreshing = true;
      changed();
      try {
        return await refresh(id);
      } finally {
        watch.refreshing = false;
        changed();
      }
    }),
  );
}
