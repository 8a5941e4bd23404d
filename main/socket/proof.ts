/** The proofs: client and server each show that they know the tool's key, without sending it (docs/socket-protocol.md §3). */
import { createHmac, timingSafeEqual } from "node:crypto";
import { PROTOCOL } from "../../contract/socket.ts";

export interface ProofInput {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The path or pipe name that this side is connected at: a relay in between has another one. */
  readonly endpoint: string;
  readonly challenge: string;
  readonly client: string;
  readonly nonce: string;
}

/** HMAC-SHA256 (RFC 2104) over five lines, base64url. The first line names the role, so a proof cannot be sent back. */
export const proofOf = (
  role: "client" | "server",
  { key, endpoint, challenge, client, nonce }: ProofInput,
): string =>
  createHmac("sha256", key)
    .update([`tokenkeep/${String(PROTOCOL)} ${role}`, endpoint, challenge, client, nonce].join("\n"), "utf8")
    .digest("base64url");

/** Compares in constant time. */
export function sameProof(expected: string, found: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(found)];
  return a.length === b.length && timingSafeEqual(a, b);
}
