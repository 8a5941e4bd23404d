/**
 * The vault (docs/vault-format.md): opens with what the envelope was wrapped by, keeps the records in memory, and
 * writes them one by one. Whatever it cannot open it leaves exactly as it is; it never makes a new key over old records.
 */
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { KeychainView, UnreadableView, VaultView } from "../../contract/view.ts";
import type { Draft, VaultRecord } from "../../core/accounts/records.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import {
  isKeyOf,
  keyFromText,
  keyToText,
  newEnvelope,
  readEnvelope,
  unwrapByPassphrase,
  wrapByPassphrase,
  wrapOf,
  writeEnvelope,
  type Envelope,
  type KeychainWrap,
} from "./envelope.ts";
import { eraseRecord, loadRecords, writeRecord, type RecordKey } from "./record-files.ts";
import { KEY_BYTES } from "./seal.ts";
import type { Keychain, Vault } from "./types.ts";

/** A keychain that asks its person something may take long; one that takes longer than this hangs. */
const KEYCHAIN_TIMEOUT_MS = 10_000;
const PASSPHRASE_MIN_LENGTH = 8;

export interface VaultParts {
  readonly folder: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

/** What is there only while the vault is open. */
interface Opened extends RecordKey {
  readonly key: Buffer;
  readonly records: Map<string, VaultRecord>;
  readonly unreadable: UnreadableView[];
}

export function createVault({ folder, keychain, clock, random, log }: VaultParts): Vault {
  const envelopeFile = path.join(folder, "envelope.json");
  const recordsFolder = path.join(folder, "records");
  const listeners = new Set<(state: VaultView) => void>();
  const enqueue = queuePerKey<string>();
  /** Opening, creating, unlocking and locking follow each other. */
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("vault", task);
  const turns = queuePerKey<string>();
  const writing = new Set<Promise<unknown>>();
  let state: VaultView = { state: "opening" };
  let opened: Opened | undefined;

  const become = (next: VaultView): VaultView => {
    state = next;
    log.info("vault.state", { state: next.state, ...("failure" in next && { code: next.failure.code }) });
    for (const listener of listeners) listener(next);
    return next;
  };
  const closed = (failure: Failure, cause?: unknown): VaultView => {
    if (cause !== undefined) log.warn("vault.closed", { code: failure.code, cause });
    return become({ state: "closed", failure });
  };

  /** Rejects when the keychain takes too long; nothing waits for ever. */
  const inTime = <V>(work: Promise<V>): Promise<V> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(KEYCHAIN_TIMEOUT_MS, () => reject(new KeychainTimeout()));
      work.then(resolve, reject).finally(cancel);
    });

  async function openWith(
    key: Buffer,
    { vault }: Envelope,
    sealedBy: "keychain" | "passphrase",
    view?: KeychainView,
  ): Promise<VaultView> {
    const loaded = await loadRecords(recordsFolder, { key, vault }, log);
    opened = { key, vault, ...loaded };
    return become({
      state: "open",
      sealedBy,
      ...(view !== undefined && { keychain: view }),
      unreadable: loaded.unreadable,
    });
  }

  async function makeFolders(): Promise<void> {
    await mkdir(recordsFolder, { recursive: true, mode: 0o700 });
  }

  /** A key of its own, so that a lock means something and records have integrity (ADR 0003). */
  async function make(
    sealedBy: "keychain" | "passphrase",
    wrapUp: (key: Buffer, vault: string) => Promise<Envelope["wraps"][number]>,
    view?: KeychainView,
  ) {
    const key = Buffer.from(random.bytes(KEY_BYTES));
    const vault = random.uuid();
    const envelope = newEnvelope(key, vault, await wrapUp(key, vault), clock.nowMs());
    await writeEnvelope(envelopeFile, envelope);
    return openWith(key, envelope, sealedBy, view);
  }

  const wrapByKeychain = async (key: Buffer, view: KeychainView): Promise<KeychainWrap> => {
    const sealed = await inTime(keychain.seal(keyToText(key)));
    return { kind: "keychain", ...view, sealed: Buffer.from(sealed).toString("base64") };
  };

  async function openNew(): Promise<VaultView> {
    // Records without their envelope are somebody's accounts: their key may come back from a backup.
    if ((await readdir(recordsFolder)).some((name) => name.includes(".json")))
      return closed({ code: "envelope_unreadable" });
    const found = await inTime(keychain.inspect());
    switch (found.state) {
      case "missing":
        return become({ state: "needs_passphrase", failure: { code: "keychain_missing" } });
      case "locked":
        return closed({ code: "keychain_locked" });
      case "usable":
        return make("keychain", (key) => wrapByKeychain(key, found.keychain), found.keychain);
    }
  }

  async function openByKeychain(envelope: Envelope, wrap: KeychainWrap): Promise<VaultView> {
    const found = await inTime(keychain.inspect());
    const view = found.state === "missing" ? undefined : found.keychain;
    if (view?.backend !== wrap.backend) {
      return closed({ code: "keychain_changed", was: wrap.name, now: view?.name ?? "no keychain" });
    }
    if (found.state === "locked") return closed({ code: "keychain_locked" });
    let key: Buffer;
    let stale: boolean;
    try {
      const unwrapped = await inTime(keychain.open(Buffer.from(wrap.sealed, "base64")));
      key = keyFromText(unwrapped.text);
      stale = unwrapped.stale;
    } catch (cause) {
      return closed(
        { code: cause instanceof KeychainTimeout ? "keychain_failing" : "envelope_unreadable" },
        cause,
      );
    }
    // On Linux altered text decrypts without error: only the check tells.
    if (!isKeyOf(envelope, key)) return closed({ code: "envelope_unreadable" });
    if (stale) {
      const fresh = await wrapByKeychain(key, view);
      await writeEnvelope(envelopeFile, {
        ...envelope,
        wraps: envelope.wraps.map((old) => (old === wrap ? fresh : old)),
      });
    }
    return openWith(key, envelope, "keychain", view);
  }

  async function tryOpen(): Promise<VaultView> {
    await makeFolders();
    const envelope = await readEnvelope(envelopeFile);
    if (!envelope.ok) return closed(envelope.failure, envelope.cause);
    if (envelope.value === undefined) return openNew();
    const wrap = wrapOf(envelope.value, "keychain");
    return wrap === undefined ? become({ state: "locked" }) : openByKeychain(envelope.value, wrap);
  }

  const storageFailing = (cause: unknown): Result<never> => {
    log.error("vault.storage_failing", { cause });
    return failed({ code: "storage_failing" }, cause);
  };
  const track = <V>(work: Promise<V>): Promise<V> => {
    writing.add(work);
    void work.finally(() => writing.delete(work)).catch(() => undefined);
    return work;
  };

  return {
    get state() {
      return state;
    },
    get unreadable() {
      return opened?.unreadable ?? [];
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    open: () =>
      inTurn(async () => {
        if (state.state === "open") return state;
        try {
          return await tryOpen();
        } catch (cause) {
          return closed(
            { code: cause instanceof KeychainTimeout ? "keychain_failing" : "storage_failing" },
            cause,
          );
        }
      }),

    create: (passphrase) =>
      inTurn(async () => {
        if (state.state !== "needs_passphrase") return failed({ code: "vault_not_ready" });
        if (passphrase.reveal().length < PASSPHRASE_MIN_LENGTH) {
          return failed({ code: "passphrase_too_short", minLength: PASSPHRASE_MIN_LENGTH });
        }
        try {
          await make("passphrase", (key, vault) => wrapByPassphrase(key, vault, passphrase, random));
          return ok(null);
        } catch (cause) {
          return storageFailing(cause);
        }
      }),

    unlock: (passphrase) =>
      inTurn(async () => {
        if (state.state === "open") return ok(null);
        const envelope = await readEnvelope(envelopeFile);
        if (!envelope.ok) return envelope;
        const wrap = envelope.value === undefined ? undefined : wrapOf(envelope.value, "passphrase");
        if (envelope.value === undefined || wrap === undefined) return failed({ code: "vault_not_ready" });
        try {
          const key = await unwrapByPassphrase(wrap, envelope.value.vault, passphrase);
          if (key === undefined || !isKeyOf(envelope.value, key)) return failed({ code: "passphrase_wrong" });
          await openWith(key, envelope.value, "passphrase");
          return ok(null);
        } catch (cause) {
          return storageFailing(cause);
        }
      }),

    lock: () =>
      inTurn(async () => {
        while (writing.size > 0) await Promise.allSettled([...writing]);
        if (opened === undefined) return;
        opened.key.fill(0);
        opened = undefined;
        become({ state: "locked" });
      }),

    list: (kind) => [...(opened?.records.values() ?? [])].filter((record) => record.kind === kind) as never,
    get(kind, id) {
      const record = opened?.records.get(id);
      return (record?.kind === kind ? record : undefined) as never;
    },

    write: <R extends VaultRecord>(draft: Draft<R> | R): Promise<Result<R>> =>
      track(
        enqueue(draft.id, async () => {
          if (opened === undefined) return failed({ code: "vault_locked" });
          const here = opened;
          if (here.unreadable.some(({ file }) => file === `${draft.id}.json`)) {
            return storageFailing(new Error("the record on disk cannot be read and is not overwritten"));
          }
          const generation = (here.records.get(draft.id)?.generation ?? 0) + 1;
          const record = Object.freeze({ ...draft, generation }) as R;
          try {
            await writeRecord(recordsFolder, here, record, random);
          } catch (cause) {
            return storageFailing(cause);
          }
          here.records.set(record.id, record);
          return ok(record);
        }),
      ),

    erase: (id) =>
      track(
        enqueue(id, async () => {
          if (opened === undefined) return failed({ code: "vault_locked" });
          try {
            await eraseRecord(recordsFolder, id);
          } catch (cause) {
            return storageFailing(cause);
          }
          opened.records.delete(id);
          return ok(null);
        }),
      ),
  };
}

class KeychainTimeout extends Error {
  constructor() {
    super("the keychain did not answer in time");
  }
}
