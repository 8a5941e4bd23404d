/**
 * The code that the window offers to a new tool, unchanged but for the address of the API, with a token of the real app.
 * Run: Node, Python, the shell, and OBS' script with a stub of OBS. Not run: C#, where `dotnet` is not installed.
 */
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { snippetFor, SNIPPET_LANGUAGES } from "../../../text/snippets.ts";
import { signIn, startBench, type Bench } from "../../support/host.ts";
import { parseConnection } from "../../support/socket-client.mjs";

vi.setConfig({ testTimeout: 60_000 });
const run = promisify(execFile);
const NAME = 'My "bot" \u{1F916}`$(x)';

/** A folder with the copied credentials in `.env`, and the clients beside the code. */
async function folderOf(bench: Bench) {
  await signIn(bench, undefined, ["user:read:email"]);
  await bench.app.handlers["tools.create"]({ name: NAME });
  const folder = path.join(bench.profile, "code");
  await mkdir(path.join(folder, "node_modules/@tokenkeep"), { recursive: true });
  await writeFile(path.join(folder, ".env"), bench.clipboard.text, { mode: 0o600 });
  await cp("clients/python/tokenkeep.py", path.join(folder, "tokenkeep.py"));
  await cp("clients/node", path.join(folder, "node_modules/@tokenkeep/client"), { recursive: true });
  const cli = path.join(folder, "tokenkeep");
  await writeFile(cli, `#!/bin/sh\nexec ${process.execPath} ${path.resolve("out/cli/tokenkeep.cjs")} "$@"\n`);
  await chmod(cli, 0o755);
  const codeOf = (language: (typeof SNIPPET_LANGUAGES)[number]): string =>
    snippetFor(language, NAME).code.replaceAll("https://api.twitch.tv", bench.sandbox.origin);
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, HOME: bench.profile };
  return { folder, codeOf, env };
}

test("the code for Node, Python and the shell gets a token with the credentials in .env", async () => {
  await using bench = await startBench();
  const { folder, codeOf, env } = await folderOf(bench);
  await writeFile(path.join(folder, "bot.mjs"), codeOf("node"));
  await writeFile(path.join(folder, "bot.py"), codeOf("python"));
  await writeFile(path.join(folder, "bot.sh"), codeOf("shell"));
  const outputs = await Promise.all([
    run(process.execPath, ["--env-file=.env", "bot.mjs"], { cwd: folder, env }),
    run("sh", ["-c", "set -a; . ./.env; exec python3 -B bot.py"], { cwd: folder, env }),
    run("sh", ["bot.sh"], { cwd: folder, env }),
  ]);
  for (const { stdout } of outputs) expect(stdout).toContain("harborlights_tv");
});

test("the code for OBS gets a token with the credentials in the script's fields", async () => {
  await using bench = await startBench();
  const { folder, codeOf, env } = await folderOf(bench);
  const { client, key, endpoint } = parseConnection(bench.clipboard.text);
  await writeFile(
    path.join(folder, "obspython.py"),
    [
      "OBS_TEXT_DEFAULT = OBS_TEXT_PASSWORD = LOG_INFO = 0",
      "def obs_properties_create(): return []",
      "def obs_properties_add_text(fields, name, label, kind): fields.append(name)",
      "def obs_data_get_string(settings, name): return settings[name]",
      "def script_log(level, text): print(text)",
    ].join("\n"),
  );
  await writeFile(path.join(folder, "script.py"), codeOf("obs"));
  await writeFile(
    path.join(folder, "start.py"),
    "import json, os, script\nassert script.script_properties() == ['client', 'key']\nscript.script_update(json.loads(os.environ['FIELDS']))\n",
  );
  const { stdout } = await run("python3", ["-B", "start.py"], {
    cwd: folder,
    env: { ...env, TOKENKEEP_ENDPOINT: endpoint, FIELDS: JSON.stringify({ client, key }) },
  });
  expect(stdout).toBe("Token of harborlights_tv\n");
});

test("no code holds a credential, and a tool's name cannot break out of it", () => {
  for (const language of SNIPPET_LANGUAGES) {
    const { code } = snippetFor(language, NAME);
    expect(code).not.toMatch(/TOKENKEEP_KEY=|\$\(x\)|\u{1F916}/u);
  }
  expect(snippetFor("node", NAME).code).toContain('storeFile("my-bot-x")');
  expect(snippetFor("node", "…").code).toContain('storeFile("my-tool")');
});

test("the window copies the code of a tool that exists", async () => {
  await using bench = await startBench();
  await bench.app.handlers["tools.create"]({ name: "Deck" });
  const { id = "" } = bench.app.state.snapshot().tools[0] ?? {};
  const copy = (tool: string, install: boolean) =>
    bench.app.handlers["tools.copySnippet"]({ id: tool, language: "node", install });
  expect(await copy(id, false)).toMatchObject({ ok: true });
  expect(bench.clipboard.text).toBe(snippetFor("node", "Deck").code);
  expect(await copy(id, true)).toMatchObject({ ok: true });
  expect(bench.clipboard.text).toBe("npm install @tokenkeep/client");
  expect(await copy("00000000-0000-4000-8000-00000000dead", false)).toMatchObject({
    failure: { code: "tool_unknown" },
  });
});
