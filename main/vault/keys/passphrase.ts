/** Seals under a passphrase, for the envelope and for exports. The derivation is slow on purpose and runs in a thread. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import type { Failure } from "../../../contract/failure.ts";
import type { Clock, Randomness } from "../../../core/ports.ts";
import type { Secret } from "../../../core/secret.ts";
import { freshNonce, KEY_BYTES, open, seal } from "./seal.ts";

export const PASSPHRASE_MIN_LENGTH = 8;

const KDF = { name: "scrypt", N: 2 ** 17, r: 8, p: 1 } as const;
/** Four times the memory that our own parameters need. */
const MOST_MEMORY_BYTES = 512 * 1024 * 1024;
/** Bounds for the parameters in a file: enough work to protect the passphrase, too little to exhaust this computer. */
export const kdfShape = v.pipe(
  v.object({
    name: v.literal("scrypt"),
    N: v.pipe(v.number(), v.integer(), v.minValue(2 ** 14), v.maxValue(2 ** 20)),
    r: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16)),
    p: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
    salt: v.string(),
  }),
  v.check(({ N, r }) => 128 * N * r <= MOST_MEMORY_BYTES), // RFC 7914 §2
);
type Kdf = v.InferOutput<typeof kdfShape>;

export interface SealedByPassphrase {
  readonly kdf: Kdf;
  readonly sealed: string;
}

/**
 * The code of the thread that runs one derivation. It is text instead of a file, because it must start from the source and
 * from the bundle alike. The thread posts the key; an exception arrives as the thread's error.
 */
const DERIVATION = `
  const { scryptSync } = require("node:crypto");
  const { parentPort } = require("node:worker_threads");
  parentPort.once("message", ({ passphrase, salt, length, options }) =>
    parentPort.postMessage(scryptSync(passphrase, Buffer.from(salt, "base64"), length, options)));
`;

/**
 * Derives a key in a thread of its own; takes about a second. `crypto.scrypt` blocks its caller: with Electron's BoringSSL
 * it checks its parameters by a whole derivation on the calling thread.
 */
async function derive(passphrase: Secret, { N, r, p, salt }: Kdf): Promise<Buffer> {
  const thread = new Worker(DERIVATION, { eval: true });
  try {
    const derived = once(thread, "message") as Promise<[Uint8Array]>;
    const options = { N, r, p, maxmem: 256 * N * r };
    thread.postMessage({
      passphrase: passphrase.reveal().normalize("NFC"),
      salt,
      length: KEY_BYTES,
      options,
    });
    const [key] = await derived;
    return Buffer.from(key);
  } finally {
    await thread.terminate(); // and with it its copy of the passphrase
  }
}

export async function sealByPassphrase(
  passphrase: Secret,
  context: string,
  text: Uint8Array,
  random: Randomness,
): Promise<SealedByPassphrase> {
  const kdf = { ...KDF, salt: Buffer.from(random.bytes(16)).toString("base64") };
  const key = await derive(passphrase, kdf);
  const nonce = freshNonce((count) => random.bytes(count));
  return { kdf, sealed: seal(key, context, text, nonce) };
}

/** Undefined: the passphrase is wrong, or the seal was altered. */
export const openByPassphrase = async (
  passphrase: Secret,
  context: string,
  { kdf, sealed }: SealedByPassphrase,
): Promise<Buffer | undefined> => open(await derive(passphrase, kdf), context, sealed);

/** Wrong tries without a wait. */
const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 60_000;

/** Makes guessing in the window slow: from the fourth wrong try on, each wait is twice as long as the one before. */
export interface Tries {
  /** Seconds until the next try is allowed; 0: now. */
  waitSec(): number;
  wrong(): void;
  right(): void;
}
export function createTries(clock: Clock): Tries {
  let wrong = 0;
  let freeAtMs = 0;
  return {
    waitSec: () => Math.max(0, Math.ceil((freeAtMs - clock.monotonicMs()) / 1000)),
    wrong() {
      wrong += 1;
      const waitMs =
        wrong <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (wrong - FREE_TRIES - 1));
      freeAtMs = clock.monotonicMs() + waitMs;
    },
    right() {
      wrong = freeAtMs = 0;
    },
  };
}

/** Why a new passphrase is refused; undefined: it is long enough. */
export const tooShort = (passphrase: Secret): Failure | undefined =>
  passphrase.reveal().length < PASSPHRASE_MIN_LENGTH
    ? { code: "passphrase_too_short", minLength: PASSPHRASE_MIN_LENGTH }
    : undefined;
