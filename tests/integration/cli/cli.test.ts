/** `tokenkeep`, as it was built, beside the real thread of the socket: what stdout, stderr and the exit code say. */
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

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
/** The server is in this process: it could not answer while `spawnSync` waits. */
async function cli(args: readonly string[], more: Record<string, string> = {}): Promise<Said> {
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

  test("takes account, scopes and time; --json is the same as --format json", async () => {
    const given = await cli(["token", "-a", "ann", "-s", "a,b", "--min-valid", "5m", "--json"]);
    expect(given).toMatchObject({ code: 0, out: `${JSON.stringify(TOKEN)}\n` });
  });

  test("is not written to a terminal, unless that is asked for", () => {
    // `script` gives it a terminal; the socket cannot answer meanwhile, and need not.
    const onTerminal = (line: string) =>
      spawnSync("script", ["-qec", `${process.execPath} ${CLI} ${line}`, "/dev/null"], {
        env: { ...env, TOKENKEEP_ENDPOINT: "/nowhere.sock" },
        encoding: "utf8",
      });
    expect(onTerminal("token")).toMatchObject({
      status: 2,
      stdout: expect.stringContaining("--show") as string,
    });
    expect(onTerminal("token --show").status).toBe(3); // on its way, to find nobody
  });
});

describe("failures", () => {
  test.each<[string, readonly string[], Record<string, string>, number, string]>([
    ["no such account", ["token", "-a", "bob"], {}, 6, "account_unknown"],
    ["no such scope", ["token", "-s", "z"], {}, 6, "scope_missing"],
    ["the provider is away", ["token", "--min-valid", "20h"], {}, 8, "provider_unreachable"],
    ["it does not run", ["token"], { TOKENKEEP_ENDPOINT: "/tmp/tk-nowhere.sock" }, 3, "not_running"],
    ["no key", ["token"], { XDG_STATE_HOME: "/tmp/tk-nowhere" }, 4, "not_paired"],
    ["another key", ["token"], { TOKENKEEP_CLIENT: CLIENT, TOKENKEEP_KEY: "A".repeat(43) }, 4, "auth_failed"],
    ["no such command", ["tokn"], {}, 2, "usage"],
    ["no such option", ["token", "--formt"], {}, 2, "usage"],
    ["no such time", ["token", "--min-valid", "soon"], {}, 2, "usage"],
    ["a key that is there already", ["pair"], {}, 2, "usage"],
  ])("%s: stdout stays empty, stderr tells", async (_name, args, more, code, failure) => {
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
    if (failure !== "usage") expect(words.err).not.toContain(error.message); // it was German
  });

  test("locked, and a file that others may read", async () => {
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
      "a folder in the place of its key",
      "state",
      (at: string) => mkdir(path.join(at, "tokenkeep/clients/cli.json"), { recursive: true }),
      "EISDIR",
    ],
    ["a file in the place of its folder", "other", (at: string) => writeFile(at, ""), "ENOTDIR"],
    ["the same, with a secret in its name", KEY, (at: string) => writeFile(at, ""), "ENOTDIR"],
  ])("what nobody expected tells what, and where: %s", async (_name, name, make, said) => {
    const place = path.join(folder, name);
    await make(place);
    const more = { XDG_STATE_HOME: place };
    for (const command of ["token", "doctor"]) {
      const [json, words] = await Promise.all([cli([command, "--json"], more), cli([command], more)]);
      expect(json.code).toBe(1);
      const told = json.err === "" ? json.out : json.err;
      expect(told).toContain(`Error: ${said}: `);
      expect(`${words.out}${words.err}`).toMatch(new RegExp(`Error: ${said}: .*\\(at .*`));
      for (const text of [told, words.out, words.err]) expect(text).not.toContain(KEY);
    }
    const { error } = JSON.parse((await cli(["token", "--json"], more)).err) as { error: object };
    expect(error).toMatchObject({ code: "bug", detail: expect.stringContaining(said) as string });
  });

  test("a reader that has had enough is no failure", async () => {
    const line = `${process.execPath} ${CLI} watch --json | head -n 1`;
    const child = spawn("bash", ["-o", "pipefail", "-c", line], { env: { ...env, LC_ALL: "C" } });
    let err = "";
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    await once(child.stdout, "data");
    await server.push(LOCKED); // a line that nobody reads
    expect(await once(child, "close")).toEqual([0, null]);
    expect(err).toBe("");
    await server.push(TABLE);
  });

  test("every sentence has its German, with the same facts", () => {
    const facts = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([fact]) => fact).sort();
    for (const [key, english] of Object.entries(enCli)) {
      const german = deCli[key as keyof typeof enCli];
      expect({ key, facts: facts(german) }).toEqual({ key, facts: facts(english) });
      if (!/^(?:doctor\.(?:program|account)|usage\.optionWrong)$/.test(key)) expect(german).not.toBe(english);
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

  test("its exit code is the command's, whatever that is", async () => {
    expect(await runs("sh", "-c", "exit 41")).toMatchObject({ code: 41 });
    expect(await runs("sh", "-c", "kill -TERM $$")).toMatchObject({ code: 128 + 15 });
    expect(await runs("tk-no-such-command")).toMatchObject({ code: 127, out: "" });
    expect(await runs(folder)).toMatchObject({ code: 126 });
    expect(await cli(["exec", "ls"])).toMatchObject({ code: 2 });
  });

  test("signals reach the command, though they come as soon as it runs", async () => {
    // Several at once: on a machine that is busy, what is a line late in taking signals loses them.
    const command = ["sh", "-c", 'trap "exit 7" USR1; kill -USR1 $PPID; while :; do sleep 0.05; done'];
    const ended = Array.from({ length: 8 }, () => runs(...command));
    expect((await Promise.all(ended)).map(({ code }) => code)).toEqual(Array(8).fill(7));
  });
});

test("accounts: columns for cut, and JSON", async () => {
  expect((await cli(["accounts"])).out).toBe("p:ann\tann\tsigned_in\ta,b\n");
  expect(JSON.parse((await cli(["accounts", "--json"])).out)).toMatchObject({ accounts: [{ login: "ann" }] });
});

test("doctor: every step, and a 1 when one fails", async () => {
  const well = await cli(["doctor"]);
  expect(well).toMatchObject({ code: 0, err: "" });
  expect(well.out.split("\n").filter(Boolean)).toHaveLength(5);
  await server.push({ ...TABLE, accounts: [accountOf(account("ann", "needs_sign_in"))] });
  const ill = await cli(["doctor", "--json"]);
  await server.push(TABLE);
  expect(ill.code).toBe(1);
  const { checks } = JSON.parse(ill.out) as { checks: { name: string; ok: boolean }[] };
  expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ name: "account" }]);
  expect((await cli(["doctor"], { TOKENKEEP_ENDPOINT: "/tmp/tk-nowhere/x.sock" })).code).toBe(1);
});

test("--start starts what TOKENKEEP_APP names, waits for it, and gives it no key", async () => {
  const app = path.join(folder, "app.sh");
  const seen = path.join(folder, "seen");
  // Takes the place of the app: what listens afterwards is a link to the socket that is there already.
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
  // The path that was connected to is signed: a link to it is another one.
  expect(await cli(["token", "--start"], more)).toMatchObject({ code: 4 });
  const env = await readFile(seen, "utf8");
  expect(env).toContain("--hidden");
  expect(env).not.toContain(KEY);
});

test("--start waits for the vault of an app that somebody else has just started, and not for one that is locked", async () => {
  const more = { XDG_RUNTIME_DIR: path.join(folder, "second"), TOKENKEEP_CLIENT: CLIENT, TOKENKEEP_KEY: KEY };
  await mkdir(more.XDG_RUNTIME_DIR);
  const second = await startServerAt(path.join(more.XDG_RUNTIME_DIR, "tokenkeep"), LOCKED);
  expect(await cli(["token"], more)).toMatchObject({ code: 5 });
  const waits = cli(["token", "--start"], more);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await second.push(TABLE);
  expect(await waits).toMatchObject({ code: 0, out: "at-ann\n" });

  await second.push(LOCKED);
  await utimes(second.endpoint, 0, Date.now() / 1000 - 60);
  const began = performance.now();
  expect(await cli(["token", "--start"], more)).toMatchObject({ code: 5 });
  expect(performance.now() - began).toBeLessThan(15_000);
  await second.close();
});

test("help names every command and option, in both languages; the version is the package's", async () => {
  const { out } = await cli(["--help"]);
  for (const name of Object.keys(COMMANDS)) expect(out).toContain(name);
  expect((await cli(["token", "--help"], { LC_ALL: "de_AT" })).out).toContain(
    "Scope, den das Token tragen muss",
  );
  expect((await cli([])).out).toBe(out);
  expect((await cli(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("completions", () => {
  /** What the shell's own machinery offers after `line`. */
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

  test.each(["bash", "fish"])("%s: commands, options, accounts", async (shell) => {
    expect([...(await offered(shell, "tokenkeep "))].sort()).toEqual(Object.keys(COMMANDS).sort());
    expect(await offered(shell, "tokenkeep token --f")).toEqual(["--format"]);
    expect(await offered(shell, "tokenkeep token --format h")).toEqual(["header"]);
    expect(await offered(shell, "tokenkeep token --account ")).toEqual(["ann"]);
  });

  test("zsh: it loads, and offers the commands", async () => {
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
