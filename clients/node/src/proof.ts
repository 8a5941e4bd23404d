/** Proofs with which both sides show that they know the key, without sending it (docs/socket-protocol.md §3). */
import { createHmac, timingSafeEqual } from "node:crypto";

/** A tool's identity: its ID, and its key of 32 bytes in base64url, which must stay secret. */
export interface Credentials {
  readonly client: string;
  readonly key: string;
}
export interface ProofInput extends Credentials {
  /** The path or pipe name of the actual connection. */
  readonly endpoint: string;
  readonly challenge: string;
  readonly nonce: string;
}

/** Computes a proof: HMAC-SHA256 (RFC 2104), base64url without padding. */
export const proofOf = (
  role: "client" | "server",
  { key, endpoint, challenge, client, nonce }: ProofInput,
): string =>
  createHmac("sha256", Buffer.from(key, "base64url"))
    .update(`tokenkeep/1 ${role}\n${endpoint}\n${challenge}\n${client}\n${nonce}`)
    .digest("base64url");

/** Compares two proofs in constant time. */
export function sameProof(expected: string, found: unknown): boolean {
  if (typeof found !== "string") return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(found)];
  return a.length === b.length && timingSafeEqual(a, b);
}
