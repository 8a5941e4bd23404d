/** Authenticated encryption for the vault: AES-256-GCM with a fresh 96-bit nonce (docs/vault-format.md). */
import { createCipheriv, createDecipheriv } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** `nonce ‖ ciphertext ‖ tag`, base64. `context` is authenticated, not stored: a seal opens only where it was made. */
export function seal(key: Uint8Array, context: string, text: Uint8Array, nonce: Uint8Array): string {
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

/** One buffer for all seals: fresh memory for each of thousands of records takes longer than opening them. */
const bytesOfOne = Buffer.alloc(16 * 1024);
function bytesOf(sealed: string): Buffer {
  return Buffer.byteLength(sealed, "base64") > bytesOfOne.length
    ? Buffer.from(sealed, "base64")
    : bytesOfOne.subarray(0, bytesOfOne.write(sealed, "base64"));
}

/**
 * Undefined when one bit of the seal, the key or the context differs. A different base64 text of the same bytes is refused
 * too: base64 has spare bits at its end, and decoders skip characters that are not base64.
 */
export function open(key: Uint8Array, context: string, sealed: string): Buffer | undefined {
  const bytes = bytesOf(sealed);
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64") !== sealed) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final(); // throws if the tag is wrong; returns nothing, because GCM does not pad
    return text;
  } catch {
    return undefined;
  }
}

export const freshNonce = (bytes: (count: number) => Uint8Array): Uint8Array => bytes(NONCE_BYTES);
