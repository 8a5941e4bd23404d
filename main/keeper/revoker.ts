/** Ends tokens at the provider (TA §12): on request, and for sign-ins that were removed while it could not be told. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SignInRecord, TombstoneRecord } from "../../core/accounts/records.ts";
import { tombstoneEndsAtMs, tombstoneFrom } from "../../core/lifecycle/schedule.ts";
import { revocationFailure } from "../../core/oauth/failures.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { createKeeping } from "./retry.ts";
import {
  allWell,
  credentialsOf,
  providerFor,
  type KeeperParts,
  type TurnOf,
  type Watches,
} from "./watches.ts";

type Enqueue = <V>(id: string, task: () => Promise<V>) => Promise<V>;

export interface Revoker {
  /** Ends the token and keeps the sign-in, without tokens, marked revoked. On failure nothing has changed. */
  revoke(id: string): Promise<Result<null>>;
  /** Erases the tokens here at once; what has to be told to the provider stays, sealed, until it was told. */
  remove(id: string): Promise<Result<null>>;
  /** Tells the provider of removed sign-ins it has not been told of, one after the other, while `goOn` says so. */
  tellRemoved(goOn: () => boolean): Promise<void>;
}

export function createRevoker(
  parts: KeeperParts,
  watches: Watches,
  enqueue: Enqueue,
  changed: () => void,
  turnOf: TurnOf,
): Revoker {
  const { vault, providers, http, history, clock, log } = parts;
  const { keep } = createKeeping(parts, watches);

  /** True when the token is gone, or can never be ended from here. */
  async function tell(
    record: Pick<SignInRecord, "id" | "provider" | "pinned" | "client_id" | "access_token">,
  ): Promise<Result<null>> {
    if (record.access_token === undefined) return ok(null);
    const provider = providerFor(providers, record);
    if (!provider.ok) return provider;
    const client = vault
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

  async function bury({ id }: TombstoneRecord): Promise<void> {
    const found = vault.get("tombstone", id);
    if (found === undefined) return; // told meanwhile
    const tombstone = tombstoneFrom(found, clock.nowMs());
    if (tombstone !== found) await vault.write<TombstoneRecord>(tombstone);
    if (tombstoneEndsAtMs(tombstone) <= clock.nowMs()) {
      log.info("remove.ended", { signIn: id });
      await vault.erase(id); // nothing is left to be ended
      return;
    }
    const told = await tell(tombstone);
    // An unknown client or provider will not know the token tomorrow either.
    const final =
      told.ok || told.failure.code === "client_id_rejected" || told.failure.code === "provider_unknown";
    if (!final) return log.warn("remove.untold", { signIn: tombstone.id, code: told.failure.code });
    await vault.erase(tombstone.id);
  }

  return {
    revoke: (id) =>
      enqueue(id, async () => {
        const record = watches.current(id);
        if (record === undefined) return failed({ code: "account_unknown" });
        const told = await tell(record);
        if (!told.ok) return told;
        const { access_token: _access, refresh_token: _refresh, ...rest } = record;
        allWell(watches.of(id));
        // The token is gone, whatever the disk says.
        await keep({ ...rest, state: { name: "revoked", sinceMs: clock.nowMs() } });
        changed();
        history.note({ signIn: id, what: "revoked" });
        log.info("revoke.done", { signIn: id });
        return ok(null);
      }),

    remove: (id) =>
      enqueue(id, async () => {
        const record = watches.current(id);
        if (record === undefined) return failed({ code: "account_unknown" });
        const { access_token } = record;
        if (access_token === undefined) {
          const erased = await vault.erase(id);
          if (!erased.ok) return erased;
          watches.drop(id);
          changed();
          return ok(null);
        }
        const { provider, pinned, client_id, generation, expiresAtMs } = record;
        const buried = await vault.write<TombstoneRecord>({
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
        if (!buried.ok) return buried;
        watches.drop(id);
        changed();
        log.info("remove.done", { signIn: id });
        // The person does not wait for the provider: the sign-in is gone here either way.
        void enqueue(id, () => bury(buried.value));
        return ok(null);
      }),

    async tellRemoved(goOn) {
      for (const tombstone of vault.list("tombstone"))
        if (goOn()) await enqueue(tombstone.id, () => bury(tombstone));
    },
  };
}
