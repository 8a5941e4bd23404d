/** Validates one sign-in's access token (TA §11): at start, hourly, and when asked. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { backOffMs, holdsToken, mayRefresh, VALIDATE_EVERY_MS } from "../../core/lifecycle/schedule.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import { singleFlight } from "../../core/single-flight.ts";
import { allWell, providerFor, trouble, type KeeperParts, type Watches } from "./parts.ts";

/** An expiry that moved by less is the answer's travel time, not news worth a write. */
const EXPIRY_SLACK_MS = 5 * 60_000;

/**
 * The answer: validates a sign-in now, one at a time per sign-in. A 401 leads to `refresh` where that is possible and
 * to `needs_sign_in` where it is not; anything else than 200 and 401 says nothing about the token.
 */
export function createValidator(
  parts: KeeperParts,
  watches: Watches,
  refresh: (id: string) => Promise<Result<SignInRecord>>,
  enqueue: <V>(id: string, task: () => Promise<V>) => Promise<V>,
  changed: () => void,
): (id: string) => Promise<Result<null>> {
  const { vault, providers, http, clock, random, log } = parts;

  /** Writes a changed state, but only over the token that was judged: a refresh may have come in between. */
  const update = (
    judged: SignInRecord,
    change: (record: SignInRecord) => SignInRecord,
  ): Promise<Result<null>> =>
    enqueue(judged.id, async () => {
      const record = watches.current(judged.id);
      const token = judged.access_token;
      if (record?.access_token === undefined || token === undefined || !record.access_token.equals(token))
        return ok(null);
      const written = await vault.write<SignInRecord>(change(record));
      return written.ok ? ok(null) : written;
    });

  const needsSignIn = async (
    record: SignInRecord,
    why: "access_token_rejected" | "identity_mismatch",
    failure: Failure,
  ) => {
    await update(record, (now) => ({
      ...now,
      state: { name: "needs_sign_in", sinceMs: clock.nowMs(), why },
    }));
    const watch = watches.of(record.id);
    allWell(watch);
    watch.reason = failure;
    log.warn("validate.rejected", { signIn: record.id, why });
    return failed(failure);
  };

  async function confirmed(record: SignInRecord, validation: Validation): Promise<Result<null>> {
    const { client_id, user_id, scopes, expiresAtMs } = validation;
    if (client_id !== record.client_id || user_id !== record.user_id) {
      return needsSignIn(record, "identity_mismatch", { code: "identity_mismatch" });
    }
    const watch = watches.of(record.id);
    if (watch.condition === "unreachable") allWell(watch);
    watch.validatedAtMs = clock.nowMs();
    const login = validation.login ?? record.login;
    const moved =
      expiresAtMs !== undefined && Math.abs(expiresAtMs - (record.expiresAtMs ?? 0)) > EXPIRY_SLACK_MS;
    const news = moved || login !== record.login || scopes.join(" ") !== record.scopes.join(" ");
    if (!news) return ok(null);
    return update(record, (now) => ({
      ...now,
      login,
      displayName: now.displayName === now.login ? login : now.displayName,
      scopes: [...scopes],
      ...(moved && { expiresAtMs }),
    }));
  }

  function unknown(record: SignInRecord, failure: Failure, retryAfterMs?: number): Result<null> {
    const watch = watches.of(record.id);
    trouble(watch, "unreachable", failure, clock.nowMs());
    const chance = (random.bytes(1)[0] ?? 0) / 255;
    watch.nextCheckAtMs = watch.nextTryAtMs =
      clock.nowMs() + backOffMs(watch.failures - 1, chance, retryAfterMs);
    log.warn("validate.unknown", { signIn: record.id, code: failure.code });
    return failed(failure);
  }

  async function validate(id: string): Promise<Result<null>> {
    const record = watches.current(id);
    if (record === undefined)
      return failed({ code: vault.state.state === "open" ? "account_unknown" : "vault_locked" });
    if (record.state.name === "revoked") return failed({ code: "token_revoked", account: record.login });
    if (!holdsToken(record) || record.access_token === undefined)
      return failed({ code: "needs_sign_in", account: record.login });
    const provider = providerFor(providers, record);
    if (!provider.ok) return unknown(record, provider.failure);
    const name = provider.value.name;
    const verdict = readValidation(
      await http.send(validateRequest(provider.value, record.access_token)),
      clock.nowMs(),
    );
    watches.of(id).nextCheckAtMs = clock.nowMs() + VALIDATE_EVERY_MS;
    switch (verdict.kind) {
      case "valid":
        return confirmed(record, verdict.validation);
      case "rejected": {
        if (watches.current(id)?.access_token?.equals(record.access_token) === false) return ok(null); // replaced meanwhile
        if (!mayRefresh(record))
          return needsSignIn(record, "access_token_rejected", {
            code: "access_token_rejected",
            provider: name,
          });
        const refreshed = await refresh(id);
        return refreshed.ok ? ok(null) : refreshed;
      }
      case "busy":
        return unknown(
          record,
          { code: "provider_busy", provider: name, status: verdict.status },
          verdict.retryAfterMs,
        );
      case "unreachable":
        return unknown(record, { code: "provider_unreachable", provider: name });
      case "misbehaved":
        return unknown(record, {
          code: "provider_misbehaved",
          provider: name,
          what: verdict.what,
          detail: verdict.detail,
        });
    }
  }

  return singleFlight(async (id) => {
    const watch = watches.of(id);
    watch.validating = true;
    changed();
    try {
      return await validate(id);
    } finally {
      watch.validating = false;
      changed();
    }
  });
}
