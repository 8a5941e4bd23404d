/** A client written from docs/socket-protocol.md alone (tests/outsider), with the published vectors and with the real app. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Lifetime } from "../../contract/socket.ts";
import { signIn, startBench, until, view, type Bench } from "../support/host.ts";
import { parseConnection } from "../support/socket-client.mjs";

const PROGRAM = "tests/outsider/tokenkeep.pl";
const VECTORS = "tests/vectors/socket";

function vectorsIn(folder: string) {
  const { status, stdout, stderr } = spawnSync("perl", [PROGRAM, "vectors", folder], { encoding: "utf8" });
  return { status, stderr, lines: stdout.trimEnd().split("\n") };
}

test("the client passes every vector, and skips none", () => {
  const count = readdirSync(VECTORS)
    .map((name) => JSON.parse(readFileSync(path.join(VECTORS, name), "utf8")) as unknown[])
    .reduce((sum, vectors) => sum + vectors.length, 0);
  const { status, stderr, lines } = vectorsIn(VECTORS);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(lines.filter((line) => !/^ok \d+ - /.test(line))).toEqual([`1..${String(count)}`]);
});

test("the client fails a changed vector", () => {
  const folder = mkdtempSync("/tmp/tk-vectors-");
  cpSync(VECTORS, folder, { recursive: true });
  const file = path.join(folder, "proofs.json");
  const [first, ...others] = JSON.parse(readFileSync(file, "utf8")) as { nonce: string }[];
  const nonce = first?.nonce.replace(/^./, (letter) => (letter === "A" ? "B" : "A"));
  writeFileSync(file, JSON.stringify([{ ...first, nonce }, ...others]));
  const { status, lines } = vectorsIn(folder);
  rmSync(folder, { recursive: true });
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith("not ok")).length).toBeGreaterThan(0);
});

/** Runs the client. `over` resolves to its exit code and its output. */
function run(args: readonly string[], env: Record<string, string>) {
  const child = spawn("perl", [PROGRAM, ...args], { env: { PATH: process.env["PATH"], ...env } });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += String(chunk)));
  child.stderr.on("data", (chunk) => (output.err += String(chunk)));
  const over = once(child, "close").then(([code]) => ({ code: code as number, ...output }));
  return { output, over };
}
async function answer(args: readonly string[], env: Record<string, string>): Promise<unknown> {
  const { code, out, err } = await run(args, env).over;
  return JSON.parse(code === 0 ? out : err);
}
const connectionOf = (bench: Bench) => {
  const { endpoint, client, key } = parseConnection(bench.clipboard.text);
  return { TOKENKEEP_ENDPOINT: endpoint, TOKENKEEP_CLIENT: client, TOKENKEEP_KEY: key };
};

test("the client lists accounts, gets a token, reports it, and is notified of the next one", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  await bench.app.handlers["tools.create"]({ name: "outsider" });
  const env = connectionOf(bench);
  const [account] = (await answer(["accounts"], env)) as { account: string; login: string }[];
  expect(account).toMatchObject({ account: "sandbox:700000001", status: "signed_in" });
  const token = (await answer(["token", "--account", account?.login ?? "", "--min-valid", "300"], env)) as {
    token_id: string;
  };
  expect(token).toMatchObject({ user_id: "700000001", access_token: expect.any(String) as string });
  expect(await answer(["token", "--scope", "channel:bot"], env)).toMatchObject({ code: "scope_missing" });
  expect(await answer(["report", token.token_id], env)).toEqual({ valid: true });

  const watching = run(["watch"], env);
  // The client does not show that it watches, so tokens change until it reports one, 45 times at most.
  while (!watching.output.out.includes("token.changed")) {
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  const [line = ""] = watching.output.out.split("\n");
  expect(JSON.parse(line)).toMatchObject({
    method: "token.changed",
    params: { account: "sandbox:700000001", token_id: expect.not.stringMatching(token.token_id) as string },
  });
  const [grant] = bench.app.state.snapshot().tools;
  await bench.app.handlers["tools.remove"]({ id: grant?.id ?? "", endTokens: false });
  expect(await watching.over).toMatchObject({
    code: 0,
    out: expect.stringContaining("grant.revoked") as string,
  });
  expect(await answer(["accounts"], env)).toMatchObject({ code: "auth_failed" });
});

test("the client pairs with the number that the window shows, and works with its new key", async () => {
  await using bench = await startBench();
  const id = await signIn(bench);
  const { socket } = bench.app.state.snapshot();
  const endpoint = { TOKENKEEP_ENDPOINT: socket.endpoint ?? "" };
  const pairing = run(
    ["pair", "--name", "Übersee", "--scope", "user:read:chat", "--lifetime", "always"],
    endpoint,
  );
  const waiting = () => bench.app.state.snapshot().pairing;
  await until(() => waiting() !== null && pairing.output.err.includes("\n"), "the question");
  expect(pairing.output.err).toBe(`code ${waiting()?.code ?? ""}\n`);
  expect(waiting()).toMatchObject({ name: "Übersee", scopes: ["user:read:chat"] });
  const lifetime: Lifetime = "always";
  await bench.app.handlers["pairing.allow"]({ id: waiting()?.id ?? "", signIns: [id], lifetime });
  const { code, out } = await pairing.over;
  expect(code).toBe(0);
  const { client, key } = JSON.parse(out) as { client: string; key: string };
  const env = { ...endpoint, TOKENKEEP_CLIENT: client, TOKENKEEP_KEY: key };
  expect(await answer(["token"], env)).toMatchObject({ login: view(bench.app, id)?.login });
});
