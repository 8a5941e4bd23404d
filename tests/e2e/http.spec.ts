/** The HTTP client rule over Electron's own network stack: the same table as tests/integration/http.test.ts. */
import { expect, test } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { build } from "vite";
import { electronPath, isRoot, newProfile } from "../support/app.mjs";
import { HTTP_RULE, startRoughServer, timeoutMsOf } from "../support/rough-server.ts";

interface Outcome {
  kind: string;
}
const folder = path.join(process.env["TOKENKEEP_OUTPUT"] ?? "out/e2e", "probe");

test.beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: path.resolve("tests/e2e/probe/http-probe.ts"),
      target: "node20.18",
      outDir: path.resolve(folder),
      rolldownOptions: { external: [/^electron/], output: { entryFileNames: "probe.mjs" } },
    },
  });
});

function send(urls: string[]): Promise<Outcome[]> {
  const args = [path.resolve(folder, "probe.mjs"), `--user-data-dir=${newProfile()}`, "--disable-gpu"];
  const requests = urls.map((url) => ({ url, timeoutMs: timeoutMsOf(new URL(url).pathname) }));
  const child = spawn(electronPath, [...args, ...(isRoot ? ["--no-sandbox"] : [])], {
    env: { ...process.env, PROBE: JSON.stringify({ requests }) },
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("close", () => {
      const [, outcomes] = /OUTCOMES (.*)/.exec(said) ?? [];
      if (outcomes === undefined) reject(new Error(said));
      else resolve(JSON.parse(outcomes) as Outcome[]);
    });
  });
}

test("each end of a request is what it is, and every request was sent once", async () => {
  await using server = await startRoughServer();
  const outcomes = await send(HTTP_RULE.map(({ path: at }) => server.origin + at));
  for (const [index, { path: at, kind, detail }] of HTTP_RULE.entries()) {
    expect(outcomes[index], at).toMatchObject({ kind, ...detail });
    expect(server.count(at), at).toBe(1);
  }
});

test("a connection that dies after a good answer does not make the next request go out twice", async () => {
  await using server = await startRoughServer();
  const outcomes = await send([`${server.origin}/fine`, `${server.origin}/drop`, `${server.origin}/fine`]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["answered", "lost", "answered"]);
  expect(server.count("/drop")).toBe(1);
  expect(server.connections()).toBe(3);
});

test("nobody listening means that nothing was sent", async () => {
  const server = await startRoughServer();
  await server.close();
  expect(await send([`${server.origin}/fine`])).toMatchObject([{ kind: "not_sent" }]);
});
