/** Where both clients look for Tokenkeep: in a terminal, from cron, in a snap or a Flatpak. */
import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locate, placesText } from "../../../clients/node/src/endpoint.ts";
import { Tokenkeep } from "../../../clients/node/src/index.ts";

const UID = process.getuid?.() ?? 0;
let root: string;
beforeEach(async () => (root = await mkdtemp("/tmp/tk-find-")));
afterEach(() => rm(root, { recursive: true, force: true }));
const at = (...names: string[]) => path.join(root, ...names);
const runtime = () => at("run/user", String(UID));
const stateOf = (home: string) => path.join(home, ".local/state/tokenkeep/run");

/** Writes an endpoint file into the folder, as a running Tokenkeep does. */
async function announce(folder: string, mode = 0o700): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, mode);
  const endpoint = path.join(folder, "tokenkeep.sock");
  await writeFile(path.join(folder, "endpoint.json"), JSON.stringify({ tokenkeep: 1, endpoint, pid: 1 }));
  return endpoint;
}
/** The endpoint that both clients find, and where they looked; their results must agree. */
function find(env: Record<string, string>) {
  const on = { uid: UID, home: at("home"), runUser: at("run/user") };
  const { endpoint, places } = locate(env, on);
  const script = `import json, sys
from tokenkeep import _locate
env, uid, home, run_user = json.load(sys.stdin)
print(json.dumps(_locate(env, uid, home, run_user)))`;
  const { stdout, stderr } = spawnSync("python3", ["-B", "-c", script], {
    input: JSON.stringify([env, on.uid, on.home, on.runUser]),
    env: { ...process.env, PYTHONPATH: "clients/python" },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const [found, texts] = JSON.parse(stdout) as [string, string[]];
  expect({ found, looked: texts.join(", ") }).toEqual({ found: endpoint, looked: placesText(places) });
  return { endpoint, looked: placesText(places) };
}

const environments: Record<string, () => Record<string, string>> = {
  "a terminal": () => ({ XDG_RUNTIME_DIR: runtime(), HOME: at("home") }),
  "cron, which sets no runtime folder": () => ({ HOME: at("home") }),
  "a system unit of systemd, without even HOME": () => ({}),
  "an empty variable, which counts as none": () => ({ XDG_RUNTIME_DIR: "", HOME: at("home") }),
  "a snap": () => ({
    XDG_RUNTIME_DIR: path.join(runtime(), "snap.nightcue"),
    HOME: at("home/snap/nightcue/12"),
    SNAP_REAL_HOME: at("home"),
  }),
  "a Flatpak that may use xdg-run/tokenkeep": () => ({
    XDG_RUNTIME_DIR: path.join(runtime(), ".flatpak/org.example.Nightcue/xdg-run"),
    HOME: at("home"),
  }),
};
test.each(Object.entries(environments))(
  "from %s Tokenkeep is found in the runtime folder, or else in the state folder",
  async (_name, env) => {
    const inRuntime = await announce(path.join(runtime(), "tokenkeep"));
    expect(find(env()).endpoint).toBe(inRuntime);
    await rm(runtime(), { recursive: true });
    const inHome = await announce(stateOf(at("home"))); // the place of an app without a runtime folder
    expect(find(env()).endpoint).toBe(inHome);
  },
);

test("a given endpoint is preferred to all folders, and the environment's runtime folder to the system's", async () => {
  await announce(path.join(runtime(), "tokenkeep"));
  const other = await announce(at("other/tokenkeep"));
  expect(find({ XDG_RUNTIME_DIR: at("other") }).endpoint).toBe(other);
  expect(find({ XDG_RUNTIME_DIR: at("other"), TOKENKEEP_ENDPOINT: "/given.sock" })).toEqual({
    endpoint: "/given.sock",
    looked: "",
  });
});

test.each<[string, () => Promise<unknown>]>([
  ["is open to others", () => announce(at("other/tokenkeep"), 0o755)],
  [
    "is a link",
    async () => {
      await announce(at("planted"));
      await mkdir(at("other"), { recursive: true });
      await symlink(at("planted"), at("other/tokenkeep"));
    },
  ],
  [
    "is a file",
    async () => {
      await mkdir(at("other"), { recursive: true });
      await writeFile(at("other/tokenkeep"), "");
    },
  ],
])("a folder that %s is skipped, and the next one is read", async (_name, plant) => {
  await plant();
  const own = await announce(path.join(runtime(), "tokenkeep"));
  const { endpoint, looked } = find({ XDG_RUNTIME_DIR: at("other") });
  expect(endpoint).toBe(own);
  expect(looked).toContain(`${at("other/tokenkeep")} (not this user's alone)`);
});

test("an incomplete endpoint file is ignored", async () => {
  await announce(at("other/tokenkeep"));
  await writeFile(at("other/tokenkeep/endpoint.json"), '{"tokenkeep":1,"endp');
  const own = await announce(path.join(runtime(), "tokenkeep"));
  expect(find({ XDG_RUNTIME_DIR: at("other") }).endpoint).toBe(own);
});

test("if Tokenkeep does not run, the error lists the searched folders in order", async () => {
  const env = { XDG_RUNTIME_DIR: at("other"), HOME: at("home/snap/x/1") };
  expect(find(env)).toEqual({
    endpoint: at("other/tokenkeep/tokenkeep.sock"),
    looked: [
      at("other/tokenkeep"),
      path.join(runtime(), "tokenkeep"),
      stateOf(at("home/snap/x/1")),
      stateOf(at("home")),
    ]
      .map((folder) => `${folder} (no such folder)`)
      .join(", "),
  });
  const before = { ...process.env };
  try {
    Object.assign(process.env, env);
    delete process.env["TOKENKEEP_ENDPOINT"];
    const keep = new Tokenkeep({ client: "c", key: "A".repeat(43) }, { patienceMs: 0 });
    await expect(keep.token()).rejects.toMatchObject({
      code: "not_running",
      message: expect.stringContaining(`${at("other/tokenkeep")} (no such folder)`) as string,
    });
  } finally {
    process.env = before;
  }
});
