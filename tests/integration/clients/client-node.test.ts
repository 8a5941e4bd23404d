/** clients/node with the real socket thread, and with servers that pretend to be Tokenkeep. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileStore, storeFile, Tokenkeep, TokenkeepError } from "../../../clients/node/src/index.ts";
import { openConnection } from "../../../clients/node/src/connection.ts";
import { pair } from "../../../clients/node/src/pair.ts";
import { proofOf, sameProof } from "../../../clients/node/src/proof.ts";
import type { SocketServer } from "../../../main/socket/types.ts";
import { startServerAt } from "../socket/support/socket-server.ts";
import { CLIENT, KEY, TABLE, TOKEN } from "./support/paired-tool.ts";
import { CONVERSATIONS, expected, playServer, type Conversation } from "./support/scripted-server.ts";
import octets from "../../vectors/socket-octets.json" with { type: "json" };
import vectors from "../../vectors/socket/proofs.json" with { type: "json" };
import refused from "../../vectors/socket/refused.json" with { type: "json" };

let folder: string;
beforeEach(async () => (folder = await mkdtemp("/tmp/tk-client-")));
afterEach(() => rm(folder, { recursive: true, force: true }));

const startServer = (): Promise<SocketServer> => startServerAt(folder, TABLE);
const keepAt = (endpoint: string, patienceMs = 0) =>
  new Tokenkeep({ client: CLIENT, key: KEY }, { endpoint, patienceMs });

test.each(vectors)(
  "the proofs equal the published ones: $name",
  ({ client_proof, server_proof, ...input }) => {
    expect(proofOf("client", input)).toBe(client_proof);
    expect(proofOf("server", input)).toBe(server_proof);
  },
);

test.each(refused.filter(({ by }) => by === "client"))(
  "a server's proof is refused: $why",
  ({ proof, ...input }) => {
    expect(sameProof(proofOf("server", input), proof)).toBe(false);
  },
);

test.each(CONVERSATIONS)("the client holds the published conversation: $name", async (conversation) => {
  const endpoint = path.join(folder, "played.sock");
  const server = await playServer(conversation, endpoint);
  const { pairs, requests, outcomes, notices } = expected(conversation);
  const received: unknown[] = [];
  let closed: TokenkeepError | undefined;
  const connection = openConnection({
    endpoint,
    ...(!pairs && { credentials: conversation }),
    onNotice: (notice) => received.push(notice),
    onClose: (why) => (closed = why),
  });
  const found: unknown[] = [];
  for (const { method, params } of requests)
    found.push(
      await connection.request(method, params).then(
        (result) => ({ result }),
        (error: unknown) => ({ code: (error as TokenkeepError).code }),
      ),
    );
  while (closed === undefined && (received.length < notices.length || requests.length === 0))
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(requests.length > 0 ? found : [{ code: closed?.code }]).toEqual(
    requests.length === 0 && notices.length > 0 ? [{ code: "disconnected" }] : outcomes,
  );
  expect(received).toEqual(notices);
  expect(server.strayed).toEqual([]);
  connection.close();
  server.close();
});

describe("pairing, with a published conversation", () => {
  const play = (name: string, endpoint: string) =>
    playServer(CONVERSATIONS.find((each) => each.name === name) as Conversation, endpoint);
  const terms = {
    name: "Nightcue",
    developer: "Nordmole Software",
    reason: "Show and send chat in your second window",
    accounts: ["mirelune"],
    scopes: ["user:read:chat", "user:write:chat"],
    lifetime: "always",
  } as const;

  test("the code is shown, the key arrives, and the connection stays in use", async () => {
    const endpoint = path.join(folder, "pair.sock");
    const server = await play("pairing: allowed for always, and used at once", endpoint);
    const codes: string[] = [];
    const { keep, credentials, lifetime } = await pair(terms, {
      endpoint,
      onCode: (code) => codes.push(code),
    });
    expect(codes).toEqual(["418207"]);
    expect(credentials?.key).toMatch(/^[\w-]{43}$/);
    expect(lifetime).toBe("always");
    expect(await keep.token()).toMatchObject({ access_token: "at-1" });
    keep.close();
    server.close();
  });

  test("a withdrawn pairing fails at once", async () => {
    const endpoint = path.join(folder, "pair.sock");
    const server = await play("pairing: denied", endpoint);
    const withdrawn = new AbortController();
    const pairing = pair(terms, { endpoint, signal: withdrawn.signal, onCode: () => withdrawn.abort() });
    await expect(pairing).rejects.toMatchObject({ code: "disconnected" });
    server.close();
  });
});

describe("connected to Tokenkeep, the client", () => {
  let server: SocketServer;
  beforeEach(async () => (server = await startServer()));
  afterEach(() => server.close());

  test("gets tokens, accounts, and errors with their code, on one connection", async () => {
    using keep = keepAt(server.endpoint);
    expect(await keep.token({ scopes: ["a"] })).toEqual(TOKEN);
    expect(await keep.accounts()).toEqual(TABLE.accounts.map(({ view }) => view));
    await expect(keep.token({ scopes: ["z"] })).rejects.toMatchObject({ code: "scope_missing" });
    await expect(keep.token({ account: "bob" })).rejects.toBeInstanceOf(TokenkeepError);
    const many = await Promise.all(Array.from({ length: 200 }, () => keep.token()));
    expect(new Set(many.map(({ access_token }) => access_token))).toEqual(new Set(["at-ann"]));
  });

  test("reports a refused key as auth_failed", async () => {
    using keep = new Tokenkeep(
      { client: CLIENT, key: randomBytes(32).toString("base64url") },
      { endpoint: server.endpoint },
    );
    await expect(keep.token()).rejects.toMatchObject({ code: "auth_failed" });
  });

  test("repeats a request after a restart of Tokenkeep, as long as its patience lasts", async () => {
    using keep = keepAt(server.endpoint, 30_000);
    await keep.token();
    await server.close();
    const answer = keep.token();
    await new Promise((resolve) => setTimeout(resolve, 200));
    server = await startServer();
    expect(await answer).toMatchObject({ login: "ann" });
    await server.close();
    await expect(keepAt(server.endpoint, 0).token()).rejects.toMatchObject({ code: "not_running" });
    server = await startServer();
  });

  test("does not keep a program running that has nothing else to do", async () => {
    const script = `
      const { Tokenkeep } = await import(${JSON.stringify(path.resolve("clients/node/dist/index.js"))});
      const [endpoint, client, key] = process.argv.slice(1);
      console.log((await new Tokenkeep({ client, key }, { endpoint }).token()).login);`;
    const child = spawn(
      process.execPath,
      ["--input-type=module", "-e", script, server.endpoint, CLIENT, KEY],
      {
        stdio: ["ignore", "pipe", "inherit"],
        timeout: 30_000,
      },
    );
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(output).toBe("ann\n");
  });
});

describe("a server", () => {
  const challenge = randomBytes(32).toString("base64url");
  const greeting = { tokenkeep: 1, challenge };
  const answer = { jsonrpc: "2.0", id: 1, result: { ...TOKEN, access_token: "planted" } };
  interface Auth {
    readonly params: { readonly proof: string; readonly nonce: string };
  }
  let impostor: Server;
  let heard = "";
  /** Greets, then sends what `lines` makes from the client's proof. */
  async function listen(
    lines: (auth: Auth) => readonly unknown[],
    first: unknown = greeting,
  ): Promise<string> {
    const endpoint = path.join(folder, "false.sock");
    impostor = createServer((socket: Socket) => {
      socket.on("error", () => undefined);
      socket.write(`${typeof first === "string" ? first : JSON.stringify(first)}\n`);
      socket.once("data", (chunk) => {
        heard = String(chunk);
        for (const line of lines(JSON.parse(heard.split("\n")[0] ?? "") as Auth))
          socket.write(`${JSON.stringify(line)}\n`);
      });
    }).listen(endpoint);
    await once(impostor, "listening");
    return endpoint;
  }
  afterEach(() => void impostor.close());

  const proved = (proof: unknown) => ({ jsonrpc: "2.0", id: 0, result: { proof } });
  test.each<[string, (auth: Auth) => readonly unknown[]]>([
    ["another proof", () => [proved(randomBytes(32).toString("base64url")), answer]],
    ["the client's own proof", ({ params }) => [proved(params.proof), answer]],
    ["no proof", () => [proved(undefined), answer]],
    ["an answer before the proof", () => [answer]],
    ["a notification before the proof", () => [{ jsonrpc: "2.0", method: "grant.revoked" }, answer]],
    ["an array", () => [[answer]]],
    [
      "a proof for another path",
      ({ params }) => [
        proved(
          proofOf("server", {
            client: CLIENT,
            key: KEY,
            challenge,
            nonce: params.nonce,
            endpoint: "/tmp/other.sock",
          }),
        ),
        answer,
      ],
    ],
  ])("is refused when it sends %s", async (_name, lines) => {
    const keep = keepAt(await listen(lines));
    await expect(keep.token()).rejects.toMatchObject({ code: "not_tokenkeep" });
    expect(heard).not.toContain(KEY);
    keep.close();
  });

  test("is used after it has proved itself; an earlier notification is ignored", async () => {
    const early = { jsonrpc: "2.0", method: "grant.revoked", params: {} };
    const endpoint = await listen(({ params }) => [
      early,
      proved(proofOf("server", { client: CLIENT, key: KEY, challenge, nonce: params.nonce, endpoint })),
      answer,
    ]);
    const received: unknown[] = [];
    const connection = openConnection({
      endpoint,
      credentials: { client: CLIENT, key: KEY },
      onNotice: (notice) => received.push(notice),
    });
    expect(await connection.request("token.get")).toMatchObject(answer.result);
    expect(received).toEqual([]);
    connection.close();
  });

  test.each([
    ["another version", { tokenkeep: 2, challenge }],
    ["no challenge", { tokenkeep: 1 }],
    ["no JSON", "220 mail.example ESMTP"],
    ["a line without an end", "x".repeat(200_000).replace(/\n$/, "")],
  ])("is refused when it greets with %s", async (_name, first) => {
    heard = "";
    const keep = keepAt(await listen(() => [], first));
    await expect(keep.token()).rejects.toMatchObject({ code: "not_tokenkeep" });
    expect(heard).toBe(""); // not even the tool's name was sent
    keep.close();
  });

  test("that sends an error instead of a proof is reported with the code of the error", async () => {
    const error = { code: -32002, message: "later", data: { code: "vault_locked", retry_after: 3 } };
    const keep = keepAt(await listen(() => [{ jsonrpc: "2.0", id: 0, error }, answer]));
    await expect(keep.token()).rejects.toMatchObject({ code: "vault_locked", retryAfterSec: 3 });
    keep.close();
  });

  test("that never answers causes a timeout after the given time", async () => {
    const endpoint = await listen(({ params }) => [
      proved(proofOf("server", { client: CLIENT, key: KEY, challenge, nonce: params.nonce, endpoint })),
    ]);
    const connection = openConnection({ endpoint, credentials: { client: CLIENT, key: KEY } });
    await expect(connection.request("token.get", {}, 100)).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("the key file", () => {
  const credentials = { client: CLIENT, key: KEY };
  test("is readable by its user alone, and is read back unchanged", async () => {
    const file = path.join(folder, "deep/er/cli.json");
    const store = fileStore(file);
    expect(await store.load()).toBeUndefined();
    await store.save(credentials);
    await store.save(credentials); // replaces the old file
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await store.load()).toEqual(credentials);
    await store.forget();
    await expect(readFile(file)).rejects.toThrow();
  });

  test("is refused if others may read it, and its mode is not changed", async () => {
    const file = path.join(folder, "cli.json");
    const store = fileStore(file);
    await store.save(credentials);
    await chmod(file, 0o640);
    await expect(store.load()).rejects.toMatchObject({ code: "store_unsafe" });
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  test("lies in a folder that is not synchronised, and is named after the tool", () => {
    expect(storeFile("my bot/../x", { XDG_STATE_HOME: "/s" })).toBe("/s/tokenkeep/clients/my-bot-..-x.json");
  });
});

describe("the client reads a server's line octet by octet", () => {
  const greeting = `${JSON.stringify({ tokenkeep: 1, challenge: randomBytes(32).toString("base64url") })}\n`;
  const octetVectors = octets.filter(({ after }) => after === "auth");
  const ended = {
    jsonrpc: "2.0",
    id: null,
    error: { code: -32010, message: "No.", data: { code: "too_slow" } },
  };

  /** Greets each connection, proves itself, and answers a request with `line`. `at` counts the connections. */
  async function serve(line: (at: number) => Buffer | undefined, proves = true): Promise<[string, Server]> {
    const endpoint = path.join(folder, "octets.sock");
    let at = 0;
    const server = createServer((socket) => {
      at += 1;
      const number = at;
      socket.on("error", () => undefined);
      socket.write(greeting);
      socket.once("data", (chunk) => {
        const [auth = ""] = String(chunk).split("\n");
        const { params } = JSON.parse(auth) as { params: { client: string; nonce: string } };
        const { challenge } = JSON.parse(greeting) as { challenge: string };
        const proof = proofOf("server", { ...params, key: KEY, endpoint, challenge });
        const proved = { jsonrpc: "2.0", id: 0, result: { proof } };
        if (proves) socket.write(`${JSON.stringify(proved)}\n`);
        const given = line(number) ?? Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, result: TOKEN }));
        for (const octet of Buffer.concat([given, Buffer.from("\n")])) socket.write(Buffer.from([octet]));
      });
    }).listen(endpoint);
    await once(server, "listening");
    return [endpoint, server];
  }

  test.each(octetVectors)("and refuses an invalid one: $name", async ({ hex }) => {
    const [endpoint, server] = await serve(() => Buffer.from(hex, "hex"));
    await expect(keepAt(endpoint).token()).rejects.toMatchObject({ code: "not_tokenkeep" });
    server.close();
  });

  test.each([true, false])(
    "and reports why the server ends the connection, before and after the proof (proved: %s)",
    async (proves) => {
      const [endpoint, server] = await serve(() => Buffer.from(JSON.stringify(ended)), proves);
      await expect(keepAt(endpoint).token()).rejects.toMatchObject({ code: "too_slow" });
      server.close();
    },
  );

  test("and connects again after too_slow, as long as its patience lasts", async () => {
    const [endpoint, server] = await serve((at) =>
      at === 1 ? Buffer.from(JSON.stringify(ended)) : undefined,
    );
    using keep = keepAt(endpoint, 10_000);
    expect(await keep.token()).toMatchObject({ login: "ann" });
    server.close();
  });
});
