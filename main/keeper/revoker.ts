/** Revokes tokens at the provider (docs/twitch-auth.md §12): when the user asks, and for removed sign-ins. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord, TombstoneRecord } from "../../core/accounts/records.ts";
import { tombstoneEndsAtMs, tombstoneFrom } from "../../core/lifecycle/schedule.ts";
import { revocationFailure } from "../../core/oauth/failures.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { credentialsOf, providerFor } from "../registrations/lookup.ts";
import type { KeeperContext } from "./ports.ts";
import { createRetry, type Retry } from "./retry.ts";
import { clearProblem } from "./watches.ts";

type Revocable = Pick<SignInRecord, "id" | "provider" | "pinned" | "client_id" | "access_token">;

export class Revoker {
  readonly #context: KeeperContext;
  readonly #retry: Retry;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#retry = createRetry(context);
  }

  /** Revokes the token and keeps the sign-in, without tokens and marked as revoked. A failure changes nothing. */
  revoke(id: string): Promise<Result<null>> {
    const { history, clock, log, watches, enqueue, changed } = this.#context;
    return enqueue(id, async () => {
      const record = watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const revoked = await this.#revokeAtProvider(record);
      if (!revoked.ok) return revoked;
      const { access_token: _access, refresh_token: _refresh, ...rest } = record;
      clearProblem(watches.of(id));
      // The provider has revoked the token, so the new state counts even if the disk refuses it.
      await this.#retry.save({ ...rest, state: { name: "revoked", sinceMs: clock.nowMs() } });
      changed();
      history.note({ signIn: id, what: "revoked" });
      log.info("revoke.done", { signIn: id });
      return ok(null);
    });
  }

  /**
   * Erases the tokens on this computer at once; a tombstone stays, sealed, until the provider has revoked the token.
   */
  remove(id: string): Promise<Result<null>> {
    const { records, log, watches, enqueue, changed } = this.#context;
    return enqueue(id, async () => {
      const record = watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      if (record.access_token === undefined) {
        const erased = await records.erase(id);
        if (!erased.ok) return erased;
        watches.drop(id);
        changed();
        return ok(null);
      }
      const tombstone = await this.#writeTombstone(record, record.access_token);
      if (!tombstone.ok) return tombstone;
      watches.drop(id);
      changed();
      log.info("remove.done", { signIn: id });
      // The user does not wait for the provider: the sign-in is removed from this computer in any case.
      void enqueue(id, () => this.#eraseTombstone(tombstone.value));
      return ok(null);
    });
  }

  /** Revokes the tokens of removed sign-ins, one after the other, until `mayContinue` returns false. */
  async revokeRemoved(mayContinue: () => boolean): Promise<void> {
    const { records, enqueue } = this.#context;
    for (const tombstone of records.list("tombstone"))
      if (mayContinue()) await enqueue(tombstone.id, () => this.#eraseTombstone(tombstone));
  }

  #writeTombstone(
    { id, provider, pinned, client_id, generation, expiresAtMs }: SignInRecord,
    access_token: TombstoneRecord["access_token"],
  ): Promise<Result<TombstoneRecord>> {
    const { records, clock } = this.#context;
    return records.write<TombstoneRecord>({
      kind: "tombstone",
      id,
      generation,
      provider,
      pinned,
      client_id,
      access_token,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      createdAtMs: clock.nowMs(),
    });
  }

  /** Erases a tombstone once its token has expired, or the provider has revoked it or can never do so. */
  async #eraseTombstone({ id }: TombstoneRecord): Promise<void> {
    const { records, clock, log } = this.#context;
    const found = records.get("tombstone", id);
    if (found === undefined) return; // an earlier task erased it
    const tombstone = tombstoneFrom(found, clock.nowMs());
    if (tombstone !== found) await records.write<TombstoneRecord>(tombstone);
    if (tombstoneEndsAtMs(tombstone) <= clock.nowMs()) {
      log.info("remove.ended", { signIn: id });
      await records.erase(id);
      return;
    }
    const revoked = await this.#revokeAtProvider(tombstone);
    // A client or a provider that is unknown today stays unknown, so a retry does not help.
    const final =
      revoked.ok ||
      revoked.failure.code === "client_id_rejected" ||
      revoked.failure.code === "provider_unknown";
    if (!final) return log.warn("remove.untold", { signIn: id, code: revoked.failure.code });
    await records.erase(id);
  }

  /** Ok when the token is revoked, or there is none. */
  async #revokeAtProvider(record: Revocable): Promise<Result<null>> {
    const { records, providers, http, turnOf } = this.#context;
    if (record.access_token === undefined) return ok(null);
    const provider = providerFor(providers, record);
    if (!provider.ok) return provider;
    const client = records
      .list("client")
      .find((one) => one.provider === record.provider && one.client_id === record.client_id);
    const credentials = client === undefined ? { client_id: record.client_id } : credentialsOf(client);
    const outcome = await http.send(
      revokeRequest(provider.value, credentials, record.access_token),
      turnOf(record.id),
    );
    const verdict = readRevocation(provider.value, outcome);
    return verdict.kind === "gone" ? ok(null) : failed(revocationFailure(verdict, provider.value));
  }
}
