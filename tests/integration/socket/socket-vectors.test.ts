/** The vectors of docs/socket-protocol.md match the contract from which server, CLI and clients take their types. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { expect, test } from "vitest";
import {
  greeting,
  notifications,
  params,
  plainText,
  request,
  results,
  SOCKET_ERRORS,
  socketError,
  type Method,
} from "../../../contract/socket.ts";
import { proofOf, sameProof } from "../../../main/socket/proof.ts";

const vectors = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(`tests/vectors/socket/${name}.json`, "utf8")) as T[];

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}
interface Conversation {
  readonly name: string;
  readonly steps: readonly { readonly from: "client" | "server"; readonly message: Message }[];
}
const isMethod = (name = ""): name is Method => Object.hasOwn(params, name);

test.each(vectors<Conversation>("conversations"))("conversation: $name", ({ steps }) => {
  const methods = new Map<unknown, string>();
  for (const { from, message } of steps) {
    const { id, method, error } = message;
    if (from === "client") {
      expect(v.is(request, message)).toBe(true);
      methods.set(id, method ?? "");
      continue;
    }
    if (error !== undefined) {
      const parsed = v.parse(socketError, { ...(error as object), message: "" });
      expect(parsed.code).toBe(SOCKET_ERRORS[parsed.data.code as keyof typeof SOCKET_ERRORS]);
    } else if (id !== undefined) {
      const name = methods.get(id);
      if (!isMethod(name)) throw new Error(`an answer to nothing: ${String(id)}`);
      expect(v.is(results[name], message.result), name).toBe(true);
    } else if (method !== undefined)
      expect(v.is(notifications[method as keyof typeof notifications], message.params), method).toBe(true);
    else expect(v.is(greeting, message)).toBe(true);
  }
});

interface Refused {
  readonly by: "client" | "server";
  readonly why: string;
  readonly proof: string;
  readonly key: string;
  readonly endpoint: string;
  readonly challenge: string;
  readonly client: string;
  readonly nonce: string;
}
test.each(vectors<Refused>("refused"))("refused by the $by: $why", ({ by, proof, key, ...rest }) => {
  const input = { ...rest, key: Buffer.from(key, "base64url") };
  expect(sameProof(proofOf(by === "server" ? "client" : "server", input), proof)).toBe(false);
});

test.each(vectors<{ given: string; shown: string }>("text"))("shown: $shown", ({ given, shown }) =>
  expect(plainText(given)).toBe(shown),
);
