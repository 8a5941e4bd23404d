/** Both sides show that they know the key without sending it (docs/socket-protocol.md §3). */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The credentials that a tool stores: the id of its grant, and a secret key of 32 bytes in base64url. */
export interface Credentials {
  readonly client: string;
  readonly key: string;
}
export interface ProofInput extends Credentials {
  /** The path or pipe name that was really connected to. */
  readonly endpoint: string;
  readonly challenge: string;
  readonly nonce: string;
}

/** HMAC-SHA256 (RFC 2104), base64url without padding. */
export const proofOf = (
  role: "client" | "server",
  { key, endpoint, challenge, client, nonce }: ProofInput,
): string =>
  createHmac("sha256", Buffer.from(key, "base64url"))
    .update(`tokenkeep/1 ${role}\n${endpoint}\n${challenge}\n${client}\n${nonce}`)
    .digest("base64url");

/** In constant time. */
export function sameProof(expected: string, found: unknown): boolean {
  if (typeof found !== "string") return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(found)];
  return a.length === b.length && timingSafeEqual(a, b);
}
