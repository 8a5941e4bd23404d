// @ts-check
/** token.get over the local socket beside oidc-agent, which is asked the same way: same client language, same rounds. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { randomBytes, randomUUID } from "node:crypto";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { connectTool } from "../support/socket-client.mjs";
import { median } from "./figures.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const REQUESTS = 1_000;
const soon = Math.floor(Date.now() / 1000) + 14_000;

/** Our own thread with one account, as main fills it. */
async function startTokenkeep() {
  const endpoint = path.join(mkdtempSync("/tmp/tk-bench-"), "tokenkeep.sock");
  const [client, key] = [randomUUID(), randomBytes(32).toString("base64url")];
  const worker = new Worker(path.join(import.meta.dirname, "../../out/main/socket-worker.js"), {
    workerData: { endpoint },
  });
  await once(worker, "message");
  const token = {
    access_token: randomBytes(15).toString("hex"),
    token_id: "t",
    client_id: "c",
    user_id: "1",
    login: "ann",
    scopes: ["openid"],
    expires_at: soon,
    validated_at: null,
  };
  const account = {
    account: "p:1",
    provider: "p",
    user_id: "1",
    login: "ann",
    display_name: "ann",
    status: "signed_in",
    sign_ins: [],
  };
  const tokens = [{ signIn: "s", account: "p:1", token, renews: true }];
  worker.postMessage({
    kind: "table",
    number: 1,
    table: {
      locked: false,
      grants: [{ id: client, key }],
      accounts: [{ view: account, signIns: ["s"] }],
      tokens,
    },
  });
  await once(worker, "message");
  return { connection: { endpoint, client, key }, stop: () => worker.terminate() };
}

/** A provider on loopback that gives oidc-agent one long-lived access token. */
async function startProvider() {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host ?? ""}`;
    const answer = request.url?.includes("openid-configuration")
      ? {
          issuer: `${origin}/`,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          scopes_supported: ["openid", "offline_access"],
          grant_types_supported: ["refresh_token", "authorization_code"],
          response_types_supported: ["code"],
        }
      : {
          access_token: randomBytes(15).toString("hex"),
          token_type: "Bearer",
          expires_in: 14_000,
          refresh_token: "r",
          scope: "openid",
        };
    request
      .resume()
      .on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify(answer)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  return {
    issuer: `http://127.0.0.1:${String(typeof address === "object" ? address?.port : 0)}/`,
    stop: () => server.close(),
  };
}

/** Undefined where oidc-agent is not installed or does not take the account. */
async function startOidcAgent() {
  if (spawnSync("which", ["oidc-agent"]).status !== 0) return { why: "oidc-agent-cli is not installed" };
  const provider = await startProvider();
  const folder = mkdtempSync("/tmp/oidc-");
  const env = { ...process.env, HOME: folder, OIDC_CONFIG_DIR: folder, OIDC_PASSWORD: "bench" };
  const { stdout } = spawnSync("oidc-agent", ["--no-autoload"], { env, encoding: "utf8" });
  const socket = /OIDC_SOCK=([^;]+)/.exec(stdout)?.[1];
  const pid = Number(/OIDCD_PID=(\d+)/.exec(stdout)?.[1] ?? 0);
  if (socket === undefined) return { why: `oidc-agent did not start: ${stdout}` };
  const stop = () => {
    if (pid > 0) process.kill(pid);
    provider.stop();
  };
  const added = spawn(
    "oidc-gen",
    [
      "bench",
      `--issuer=${provider.issuer}`,
      "--client-id=c",
      "--client-secret=s",
      "--scope=openid",
      "--rt=r",
      "--redirect-uri=http://localhost:4242",
      "--flow=refresh",
      "--pw-env",
      "--no-url-call",
      "--prompt=none",
      "--confirm-default",
    ],
    { env: { ...env, OIDC_SOCK: socket } },
  );
  let said = "";
  for (const stream of [added.stdout, added.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const timer = setTimeout(() => added.kill(), 15_000);
  const [code] = await once(added, "exit");
  clearTimeout(timer);
  /** Connect, ask, read to the end: all that its protocol allows on one connection. @returns {Promise<string>} */
  const get = () =>
    new Promise((resolve, reject) => {
      const client = connect(socket);
      const chunks = /** @type {Buffer[]} */ ([]);
      client.on("data", (chunk) => chunks.push(chunk));
      client.on("end", () => resolve(Buffer.concat(chunks).toString()));
      client.on("error", reject);
      client.end(JSON.stringify({ request: "access_token", account: "bench", min_valid_period: 60 }));
    });
  const answer = code === 0 ? await get() : said;
  if (!answer.includes("access_token")) {
    stop();
    return { why: `oidc-agent gave no token: ${answer.slice(-300)}` };
  }
  return { get, stop };
}

/** Microseconds per call, one after the other. @param {() => Promise<unknown>} call @param {number} count */
async function timeEach(call, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - startedAt) / 1000);
  }
  return median(times);
}
const tokenkeep = await startTokenkeep();
const agent = await startOidcAgent();
/** @type {Record<"open" | "oneShot" | "pipelined" | "agent", number[]>} */
const seen = { open: [], oneShot: [], pipelined: [], agent: [] };
const oneShot = async () => {
  const tool = await connectTool(tokenkeep.connection, { method: "token.get" });
  tool.close();
};
/** Requests a second, 64 under way at a time. */
async function pipelined() {
  const tool = await connectTool(tokenkeep.connection);
  const total = 20_000;
  const line = (/** @type {number} */ id) =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method: "token.get" })}\n`;
  let sent = 0;
  let got = 0;
  const startedAt = performance.now();
  await new Promise((resolve) => {
    const more = (/** @type {number} */ count) => {
      let batch = "";
      for (; count > 0 && sent < total; count -= 1) batch += line((sent += 1));
      if (batch !== "") tool.socket.write(batch);
    };
    tool.socket.on("data", (chunk) => {
      const lines = String(chunk).split("\n").length - 1;
      got += lines;
      more(lines);
      if (got >= total) resolve(undefined);
    });
    more(64);
  });
  tool.close();
  return total / ((performance.now() - startedAt) / 1000);
}
for (let round = 0; round < ROUNDS; round += 1) {
  // A connection of its own for every round: which core its two ends land on is the kernel's draw, not ours.
  const open = await connectTool(tokenkeep.connection);
  seen.open.push(await timeEach(() => open.ask("token.get"), REQUESTS));
  open.close();
  seen.oneShot.push(await timeEach(oneShot, REQUESTS / 4));
  seen.pipelined.push(await pipelined());
  if (agent.get !== undefined) seen.agent.push(await timeEach(agent.get, REQUESTS / 4));
}
await tokenkeep.stop();
agent.stop?.();

const reference = median(seen.agent);
const rate = 1e6 / reference;
/** @param {number} ratio @param {number} budget @param {boolean} [atLeast] */
const judged = (ratio, budget, atLeast = false) =>
  Number.isNaN(ratio)
    ? { budget, notMeasured: agent.why }
    : { ratio, budget, met: atLeast ? ratio >= budget : ratio <= budget };
console.log(
  JSON.stringify({
    oidcAgent: {
      unit: "µs, connect + request + close, p50",
      value: reference,
      ...(agent.why !== undefined && { notMeasured: agent.why }),
    },
    openConnection: {
      unit: "µs, p50",
      value: median(seen.open),
      ...judged(median(seen.open) / reference, 0.6),
    },
    oneShot: {
      unit: "µs, connect + auth + token.get + close, p50",
      value: median(seen.oneShot),
      ...judged(median(seen.oneShot) / reference, 2.5),
    },
    pipelined: {
      unit: "requests a second",
      value: median(seen.pipelined),
      ...judged(median(seen.pipelined) / rate, 10, true),
    },
  }),
);
process.exit(0);
