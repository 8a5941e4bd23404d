/**
 * The vault (docs/vault-format.md): opens with what the envelope was wrapped by, keeps the records in memory, and
 * writes them one by one. Whatever it cannot open it leaves exactly as it is; it never makes a new key over old records.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { KeychainView, VaultView } from "../../contract/views/vault.ts";
import type { VaultRecord } from "../../core/accounts/records.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import { queuePerKey } from "../../core/single-flight.ts";
import { idleSinceMs, openBy, readClosing, writeClosing } from "./closing.ts";
import {
  isKeyOf,
  keyFromText,
  newEnvelope,
  readEnvelope,
  sealedBy,
  unwrapByPassphrase,
  wrapByPassphrase,
  wrapOf,
  writeEnvelope,
  type Envelope,
  type KeychainWrap,
} from "./envelope.ts";
import { syncFolder } from "../storage/durable-file.ts";
import { createTries, tooShort } from "./passphrase.ts";
import { loadRecords, type Loaded } from "./record-files.ts";
import { KEY_BYTES } from "./seal.ts";
import type { Keychain, Vault } from "./types.ts";
import { createWrapping, KeychainFailure, KeychainTimeout } from "./wrapping.ts";
import { createWriting, type Opened } from "./writing.ts";

const LOOK_AT_IDLE_EVERY_MS = 3_600_000;

export interface VaultParts {
  readonly folder: string;
  readonly keychain: Keychain;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  /** Ids of the records that are looked at first, where there are many; read before the others. */
  readonly firstOnes?: () => Promise<readonly string[]>;
}

export function createVault(parts: VaultParts): Vault {
  const { folder, keychain, clock, random, log, firstOnes = () => Promise.resolve([]) } = parts;
  const envelopeFile = path.join(folder, "envelope.json");
  const recordsFolder = path.join(folder, "records");
  const listeners = new Set<(state: VaultView) => void>();
  /** Opening, creating, unlocking and locking follow each other. */
  const inTurn = <V>(task: () => Promise<V>): Promise<V> => turns("vault", task);
  const turns = queuePerKey<string>();
  const writing = createWriting({ folder, random, log }, () => opened);
  const closingFile = path.join(folder, "closed.json");
  const tries = createTries(clock);
  const wrapping = createWrapping(keychain, clock, random);
  const { inTime, wrapByKeychain } = wrapping;
  let state: VaultView = { state: "opening" };
  let opened: Opened | undefined;
  let early: readonly VaultRecord[] = [];

  const become = (next: VaultView): VaultView => {
    const same = JSON.stringify(next) === JSON.stringify(state);
    state = next;
    if (same) return next; // tried again, and nothing new
    log.info("vault.state", { state: next.state, ...("failure" in next && { code: next.failure.code }) });
    for (const listener of listeners) listener(next);
    return next;
  };
  /** It cannot be opened by the keychain; a passphrase, if there is one, still does. */
  const closed = async (failure: Failure, cause?: unknown, envelope?: Envelope): Promise<VaultView> => {
    if (cause !== undefined) log.warn("vault.closed", { code: failure.code, cause });
    const passphrase = envelope !== undefined && wrapOf(envelope, "passphrase") !== undefined;
    return become({
      state: "closed",
      failure,
      passphrase,
      ...openBy(await readClosing(closingFile), clock.nowMs()),
    });
  };

  /** While it is closed, refresh tokens lie idle: from some day on it says by when it has to be opened. */
  let cancelWatch: () => void = () => undefined;
  function watchIdle(): void {
    cancelWatch();
    cancelWatch = clock.after(LOOK_AT_IDLE_EVERY_MS, () => {
      void inTurn(async () => {
        if ((state.state !== "locked" && state.state !== "closed") || "openByMs" in state) return;
        become({ ...state, ...openBy(await readClosing(closingFile), clock.nowMs()) });
        watchIdle();
      });
    });
  }

  const openState = (here: Opened, paused: boolean): VaultView => ({
    state: "open",
    sealedBy: sealedBy(here.envelope),
    paused,
    unreadable: here.unreadable,
  });

  /** What it says holds no longer. Without it nothing is lost; with it a later start would be held, or warn in vain. */
  const forgetClosing = (): Promise<void> =>
    rm(closingFile, { force: true }).catch((cause: unknown) => log.warn("vault.closing", { cause }));

  async function openWith(key: Buffer, envelope: Envelope, paused: boolean): Promise<VaultView> {
    const { vault } = envelope;
    const before = state;
    let loaded: Loaded;
    try {
      loaded = await loadRecords(recordsFolder, { key, vault }, log, await firstOnes(), (records, of) => {
        early = records;
        become({ state: "opening", reading: { of, sealedBy: sealedBy(envelope) } });
      });
    } catch (error) {
      become(before);
      throw error;
    } finally {
      early = [];
    }
    opened = { key, vault, envelope, lists: new Map(), attempted: new Map(), ...loaded };
    if (!paused) await forgetClosing();
    return become(openState(opened, paused));
  }

  /** A key of its own, so that a lock means something and records have integrity (ADR 0003). */
  async function make(wrapUp: (key: Buffer, vault: string) => Promise<Envelope["wraps"][number]>) {
    const key = Buffer.from(random.bytes(KEY_BYTES));
    const vault = random.uuid();
    const envelope = newEnvelope(key, vault, await wrapUp(key, vault), clock.nowMs());
    await writeEnvelope(envelopeFile, envelope);
    return openWith(key, envelope, false);
  }

  async function openNew(): Promise<VaultView> {
    // Records without their envelope are somebody's accounts: their key may come back from a backup.
    if ((await readdir(recordsFolder)).some((name) => name.includes(".json")))
      return closed({ code: "envelope_unreadable" });
    // Nothing waits behind this keychain yet: while it does not serve, a passphrase may take its place.
    const without = (code: "keychain_missing" | "keychain_locked" | "keychain_failing") =>
      become({ state: "needs_passphrase", failure: { code } });
    try {
      const found = await inTime(keychain.inspect());
      if (found.state !== "usable") return without(`keychain_${found.state}`);
      return await make((key) => wrapByKeychain(key, found.keychain));
    } catch (cause) {
      if (!(cause instanceof KeychainFailure)) throw cause;
      log.warn("vault.keychain", { cause });
      return without("keychain_failing");
    }
  }

  async function openByKeychain(envelope: Envelope, wrap: KeychainWrap, paused: boolean): Promise<VaultView> {
    const found = await inTime(keychain.inspect());
    const shut = (failure: Failure, cause?: unknown) => closed(failure, cause, envelope);
    if (found.state === "missing" && found.backend === wrap.backend)
      return shut({ code: "keychain_stopped", was: wrap.name });
    const view = found.state === "missing" ? undefined : found.keychain;
    if (view?.backend !== wrap.backend)
      return shut({ code: "keychain_changed", was: wrap.name, now: view?.name ?? "no keychain" });
    if (found.state === "locked" || found.state === "failing")
      return shut({ code: `keychain_${found.state}` });
    let key: Buffer;
    let stale: boolean;
    try {
      const unwrapped = await inTime(keychain.open(Buffer.from(wrap.sealed, "base64")));
      key = keyFromText(unwrapped.text);
      stale = unwrapped.stale;
    } catch (cause) {
      return shut(
        { code: cause instanceof KeychainTimeout ? "keychain_failing" : "envelope_unreadable" },
        cause,
      );
    }
    // On Linux altered text decrypts without error: only the check tells.
    if (!isKeyOf(envelope, key)) return shut({ code: "envelope_unreadable" });
    return openWith(key, stale ? await resealed(envelope, wrap, key, view) : envelope, paused);
  }

  /** The keychain has a new key and wants its seal renewed. The next start will do, if it cannot be now. */
  async function resealed(envelope: Envelope, wrap: KeychainWrap, key: Buffer, view: KeychainView) {
    try {
      const fresh = await wrapByKeychain(key, view);
      const renewed = { ...envelope, wraps: envelope.wraps.map((old) => (old === wrap ? fresh : old)) };
      await writeEnvelope(envelopeFile, renewed);
      return renewed;
    } catch (cause) {
      log.warn("vault.not_resealed", { cause });
      return envelope;
    }
  }

  async function tryOpen(): Promise<VaultView> {
    await mkdir(recordsFolder, { recursive: true, mode: 0o700 });
    const envelope = await readEnvelope(envelopeFile);
    if (!envelope.ok) return closed(envelope.failure, envelope.cause);
    if (envelope.value === undefined) return openNew();
    const wrap = wrapOf(envelope.value, "keychain");
    const closing = await readClosing(closingFile);
    // Closed on purpose, it is not opened by a restart; without a passphrase there is nothing to ask for but consent.
    const held = closing?.held === true;
    if (wrap === undefined || (held && wrapOf(envelope.value, "passphrase") !== undefined))
      return become({ state: "locked", windowOnly: false, ...openBy(closing, clock.nowMs()) });
    return openByKeychain(envelope.value, wrap, held);
  }

  /** As `tryOpen`, and whatever goes wrong is a state. */
  async function openOrSay(): Promise<VaultView> {
    try {
      const found = await tryOpen();
      if (found.state !== "open") watchIdle();
      return found;
    } catch (cause) {
      return closed(
        { code: cause instanceof KeychainFailure ? "keychain_failing" : "storage_failing" },
        cause,
      );
    }
  }

  /** The move that was begun in Settings: the app runs with the other keychain now. Tried again at the next unlocking. */
  async function moved(envelope: Envelope, key: Buffer): Promise<Envelope> {
    const { movesTo, ...rest } = envelope;
    if (movesTo === undefined) return envelope;
    try {
      const found = await inTime(keychain.inspect());
      if (found.state !== "usable" || found.keychain.backend !== movesTo) return envelope;
      const wrap = await wrapByKeychain(key, found.keychain);
      const there: Envelope = { ...rest, wraps: [wrap, ...rest.wraps] };
      await writeEnvelope(envelopeFile, there);
      return there;
    } catch (cause) {
      log.warn("vault.not_moved", { cause });
      return envelope;
    }
  }

  /** Other wraps of the same key. Rejects with what the disk says. */
  async function replaceEnvelope(
    here: Opened,
    paused: boolean,
    next: Pick<Envelope, "wraps" | "movesTo">,
  ): Promise<Result<null>> {
    const { movesTo: _before, ...rest } = here.envelope;
    const envelope = { ...rest, ...next };
    await writeEnvelope(envelopeFile, envelope);
    here.envelope = envelope;
    become(openState(here, paused));
    return ok(null);
  }

  /** The key, by a passphrase that may be wrong: each wrong one makes the next try slower. */
  async function keyBy(envelope: Envelope, passphrase: Secret): Promise<Result<Buffer>> {
    const wrap = wrapOf(envelope, "passphrase");
    if (wrap === undefined) return failed({ code: "vault_not_ready" });
    const waitSec = tries.waitSec();
    if (waitSec > 0) return failed({ code: "passphrase_wait", waitSec });
    let key: Buffer | undefined;
    try {
      key = await unwrapByPassphrase(wrap, envelope.vault, passphrase);
    } catch (cause) {
      return failed({ code: "internal" }, cause); // no memory for the derivation, say: not the disk's fault
    }
    if (key === undefined || !isKeyOf(envelope, key)) {
      tries.wrong();
      log.warn("vault.wrong_passphrase");
      return failed({ code: "passphrase_wrong" });
    }
    tries.right();
    return ok(key);
  }
  /** Who asks knows the passphrase, where there is one. */
  async function proven({ envelope }: Opened, passphrase: Secret | undefined): Promise<Result<null>> {
    if (wrapOf(envelope, "passphrase") === undefined) return ok(null);
    if (passphrase === undefined) return failed({ code: "passphrase_wrong" });
    const key = await keyBy(envelope, passphrase);
    return key.ok ? ok(null) : key;
  }

  const close = ({ records }: Opened, held: boolean): Promise<void> =>
    writeClosing(closingFile, { held, closedAtMs: clock.nowMs(), ...idleSinceMs(records.values()) });

  const storageFailing = (cause: unknown): Result<never> => {
    log.error("vault.storage_failing", { cause });
    return failed({ code: "storage_failing" }, cause);
  };

  return {
    get state() {
      return state;
    },
    get early() {
      return early;
    },
    get unreadable() {
      return opened?.unreadable ?? [];
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    open: () => inTurn(() => (state.state === "open" ? Promise.resolve(state) : openOrSay())),

    create: (passphrase) =>
      inTurn(async () => {
        if (state.state !== "needs_passphrase") return failed({ code: "vault_not_ready" });
        const short = tooShort(passphrase);
        if (short !== undefined) return failed(short);
        try {
          await make((key, vault) => wrapByPassphrase(key, vault, passphrase, random));
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
        if (envelope.value === undefined) return failed({ code: "vault_not_ready" });
        try {
          const key = await keyBy(envelope.value, passphrase);
          if (!key.ok) return key;
          await openWith(key.value, await moved(envelope.value, key.value), false);
          return ok(null);
        } catch (cause) {
          return storageFailing(cause);
        }
      }),

    verify: (passphrase) =>
      inTurn(async () =>
        opened === undefined ? failed({ code: "vault_locked" }) : proven(opened, passphrase),
      ),

    reseal: (by) =>
      inTurn(async () => {
        if (opened === undefined || state.state !== "open") return failed({ code: "vault_locked" });
        const here = opened;
        if (by.passphrase !== "keep" && by.passphrase !== "none") {
          const short = tooShort(by.passphrase);
          if (short !== undefined) return failed(short);
        }
        const asked = await proven(here, by.current);
        if (!asked.ok) return asked;
        try {
          const wraps = await wrapping.rewrap(here.key, here.envelope, by);
          return wraps.ok ? await replaceEnvelope(here, state.paused, { wraps: wraps.value }) : wraps;
        } catch (cause) {
          return cause instanceof KeychainFailure
            ? failed({ code: "keychain_failing" }, cause)
            : storageFailing(cause);
        }
      }),

    move: (backend, current) =>
      inTurn(async () => {
        if (opened === undefined || state.state !== "open") return failed({ code: "vault_locked" });
        const here = opened;
        const wrap = wrapOf(here.envelope, "passphrase");
        if (wrap === undefined) return failed({ code: "passphrase_missing" });
        const asked = await proven(here, current);
        if (!asked.ok) return asked;
        return replaceEnvelope(here, state.paused, { wraps: [wrap], movesTo: backend }).catch(storageFailing);
      }),

    pause: (paused) =>
      inTurn(async () => {
        if (opened === undefined || state.state !== "open") return failed({ code: "vault_locked" });
        try {
          if (paused) await close(opened, true);
          else await rm(closingFile, { force: true });
          become(openState(opened, paused));
          return ok(null);
        } catch (cause) {
          return storageFailing(cause);
        }
      }),

    lock: (held) =>
      inTurn(async () => {
        if (opened === undefined) return;
        await writing.stop();
        const stays = held || (state.state === "open" && state.paused);
        await close(opened, stays).catch((cause: unknown) => log.warn("vault.closing", { cause }));
        opened.key.fill(0);
        opened = undefined;
        writing.resume();
        become({ state: "locked", windowOnly: false });
        watchIdle();
      }),

    setAside: () =>
      inTurn(async () => {
        if (state.state !== "locked" && state.state !== "closed") return failed({ code: "vault_not_ready" });
        const aside = `${folder}-set-aside-${new Date(clock.nowMs()).toISOString().replace(/[:.]/g, "-")}`;
        try {
          await rename(folder, aside);
        } catch (cause) {
          return storageFailing(cause);
        }
        log.warn("vault.set_aside");
        // It is moved; that a power cut might undo that is no reason to call it failed.
        await syncFolder(path.dirname(folder)).catch((cause: unknown) =>
          log.warn("vault.set_aside", { cause }),
        );
        await openOrSay();
        return ok({ folder: aside });
      }),

    list(kind) {
      if (opened === undefined) return [];
      const { lists, records } = opened;
      const list = lists.get(kind) ?? [...records.values()].filter((record) => record.kind === kind);
      lists.set(kind, list);
      return list as never;
    },
    get(kind, id) {
      const record = opened?.records.get(id);
      return (record?.kind === kind ? record : undefined) as never;
    },

    write: writing.write,
    reread: writing.reread,
    erase: writing.erase,
  };
}
