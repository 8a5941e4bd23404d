/**
 * The programs of docs/integrations, unchanged, with tokens from the real app and with the sandbox: none of their calls
 * fails during a refresh. docs/integrations/README.md marks the programs that cannot be run here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { signIn, startBench, type Bench } from "../../support/host.ts";
import { parseConnection } from "../../support/socket-client.mjs";

vi.setConfig({ testTimeout: 120_000 });
const PROGRAMS = path.resolve("docs/integrations");
const LIFE_SEC = 14_124;

/** The environment of a tool that was added in the window: its connection and the address of the API. */
async function toolIn(bench: Bench, more: Record<string, string> = {}): Promise<Record<string, string>> {
  await bench.app.handlers["tools.create"]({ name: "bot" });
  const { endpoint, client, key } = parseConnection(bench.clipboard.text);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: bench.profile,
    TOKENKEEP_ENDPOINT: endpoint,
    TOKENKEEP_CLIENT: client,
    TOKENKEEP_KEY: key,
    API: `${bench.sandbox.origin}/helix`,
    TWURPLE_MOCK_API_PORT: String(bench.sandbox.port),
    ...more,
  };
}

interface Running {
  readonly output: () => string;
  readonly over: () => boolean;
  readonly stop: () => Promise<void>;
}
function start(command: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const over = () => child.exitCode !== null || child.signalCode !== null;
  return {
    output: () => output,
    over,
    async stop() {
      if (child.pid === undefined) return;
      const ended = over() ? undefined : once(child, "exit");
      try {
        process.kill(-child.pid, "SIGKILL"); // its display server, too
      } catch {
        return; // the whole process group has ended
      }
      await ended;
    },
  };
}
/** Waits until the program has printed all lines. Programs start slowly on a busy machine. */
async function printed(program: Running, ...lines: readonly string[]): Promise<void> {
  for (const end = Date.now() + 90_000; !lines.every((line) => program.output().includes(line));) {
    if (Date.now() > end) throw new Error(`the output is missing lines:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const apiCalls = async (bench: Bench) =>
  (await bench.seen()).filter(({ path }) => /^\/(?:helix|mock)\//.test(path));

test.each([
  ["Node", process.execPath, ["node/bot.mjs"]],
  ["Python", "python3", ["-B", "python/bot.py"]],
])("no call of the %s bot fails while its token is refreshed", async (_name, command, args) => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  const [program = "", ...options] = args.toReversed();
  const env = await toolIn(bench, {
    INTERVAL_SEC: "0.03",
    PYTHONPATH: path.resolve("clients/python"),
  });
  const bot = start(command, [...options.toReversed(), path.join(PROGRAMS, program)], env);
  try {
    const ahead = async (count: number) => {
      for (const from = (await apiCalls(bench)).length; (await apiCalls(bench)).length < from + count;) {
        if (bot.over()) throw new Error(`the bot has ended:\n${bot.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await ahead(5);
    await bench.advance(LIFE_SEC - 600); // within the margin: the token is refreshed while the bot goes on
    while (!(await bench.seen()).some(({ grant_type }) => grant_type === "refresh_token")) await ahead(1);
    await ahead(5);
    await bench.advance(700); // the first token has expired
    await ahead(5);
    await bench.admin("end-access", { user_id: "700000001" }); // the provider ends the second token early: the bot reports it
    await ahead(10);
    expect(bot.over()).toBe(false);
    expect(bot.output()).toBe("I am harborlights_tv\nTitle: Evenings by the water, and games.\n");
    const calls = await apiCalls(bench);
    expect(calls.filter(({ status }) => status !== 200)).toMatchObject([{ status: 401 }]);
  } finally {
    await bot.stop();
  }
});

test("the shell script prints the title, and its token is in no argument", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  const bin = path.join(bench.profile, "bin");
  await mkdir(bin);
  await writeFile(
    path.join(bin, "tokenkeep"),
    `#!/bin/sh\nexec ${process.execPath} ${path.resolve("out/cli/tokenkeep.cjs")} "$@"\n`,
  );
  // Records its arguments, which any user of the computer could read.
  await writeFile(
    path.join(bin, "curl"),
    `#!/bin/sh\necho "$@" >> ${bin}/arguments\nexec /usr/bin/curl "$@"\n`,
  );
  for (const name of ["tokenkeep", "curl"]) await chmod(path.join(bin, name), 0o755);
  const env = await toolIn(bench);
  const script = start("sh", [path.join(PROGRAMS, "shell/title.sh")], {
    ...env,
    PATH: `${bin}:${env["PATH"] ?? ""}`,
  });
  await printed(script, "\n");
  await script.stop();
  expect(script.output()).toBe("Evenings by the water, and games.\n");
  expect(await readFile(path.join(bin, "arguments"), "utf8")).not.toMatch(/[a-z0-9]{30}/);
});

test("OBS Studio loads both scripts, and they log the user's name", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  const env = await toolIn(bench);
  const config = path.join(bench.profile, "config");
  const scripts = path.join(bench.profile, "scripts");
  const files = {
    "global.ini": [
      ...["[General]", "FirstRun=true", "LastVersion=486539266", "[Basic]"],
      ...["Profile", "ProfileDir", "SceneCollection", "SceneCollectionFile"].map(
        (name) => `${name}=Untitled`,
      ),
    ].join("\n"),
    "basic/profiles/Untitled/basic.ini": "[General]\nName=Untitled\n",
    "basic/scenes/Untitled.json": JSON.stringify({
      name: "Untitled",
      current_scene: "Scene",
      current_program_scene: "Scene",
      scene_order: [{ name: "Scene" }],
      sources: [{ id: "scene", name: "Scene", settings: {} }],
      modules: {
        "scripts-tool": [
          {
            path: path.join(scripts, "tokenkeep-who.lua"),
            settings: {
              endpoint: env["TOKENKEEP_ENDPOINT"],
              client: env["TOKENKEEP_CLIENT"],
              key: env["TOKENKEEP_KEY"],
            },
          },
          { path: path.join(scripts, "tokenkeep-title.py"), settings: { api: env["API"] } },
        ],
      },
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(config, "obs-studio", name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await mkdir(scripts);
  for (const name of ["tokenkeep-who.lua", "tokenkeep-title.py"])
    await copyFile(path.join(PROGRAMS, "obs", name), path.join(scripts, name));
  await copyFile("clients/python/tokenkeep.py", path.join(scripts, "tokenkeep.py"));
  const obs = start(
    "bash",
    ["tooling/display.sh", "obs", "--minimize-to-tray", "--multi", "--disable-missing-files-check"],
    {
      ...env,
      XDG_CONFIG_HOME: config,
      XDG_RUNTIME_DIR: bench.profile,
      LIBGL_ALWAYS_SOFTWARE: "1",
      QT_QPA_PLATFORM: "xcb",
    },
  );
  const wanted = [
    "info: [Lua: tokenkeep-who.lua] I am harborlights_tv",
    "info: [Python: tokenkeep-title.py] I am harborlights_tv",
    "info: [Python: tokenkeep-title.py] Title: Evenings by the water, and games.",
  ];
  try {
    await printed(obs, ...wanted);
  } finally {
    await obs.stop();
  }
});
