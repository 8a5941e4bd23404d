/**
 * An authorization server that sends planned answers byte for byte, and correct answers otherwise. It judges each request:
 * a refresh token that was exchanged for another one must never be sent again.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const PATHS = [
  "token",
  "validate",
  "revoke",
  "device",
  "keys",
  "userinfo",
  "authorize",
  "discovery",
] as const;
export type Path = (typeof PATHS)[number];
export interface OddAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}
/** A request that the server answered; `odd`: by a planned answer. */
interface Answered {
  readonly path: Path;
  readonly form: URLSearchParams;
  readonly odd: boolean;
}

export interface OddProvider extends AsyncDisposable {
  readonly origin: string;
  /** The origin of a server that must get no request. */
  readonly strangerOrigin: string;
  /**
   * Plans the answer to the next request at this path. `spends`: a refresh token in that request must not be sent again.
   * `issues`: the refresh token in the answer; odd values repeat, and a token that is issued again may be sent again.
   */
  answerNext(path: Path, answer: OddAnswer, spends: boolean, issues?: string): void;
  readonly answered: Answered[];
  /** Breaches of the protocol, each in words. */
  readonly broken: string[];
  /** Makes tokens that are new. */
  mint(): Tokens;
  readonly revoked: ReadonlySet<string>;
  readonly user: { readonly client_id: string; readonly user_id: string; readonly login: string };
}

const LIFE_SEC = 14_000;

interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** What a correct provider answers at this path; empty: an answer without a body. */
function correctBody(
  path: Path,
  { mint, user, origin }: Pick<OddProvider, "mint" | "user" | "origin">,
): object | "" {
  switch (path) {
    case "token": {
      const { access, refresh } = mint();
      return {
        access_token: access,
        refresh_token: refresh,
        token_type: "bearer",
        expires_in: LIFE_SEC,
        scope: ["read"],
      };
    }
    case "validate":
      return { ...user, scopes: ["read"], expires_in: LIFE_SEC };
    case "userinfo":
      return { sub: user.user_id, preferred_username: user.login };
    case "device":
      return {
        device_code: "code",
        user_code: "ABCD",
        verification_uri: `${origin}/activate`,
        expires_in: 600,
        interval: 5,
      };
    case "keys":
      return { keys: [] };
    default:
      return "";
  }
}

export async function startOddProvider(client_id: string): Promise<OddProvider> {
  const planned = new Map<Path, { answer: OddAnswer; spends: boolean; issues?: string }>();
  const answered: Answered[] = [];
  const broken: string[] = [];
  const spent = new Set<string>();
  const revoked = new Set<string>();
  const user = { client_id, user_id: "70001", login: "mirelune" };
  let minted = 0;
  const mint = (): Tokens => {
    minted += 1;
    const number = String(minted).padStart(6, "0");
    return { access: `oddaccess${number}`, refresh: `oddrefresh${number}` };
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const name = (request.url ?? "").split("?")[0]?.split("/").at(-1) ?? "";
    const path = PATHS.find((one) => one === name) ?? "discovery";
    const sent = form.get("refresh_token");
    if (sent !== null && spent.has(sent)) broken.push(`a spent refresh token was sent again (${sent})`);
    if (path === "revoke") revoked.add(form.get("token") ?? "");
    const plan = planned.get(path);
    planned.delete(path);
    answered.push({ path, form, odd: plan !== undefined });
    if (plan === undefined) {
      if (path === "token" && sent !== null) spent.add(sent);
      const body = correctBody(path, { mint, user, origin });
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body === "" ? "" : JSON.stringify(body));
      return;
    }
    if (plan.spends && sent !== null) spent.add(sent);
    if (plan.issues !== undefined) spent.delete(plan.issues);
    const { status, body, headers } = plan.answer;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end([204, 304].includes(status) ? undefined : body);
  }
  const server = createServer((request, response) => void serve(request, response));
  const stranger = createServer((request, response) => {
    broken.push(`the stranger got a request: ${request.url ?? ""}`);
    response.writeHead(200).end("{}");
  });
  for (const one of [server, stranger]) await once(one.listen(0, "127.0.0.1"), "listening");
  const originOf = (of: typeof server) => `http://127.0.0.1:${String((of.address() as AddressInfo).port)}`;
  const origin = originOf(server);
  return {
    origin,
    strangerOrigin: originOf(stranger),
    answerNext: (path, answer, spends, issues) =>
      void planned.set(path, { answer, spends, ...(issues !== undefined && { issues }) }),
    answered,
    broken,
    mint,
    revoked,
    user,
    async [Symbol.asyncDispose]() {
      for (const one of [server, stranger]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}
