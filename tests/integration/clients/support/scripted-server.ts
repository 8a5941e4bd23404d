/** Plays the server of a published conversation to a client, which chooses its own ids and nonces. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { proofOf } from "../../../../main/socket/proof.ts";
import all from "../../../vectors/socket/conversations.json" with { type: "json" };

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly data: { readonly code: string } };
  readonly challenge?: string;
}
export interface Conversation {
  readonly name: string;
  readonly key: string;
  readonly client: string;
  readonly steps: readonly { readonly from: string; readonly message: Message; readonly ends?: boolean }[];
}

/** The conversations without a violation of the protocol by the client. */
export const CONVERSATIONS = (all as readonly Conversation[]).filter(
  ({ name }) => !["a second proof", "a request before the proof", "pairing: impatient"].includes(name),
);

/** The requests that a client must send, in order, and the outcomes and notices that it must report. */
export function expected({ steps }: Conversation) {
  const messages = steps.map(({ message }) => message);
  const requests = messages.filter(
    ({ method, id }) => method !== undefined && id !== undefined && method !== "auth",
  );
  const [greeting, first] = messages;
  const refused = messages.find(({ id, error }) => error !== undefined && id === first?.id);
  const outcomes = requests.map(({ id }) => {
    const answer = messages.find((message) => message.id === id && message.method === undefined);
    return answer?.error === undefined ? { result: answer?.result } : { code: answer.error.data.code };
  });
  return {
    pairs: first?.method === "pair.request",
    requests: requests.map(({ method = "", params }) => ({
      method,
      ...(params !== undefined && { params }),
    })),
    /** If the proof is refused, no other request follows. */
    outcomes:
      refused !== undefined && first?.method === "auth" ? [{ code: refused.error?.data.code }] : outcomes,
    notices: messages
      .filter(({ method, id }) => method !== undefined && id === undefined && greeting !== undefined)
      .map(({ method, params }) => ({ method, params })),
  };
}

/** `strayed`: the client's lines that differ from the conversation. */
export async function playServer({ key, client, steps }: Conversation, endpoint: string) {
  const strayed: string[] = [];
  const server = createServer((socket) => play(socket));
  function play(socket: Socket): void {
    const ids = new Map<unknown, unknown>();
    let at = 0;
    let auth: Message["params"];
    let rest = "";
    const challenge = steps[0]?.message.challenge ?? "";
    const proof = (role: "client" | "server"): string =>
      proofOf(role, {
        key: Buffer.from(key, "base64url"),
        endpoint,
        challenge,
        client,
        nonce: String(auth?.["nonce"]),
      });
    const speak = (): void => {
      for (let step = steps[at]; step?.from === "server"; step = steps[(at += 1)]) {
        const { message } = step;
        const line = {
          ...message,
          ...(message.id !== undefined && { id: ids.get(message.id) }),
          ...(isProof(message) && { result: { proof: proof("server") } }),
        };
        socket.write(`${JSON.stringify(line)}\n`);
        if (step.ends === true) socket.end();
      }
    };
    const hear = (line: string): void => {
      const found = JSON.parse(line) as Message;
      const wanted = steps[at]?.message;
      at += 1;
      ids.set(wanted?.id, found.id);
      if (found.method === "auth") {
        auth = found.params;
        if (found.params?.["proof"] !== proof("client")) strayed.push("a proof that does not fit");
      } else if (JSON.stringify(wanted?.params) !== JSON.stringify(found.params)) strayed.push(line);
      if (wanted?.method !== found.method) strayed.push(line);
      speak();
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(hear);
    });
    speak();
  }
  server.listen(endpoint);
  await once(server, "listening");
  return { strayed, close: () => void server.close() };
}
const isProof = ({ result }: Message): boolean =>
  typeof result === "object" && result !== null && Object.keys(result).join() === "proof";
