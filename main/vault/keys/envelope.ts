/** The envelope: one random key for all records, wrapped by the keychain, a passphrase, or both (docs/vault-format.md). */
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import type { SealedBy } from "../../../contract/views/vault.ts";
import type { Randomness } from "../../../core/ports.ts";
import { Secret } from "../../../core/secret.ts";
import { writeDurably } from "../../storage/durable-file.ts";
import { kdfShape, openByPassphrase, sealByPassphrase } from "./passphrase.ts";
import { KEY_BYTES } from "./seal.ts";

export const ENVELOPE_FORMAT = 1;

const keychainWrap = v.object({
  kind: v.literal("keychain"),
  /** Electron's name of the keychain; no other keychain can open this wrap. */
  backend: v.string(),
  /** The keychain's name for the window. */
  name: v.string(),
  sealed: v.string(),
});
const passphraseWrap = v.object({ kind: v.literal("passphrase"), kdf: kdfShape, sealed: v.string() });
const envelopeShape = v.object({
  format: v.literal(ENVELOPE_FORMAT),
  /** The vault's id; part of every seal's context, so that records of another vault do not open in this one. */
  vault: v.pipe(v.string(), v.uuid()),
  /** Proves the key: a keychain without integrity answers altered text with a wrong key. */
  check: v.string(),
  createdAtMs: v.number(),
  /** The next keychain's backend: it wraps the key once the app runs with it and a passphrase has opened the vault. */
  movesTo: v.optional(v.string()),
  wraps: v.pipe(v.array(v.variant("kind", [keychainWrap, passphraseWrap])), v.minLength(1)),
});

export type Envelope = v.InferOutput<typeof envelopeShape>;
export type KeychainWrap = v.InferOutput<typeof keychainWrap>;
export type PassphraseWrap = v.InferOutput<typeof passphraseWrap>;
type Wrap = KeychainWrap | PassphraseWrap;

export const wrapOf = <K extends Wrap["kind"]>(
  envelope: Envelope,
  kind: K,
): Extract<Wrap, { kind: K }> | undefined =>
  envelope.wraps.find((wrap): wrap is Extract<Wrap, { kind: K }> => wrap.kind === kind);

/** The backend of the keychain that opens this vault; undefined: only a passphrase does. */
export const sealingBackend = (envelope: Envelope): string | undefined =>
  wrapOf(envelope, "keychain")?.backend ?? envelope.movesTo;

/** Undefined: there is no envelope. Fails with `envelope_unreadable` or `envelope_newer`; the file stays as it is. */
export async function readEnvelope(file: string): Promise<Result<Envelope | undefined>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? ok(undefined)
      : failed({ code: "envelope_unreadable" }, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed({ code: "envelope_unreadable" }, error);
  }
  const { format } = (typeof value === "object" && value !== null ? value : {}) as { format?: unknown };
  if (typeof format === "number" && format > ENVELOPE_FORMAT)
    return failed({ code: "envelope_newer", format });
  const parsed = v.safeParse(envelopeShape, value);
  return parsed.success ? ok(parsed.output) : failed({ code: "envelope_unreadable" });
}

export const writeEnvelope = (file: string, envelope: Envelope): Promise<void> =>
  writeDurably(file, JSON.stringify(envelope, undefined, 2));

const checkOf = (key: Uint8Array, vault: string): Buffer =>
  createHmac("sha256", key)
    .update(`tokenkeep envelope ${String(ENVELOPE_FORMAT)}\n${vault}`)
    .digest();

export const newEnvelope = (key: Uint8Array, vault: string, wrap: Wrap, createdAtMs: number): Envelope => ({
  format: ENVELOPE_FORMAT,
  vault,
  check: checkOf(key, vault).toString("base64"),
  createdAtMs,
  wraps: [wrap],
});

/** True only for the key that this envelope was made with. */
export function isKeyOf(envelope: Envelope, key: Uint8Array): boolean {
  const [expected, found] = [Buffer.from(envelope.check, "base64"), checkOf(key, envelope.vault)];
  return key.length === KEY_BYTES && expected.length === found.length && timingSafeEqual(expected, found);
}

/** What opens the vault, for the window. */
export function sealedBy(envelope: Envelope): SealedBy {
  const wrap = wrapOf(envelope, "keychain");
  return {
    ...(wrap !== undefined && { keychain: { name: wrap.name, backend: wrap.backend } }),
    passphrase: wrapOf(envelope, "passphrase") !== undefined,
  };
}

/** The key as text, because keychains take only text. */
export const keyToText = (key: Uint8Array): Secret => new Secret(Buffer.from(key).toString("base64"));
export const keyFromText = (text: Secret): Buffer => Buffer.from(text.reveal(), "base64");

const passphraseContext = (vault: string) => `tokenkeep passphrase ${String(ENVELOPE_FORMAT)}\n${vault}`;

export const wrapByPassphrase = async (
  key: Uint8Array,
  vault: string,
  passphrase: Secret,
  random: Randomness,
): Promise<PassphraseWrap> => ({
  kind: "passphrase",
  ...(await sealByPassphrase(passphrase, passphraseContext(vault), key, random)),
});

/** Undefined: the passphrase is wrong. */
export const unwrapByPassphrase = (
  wrap: PassphraseWrap,
  vault: string,
  passphrase: Secret,
): Promise<Buffer | undefined> => openByPassphrase(passphrase, passphraseContext(vault), wrap);
