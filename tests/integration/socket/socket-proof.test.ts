/** The vectors of docs/socket-protocol.md §3, for the server and for the client that was written from that document. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { proofOf } from "../../../main/socket/proof.ts";
import { proof } from "../../support/socket-client.mjs";

interface Vector {
  readonly name: string;
  readonly key: string;
  readonly endpoint: string;
  readonly challenge: string;
  readonly client: string;
  readonly nonce: string;
  readonly client_proof: string;
  readonly server_proof: string;
}
const vectors = JSON.parse(readFileSync("tests/vectors/socket/proofs.json", "utf8")) as Vector[];

test.each(vectors)(
  "$name",
  ({ key: text, endpoint, challenge, client, nonce, client_proof, server_proof }) => {
    const key = Buffer.from(text, "base64url");
    expect(proofOf("client", { key, endpoint, challenge, client, nonce })).toBe(client_proof);
    expect(proofOf("server", { key, endpoint, challenge, client, nonce })).toBe(server_proof);
    expect(proof("client", key, [endpoint, challenge, client, nonce])).toBe(client_proof);
    expect(proof("server", key, [endpoint, challenge, client, nonce])).toBe(server_proof);
  },
);
