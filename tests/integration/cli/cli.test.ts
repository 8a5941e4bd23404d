/** The built `tokenkeep` command with the real socket thread: stdout, stderr and exit codes. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileStore, storeFile } from "../../../clients/node/src/store.ts";
import { COMMANDS } from "../../../cli/grammar.ts";
import type { SocketServer } from "../../../main/socket/types.ts";
import { deCli } from "../../../text/de-cli.ts";
import { enCli } from "../../../text/en-cli.ts";
import { account, CLIENT, KEY, LOCKED, TABLE, TOKEN } from "../clients/support/paired-tool.ts";
import { accountOf, startServerAt } from "../socket/support/socket-server.ts";

const CLI = path.resolve("out/cli/tokenkeep.cjs");

let folder: string;
let env: Record<string, string>;
let server: SocketServer;
beforeAll(async () => {
  folder = await mkdtemp("/tmp/tk-cli-");
  env = { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder };
  server = await startServerAt(path.join(folder, "tokenkeep"), TABLE);
  await fileStore(storeFile("cli", env)).save({ client: CLIENT, key: KEY });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
/** The server is in this process: it could not answer while `spawnSync` waits. */
async function cli(args: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...env, ...more }, timeout: 20_000 });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

describe("token", () => {
  test.each([
    ["raw", "at-ann\n"],
    ["env", "CLIENT_ID=c\nACCESS_TOKEN=at-ann\nUSER_ID=1\nLOGIN=ann\n"],
    ["header", "Authorization: Bearer at-ann\nClient-Id: c\n"],
    ["irc", "oauth:at-ann\n"],
    ["json", `${JSON.stringify(TOKEN)}\n`],
  ])("--format %s", async (format, out) => {
    expect(await cli(["token", "--format", format])).toEqual({ code: 0, out, err: "" });
  });

  test("accepts an account, scopes and a minimum lifetime; --json is the same as --format json", async () => {
    const given = await cli(["token", "-a", "ann", "-s", "a,b", "--min-valid", "5m", "--json"]);
    expect(given).toMatchObject({ code: 0, out: `${JSON.stringify(TOKEN)}\n` });
  });

  test("is not written to a terminal, except with --show", () => {
    // `script` provides a terminal. No server is needed.
    const onTerminal = (line: string) =>
      spawnSync("script", ["-qec", `${process.execPath} ${CLI} ${line}`, "/dev/null"], {
        env: { ...env, TOKENKEEP_ENDPOINT: "/nowhere.sock" },
        encoding: "utf8",
      });
    expect(onTerminal("token")).toMatchObject({
      status: 2,
      stdout: expect.stringContaining("--show") as string,
    });
    expect(onTerminal("token --show").status).toBe(3); // past the check of the terminal: not_running
  });
});

describe("failures", () => {
  test.each<[string, readonly string[], Record<string, string>, number, string]>([
    ["no such account", ["token", "-a", "bob"], {}, 6, "account_unknown"],
    ["no such scope", ["token", "-s", "z"], {}, 6, "scope_missing"],
    ["the provider cannot be reached", ["token", "--min-valid", "20h"], {}, 8, "provider_unreachable"],
    ["Tokenkeep does not run", ["token"], { TOKENKEEP_ENDPOINT: "/tmp/tk-nowhere.sock" }, 3, "not_running"],
    ["no key", ["token"], { XDG_STATE_HOME: "/tmp/tk-nowhere" }, 4, "not_paired"],
    ["another key", ["token"], { TOKENKEEP_CLIENT: CLIENT, TOKENKEEP_KEY: "A".repeat(43) }, 4, "auth_failed"],
    ["no such command", ["tokn"], {}, 2, "usage"],
    ["no such option", ["token", "--formt"], {}, 2, "usage"],
    ["no such time", ["token", "--min-valid", "soon"], {}, 2, "usage"],
    ["a key exists already", ["pair"], {}, 2, "usage"],
  ])("%s: stdout stays empty, and stderr has the error", async (_name, args, more, code, failure) => {
    const [json, words] = await Promise.all([
      cli([...args, "--json"], more),
      cli(args, { ...more, LANG: "de_DE.UTF-8" }),
    ]);
    expect(json).toMatchObject({ code, out: "" });
    const { error } = JSON.parse(json.err) as { error: { code: string; message: string } };
    expect(error.code).toBe(failure);
    expect(error.message).toMatch(/^.+\.?$/);
    expect(words).toMatchObject({ code, out: "" });
    expect(words.err).toMatch(/^tokenkeep: .+\n$/);
    if (failure !== "usage") expect(words.err).not.toContain(error.message); // the text is in German
  });

  test("a locked vault and a key file that others may read have their own exit codes", async () => {
    await server.push(LOCKED);
    expect(await cli(["token"])).toMatchObject({ code: 5, out: "" });
    await server.push(TABLE);
    const file = storeFile("cli", env);
    await chmod(file, 0o644);
    expect(await cli(["token"])).toMatchObject({ code: 4, out: "" });
    await chmod(file, 0o600);
  });

  test.each([
    [
      "a folder in place of the key file",
      "state",
      (at: string) => mkdir(path.join(at, "tokenkeep/clients/cli.json"), { recursive: true }),
      "EISDIR",
    ],
    ["a file in place of the key's folder", "other", (at: string) => writeFile(at, ""), "ENOTDIR"],
    ["the same, with a secret in its name", KEY, (at: string) => writeFile(at, ""), "ENOTDIR"],
  ])("an unexpected error is printed with its type and place: %s", async (_name, name, make, code) => {
    const place = path.join(folder, name);
    await make(place);
    const more = { XDG_STATE_HOME: place };
    for (const command of ["token", "doctor"]) {
      const [json, words] = await Promise.all([cli([command, "--json"], more), cli([command], more)]);
      expect(json.code).toBe(1);
      const report = json.err === "" ? json.out : json.err;
      expect(report).toContain(`Error: ${code}: `);
      expect(`${words.out}${words.err}`).toMatch(new RegExp(`Error: ${code}: .*\\(at .*`));
      for (const text of [report, words.out, words.err]) expect(text).not.toContain(KEY);
    }
    const { error } = JSON.parse((await cli(["token", "--json"], more)).err) as { error: object };
    expect(error).toMatchObject({ code: "bug", detail: expect.stringContaining(code) as string });
  });

  test("a closed stdout is no failure", async () => {
    const line = `${process.execPath} ${CLI} watch --json | head -n 1`;
    const child = spawn("bash", ["-o", "pipefail", "-c", line], { env: { ...env, LC_ALL: "C" } });
    let err = "";
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    await once(child.stdout, "data");
    await server.push(LOCKED); // this line is not read
    expect(await once(child, "close")).toEqual([0, null]);
    expect(err).toBe("");
    await server.push(TABLE);
  });

  test("every sentence has a German translation with the same placeholders", () => {
    const facts = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([fact]) => fact).sort();
    for (const [key, english] of Object.entries(enCli)) {
      const german = deCli[key as keyof typeof enCli];
      expect({ key, facts: facts(german) }).toEqual({ key, facts: facts(english) });
      if (!/^(?:doctor\.program)$/.test(key)) expect(german).not.toBe(english);
    }
  });
});

describe("exec", () => {
  const show = "process.stdout.write(JSON.stringify({env: process.env, argv: process.argv.slice(1)}))";
  const runs = (...command: string[]) => cli(["exec", "--", ...command]);

  test("the token is in the environment, and in no argument; the key is in neither", async () => {
    const { code, out } = await cli(["exec", "-s", "a", "--", process.execPath, "-e", show, "--", "--json"], {
      TOKENKEEP_CLIENT: CLIENT,
      TOKENKEEP_KEY: KEY,
    });
    expect(code).toBe(0);
    const seen = JSON.parse(out) as { env: Record<string, string>; argv: string[] };
    expect(seen.env).toMatchObject({ ACCESS_TOKEN: "at-ann", CLIENT_ID: "c", USER_ID: "1", LOGIN: "ann" });
    expect(seen.argv).toEqual(["--json"]);
    expect(out).not.toContain(KEY);
  });

  test("its exit code is the command's", async () => {
    expect(await runs("sh", "-c", "exit 41")).toMatchObject({ code: 41 });
    expect(await runs("sh", "-c", "kill -TERM $$")).toMatchObject({ code: 128 + 15 });
    expect(await runs("tk-no-such-command")).toMatchObject({ code: 127, out: "" });
    expect(await runs(folder)).toMatchObject({ code: 126 });
    expect(await cli(["exec", "ls"])).toMatchObject({ code: 2 });
  });

  test("signals reach the command, even right after its start", async () => {
    // Several at once: on a busy machine a handler that is installed one line too late loses signals.
    const command = ["sh", "-c", 'trap "exit 7" USR1; kill -USR1 $PPID; while :; do sleep 0.05; done'];
    const ended = Array.from({ length: 8 }, () => runs(...command));
    expect((await Promise.all(ended)).map(({ code }) => code)).toEqual(Array(8).fill(7));
  });
});

test("accounts prints tab-separated columns, or JSON", async () => {
  expect((await cli(["accounts"])).out).toBe("p:ann\tann\tsigned_in\ta,b\n");
  expect(JSON.parse((await cli(["accounts", "--json"])).out)).toMatchObject({ accounts: [{ login: "ann" }] });
});

test("doctor lists every check, and exits with 1 if one fails", async () => {
  const healthy = await cli(["doctor"]);
  expect(healthy).toMatchObject({ code: 0, err: "" });
  expect(healthy.out.split("\n").filter(Boolean)).toHaveLength(5);
  await server.push({ ...TABLE, accounts: [accountOf(account("ann", "needs_sign_in"))] });
  const failing = await cli(["doctor", "--json"]);
  await server.push(TABLE);
  expect(failing.code).toBe(1);
  const { checks } = JSON.parse(failing.out) as { checks: { name: string; ok: boolean }[] };
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ name: "account" }]);
  expect((await cli(["doctor"], { TOKENKEEP_ENDPOINT: "/tmp/tk-nowhere/x.sock" })).code).toBe(1);
});

test("--start runs the program in TOKENKEEP_APP without the key, and waits for it", async () => {
  const app = path.join(folder, "app.sh");
  const seen = path.join(folder, "seen");
  // Stands for the app: it makes a link to the existing socket.
  await writeFile(
    app,
    `#!/bin/sh\nenv > ${seen}; echo "$@" >> ${seen}; ln -s ${server.endpoint} ${folder}/late.sock\n`,
  );
  await chmod(app, 0o755);
  const more = {
    TOKENKEEP_APP: app,
    TOKENKEEP_ENDPOINT: `${folder}/late.sock`,
    TOKENKEEP_CLIENT: CLIENT,
    TOKENKEEP_KEY: KEY,
  };
  expect(await cli(["token"], more)).toMatchObject({ code: 3 });
  // The proof covers the path of the connection, and the link has another path.
  expect(await cli(["token", "--start"], more)).toMatchObject({ code: 4 });
  const env = await readFile(seen, "utf8");
  expect(env).toContain("--hidden");
  expect(env).not.toContain(KEY);
});

test("--start waits for the vault of an app that has just been started, but not for a vault that stays locked", async () => {
  const more = { XDG_RUNTIME_DIR: path.join(folder, "second"), TOKENKEEP_CLIENT: CLIENT, TOKENKEEP_KEY: KEY };
  await mkdir(more.XDG_RUNTIME_DIR);
  const second = await startServerAt(path.join(more.XDG_RUNTIME_DIR, "tokenkeep"), LOCKED);
  expect(await cli(["token"], more)).toMatchObject({ code: 5 });
  const waiting = cli(["token", "--start"], more);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await second.push(TABLE);
  expect(await waiting).toMatchObject({ code: 0, out: "at-ann\n" });

  await second.push(LOCKED);
  await utimes(second.endpoint, 0, Date.now() / 1000 - 60);
  const began = performance.now();
  expect(await cli(["token", "--start"], more)).toMatchObject({ code: 5 });
  expect(performance.now() - began).toBeLessThan(15_000);
  await second.close();
});

test("help lists every command, in both languages; the version is the package's", async () => {
  const { out } = await cli(["--help"]);
  for (const name of Object.keys(COMMANDS)) expect(out).toContain(name);
  expect((await cli(["token", "--help"], { LC_ALL: "de_AT" })).out).toContain("Nötiger Scope");
  expect((await cli([])).out).toBe(out);
  const version = (await cli(["--version"])).out;
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const args of [["-V"], ["token", "--version"]]) expect((await cli(args)).out).toBe(version);
  expect(out).toContain("--version");
  expect((await cli(["help"])).out).toBe(out);
  expect((await cli(["help", "token"])).out).toBe((await cli(["token", "--help"])).out);
});

describe("completions", () => {
  /** Runs the shell's own completion of `line`. */
  const ASK: Record<string, (script: string, line: string) => readonly string[]> = {
    bash: (script, line) => [
      "bash",
      "-c",
      `source ${script}; COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _tokenkeep; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    fish: (script, line) => ["fish", "--no-config", "-c", `source ${script}; complete -C '${line}'`],
  };
  async function offered(shell: string, line: string): Promise<readonly string[]> {
    const script = path.join(folder, `completion.${shell}`);
    await writeFile(script, (await cli(["completion", shell])).out);
    const [command = "", ...args] = ASK[shell]?.(script, line) ?? [];
    const child = spawn(command, args, { env: { ...env, PATH: `${folder}/bin:${env["PATH"] ?? ""}` } });
    let out = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    await once(child, "close");
    return out
      .split("\n")
      .filter(Boolean)
      .map((each) => each.split("\t")[0] ?? "");
  }

  beforeAll(async () => {
    await mkdir(path.join(folder, "bin"), { recursive: true });
    const wrapper = path.join(folder, "bin/tokenkeep");
    await writeFile(wrapper, `#!/bin/sh\nexec ${process.execPath} ${CLI} "$@"\n`);
    await chmod(wrapper, 0o755);
  });

  test.each(["bash", "fish"])("%s completes commands, options and accounts", async (shell) => {
    expect([...(await offered(shell, "tokenkeep "))].sort()).toEqual(Object.keys(COMMANDS).sort());
    expect(await offered(shell, "tokenkeep token --f")).toEqual(["--format"]);
    expect(await offered(shell, "tokenkeep token --format h")).toEqual(["header"]);
    expect(await offered(shell, "tokenkeep token --account ")).toEqual(["ann"]);
  });

  test("zsh loads the completion function", async () => {
    const script = path.join(folder, "_tokenkeep");
    await writeFile(script, (await cli(["completion", "zsh"])).out);
    const loaded = spawnSync(
      "zsh",
      [
        "-f",
        "-c",
        `autoload -U compinit; compinit -D; source ${script}; whence -w _tokenkeep; echo $_comps[tokenkeep]`,
      ],
      { env, encoding: "utf8" },
    );
    expect(loaded).toMatchObject({ status: 0, stdout: "_tokenkeep: function\n_tokenkeep\n", stderr: "" });
  });
});
