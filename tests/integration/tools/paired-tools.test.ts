/** The Node client and the command line with the real app: pairing, tokens, notifications, the end of the grant. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pair, Tokenkeep, type Change } from "../../../clients/node/src/index.ts";
import { storeFile } from "../../../clients/node/src/store.ts";
import { signIn, startBench, until, type Bench } from "../../support/host.ts";

vi.setConfig({ testTimeout: 60_000 });
const CLI = path.resolve("out/cli/tokenkeep.cjs");
const LIFE_SEC = 14_124;

let bench: Bench;
let account: string;
beforeEach(async () => {
  bench = await startBench();
  account = await signIn(bench);
});
afterEach(() => bench[Symbol.asyncDispose]());

const endpoint = () => bench.app.state.snapshot().socket.endpoint ?? "";
/** Allows the pairing, as the user does in the window; returns the code that the window shows. */
async function allow(): Promise<string> {
  const pairingShown = () => bench.app.state.snapshot().pairing;
  await until(() => pairingShown() !== null, "the question");
  const { id = "", code = "" } = pairingShown() ?? {};
  await bench.app.handlers["pairing.allow"]({ id, signIns: [account], lifetime: "always" });
  return code;
}

test("the Node client pairs, is notified of a new token without its text, and revokes its grant", async () => {
  const codes: string[] = [];
  const pairing = pair(
    { name: "Nightcue", scopes: ["user:read:chat"] },
    { endpoint: endpoint(), onCode: (code) => codes.push(code) },
  );
  const shown = await allow();
  const { credentials, keep, scopes } = await pairing;
  expect(codes).toEqual([shown]);
  expect(scopes).toEqual(["user:read:chat"]);
  const { access_token: before } = await keep.token(); // on the connection of the pairing
  keep.close();

  using later = new Tokenkeep(credentials, { endpoint: endpoint() });
  const changes: Change[] = [];
  const watching = (async () => {
    for await (const change of later.watch()) changes.push(change);
  })();
  await until(() => changes.length === 1, "the watch");
  await bench.advance(LIFE_SEC - 600);
  await until(() => changes.some(({ type }) => type === "token.changed"), "the change");
  expect(JSON.stringify(changes)).not.toContain((await later.token()).access_token);
  expect((await later.token()).access_token).not.toBe(before);
  await later.revokeSelf();
  await watching; // ends by itself
  expect(changes.map(({ type }) => type)).toEqual(["connected", "token.changed", "grant.revoked"]);
  await expect(later.token()).rejects.toMatchObject({ code: "auth_failed" });
});

test("the command line pairs, validates, opens the window, and watches until its grant is removed", async () => {
  const home = path.join(bench.profile, "home");
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, TOKENKEEP_ENDPOINT: endpoint() };
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const output = { out: "", err: "" };
    child.stdout.on("data", (chunk) => (output.out += String(chunk)));
    child.stderr.on("data", (chunk) => (output.err += String(chunk)));
    return { output, ended: once(child, "close").then(([code]) => ({ code: code as number, ...output })) };
  };
  expect(await start("token").ended).toMatchObject({ code: 4 });

  const pairing = start("pair", "--scope", "user:read:chat");
  const code = await allow();
  expect(await pairing.ended).toMatchObject({ code: 0, out: "" });
  expect(pairing.output.err).toContain(`${code.slice(0, 3)} ${code.slice(3)}`); // as the window shows it
  const file = storeFile("cli", { XDG_STATE_HOME: path.join(home, ".local/state") });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { key } = JSON.parse(await readFile(file, "utf8")) as { key: string };
  expect(pairing.output.err).not.toContain(key);

  const [token, validated, opened] = await Promise.all([
    start("token").ended,
    start("validate").ended,
    start("open", "--json").ended,
  ]);
  expect(token.out).toMatch(/^[a-z0-9]{30}\n$/);
  expect(validated).toMatchObject({ code: 0, out: "The token of harborlights_tv is valid.\n" });
  expect(opened).toMatchObject({ code: 0, out: '{"shown":true}\n' });

  const watching = start("watch", "--json");
  await until(() => watching.output.out !== "", "the watch");
  const [tool] = bench.app.state.snapshot().tools;
  await bench.app.handlers["tools.remove"]({ id: tool?.id ?? "", endTokens: false });
  expect(await watching.ended).toMatchObject({
    code: 4,
    out: '{"type":"connected"}\n{"type":"grant.revoked"}\n',
  });
  expect(await start("token").ended).toMatchObject({ code: 4, out: "" });
});
