// @ts-check
/** token.get over the local socket beside oidc-agent, with the same client language and in the same rounds. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { connectTool } from "../support/socket-client.mjs";
import { median } from "./figures.mjs";
import { startTokenkeep } from "./socket-server.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const REQUESTS = 1_000;

/** A provider on loopback that issues one long-lived access token to oidc-agent. */
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
  let output = "";
  for (const stream of [added.stdout, added.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const timer = setTimeout(() => added.kill(), 15_000);
  const [code] = await once(added, "exit");
  clearTimeout(timer);
  /** Connects, asks and reads to the end: oidc-agent's protocol allows one request a connection. @returns {Promise<string>} */
  const get = () =>
    new Promise((resolve, reject) => {
      const client = connect(socket);
      const chunks = /** @type {Buffer[]} */ ([]);
      client.on("data", (chunk) => chunks.push(chunk));
      client.on("end", () => resolve(Buffer.concat(chunks).toString()));
      client.on("error", reject);
      client.end(JSON.stringify({ request: "access_token", account: "bench", min_valid_period: 60 }));
    });
  const answer = code === 0 ? await get() : output;
  if (!answer.includes("access_token")) {
    stop();
    return { why: `oidc-agent gave no token: ${answer.slice(-300)}` };
  }
  return { get, stop };
}

/** Microseconds per call, with one call at a time. @param {() => Promise<unknown>} call @param {number} count */
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
/** @param {number[]} times @param {number} share */
const percentile = (times, share) => {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN);
};
/** Opens `count` connections, each with one request under way. @param {{ endpoint: string, client: string, key: string }} connection @param {number} count */
async function atOnce(connection, count) {
  const tools = await Promise.all(Array.from({ length: count }, () => connectTool(connection)));
  const each = Math.max(5, Math.ceil(4_000 / count));
  /** @type {number[]} */
  const times = [];
  const startedAt = performance.now();
  await Promise.all(
    tools.map(async ({ ask }) => {
      for (let left = each; left > 0; left -= 1) {
        const askedAt = performance.now();
        await ask("token.get");
        times.push((performance.now() - askedAt) * 1000);
      }
    }),
  );
  const perSec = Math.round(times.length / ((performance.now() - startedAt) / 1000));
  for (const { close } of tools) close();
  await new Promise((resolve) => setTimeout(resolve, 200)); // until the server has seen the closed connections: it takes 1,024 at most
  return { "p50 µs": percentile(times, 0.5), "p99 µs": percentile(times, 0.99), "per s": perSec };
}
/** @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] @returns {number} milliseconds from spawn to exit */
function timeProgram(args, env = process.env) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - startedAt;
}
/** The command line as npm starts it, beside a Node process without work. @param {typeof tokenkeep} server */
function timeCommand({ connection, folder }) {
  const { endpoint, client, key } = connection;
  const home = mkdtempSync("/tmp/tk-bench-cli-");
  mkdirSync(path.join(home, "tokenkeep/clients"), { recursive: true, mode: 0o700 });
  const stored = path.join(home, "tokenkeep/clients/cli.json");
  writeFileSync(stored, JSON.stringify({ client, key }), { mode: 0o600 });
  const announced = path.join(folder, "tokenkeep/endpoint.json");
  writeFileSync(announced, JSON.stringify({ tokenkeep: 1, endpoint, pid: process.pid }), { mode: 0o600 });
  const env = { ...process.env, HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: folder };
  const program = path.join(import.meta.dirname, "../../out/cli/tokenkeep.cjs");
  /** @type {{ command: number[], nothing: number[] }} */
  const times = { command: [], nothing: [] };
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    times.nothing.push(timeProgram(["-e", "0"]));
    times.command.push(timeProgram([program, "token"], env));
  }
  return { command: median(times.command), nothing: median(times.nothing) };
}

for (let round = 0; round < ROUNDS; round += 1) {
  // A new connection for every round, because the kernel chooses the cores of its two ends.
  const open = await connectTool(tokenkeep.connection);
  seen.open.push(await timeEach(() => open.ask("token.get"), REQUESTS));
  open.close();
  seen.oneShot.push(await timeEach(oneShot, REQUESTS / 4));
  seen.pipelined.push(await pipelined());
  if (agent.get !== undefined) seen.agent.push(await timeEach(agent.get, REQUESTS / 4));
}
/** @type {Record<string, object>} */
const connections = {};
for (const count of [1, 10, 50, 1_000]) connections[count] = await atOnce(tokenkeep.connection, count);
const command = timeCommand(tokenkeep);
await tokenkeep.stop();
agent.stop?.();

// The same socket thread under load: its main thread is blocked for half of the time, and another process uses one whole
// core, as a window does that redraws all the time.
const stalled = spawn(process.execPath, [path.join(import.meta.dirname, "socket-server.mjs"), "stalled"]);
const [output] = await once(stalled.stdout, "data");
const elsewhere = JSON.parse(String(output));
const mainBusy = await atOnce(elsewhere, 1);
stalled.kill();
const calm = spawn(process.execPath, [path.join(import.meta.dirname, "socket-server.mjs")]);
const [saidToo] = await once(calm.stdout, "data");
const busy = spawn(process.execPath, ["-e", "for(;;);"]);
const coreBusy = await atOnce(JSON.parse(String(saidToo)), 1);
busy.kill();
calm.kill();

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
    connections,
    mainStalledHalfTheTime: mainBusy,
    oneCoreTaken: coreBusy,
    commandLine: {
      unit: "ms, `tokenkeep token` from spawn to exit, p50, beside `node -e 0`",
      value: command.command,
      nothing: command.nothing,
      ...judged(command.command / command.nothing, 1.3),
    },
  }),
);
process.exit(0);
