/** Starts keeper-process.ts as a child process and talks to it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { build } from "vite";

export type CrashPoint =
  | "before the intent is durable"
  | "after intent, before send"
  | "answer in memory"
  | "after the temporary file is synced"
  | "after rename"
  | "after the folder is synced";

export interface KeeperOptions {
  readonly folder: string;
  /** The keychain's key in hex, so that the next process can open what this one sealed. */
  readonly keychain: string;
  readonly timeoutMs?: number;
  readonly provider: {
    readonly origin: string;
    readonly dialect: "sandbox" | "oidc";
    readonly confidentialRefreshReuse: "safe" | "one_time";
  };
}
export type KeeperQuestion =
  | { readonly ask: "start" | "look" | "stop" }
  | { readonly ask: "put"; readonly record: object }
  | { readonly ask: "refresh"; readonly id: string }
  | { readonly ask: "crash"; readonly at: CrashPoint };
export interface KeeperAnswer {
  readonly number: number;
  readonly value: unknown;
}
export interface Row {
  readonly id: string;
  readonly state: string;
  readonly reuse: "safe" | "one_time";
  readonly condition: string | null;
  readonly unsaved: boolean;
  readonly access: string | null;
  readonly refresh: string | null;
}
export interface Look {
  readonly rows: readonly Row[];
  /** The number of unreadable files, and the reason for each. */
  readonly unreadable: number;
  readonly refused: readonly { readonly file: string; readonly why: string }[];
}

export interface KeeperChild {
  start(): Promise<void>;
  /** `ok`, a failure's code, or `died`. */
  put(record: object): Promise<string>;
  /** `ok`, a failure's code, or `died`. */
  refresh(id: string): Promise<string>;
  crash(at: CrashPoint): Promise<void>;
  look(): Promise<Look>;
  stop(): Promise<void>;
  /** Kills the process with SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

const FOLDER = path.resolve("out/test/processes");
let built: Promise<unknown> | undefined;
/** Bundles the program once per run, because plain Node reads no TypeScript. */
const ensureBuilt = (): Promise<unknown> =>
  (built ??= build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: path.resolve("tests/support/keeper-process.ts"),
      target: "node20.18",
      outDir: path.join(FOLDER, String(process.pid)),
      rolldownOptions: { output: { entryFileNames: "keeper.mjs" } },
    },
  }));

export async function startKeeperChild(options: KeeperOptions): Promise<KeeperChild> {
  await ensureBuilt();
  const child = fork(path.join(FOLDER, String(process.pid), "keeper.mjs"), [JSON.stringify(options)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, (value: unknown) => void>();
  let number = 0;
  child.on("message", (answer: KeeperAnswer) => {
    waiting.get(answer.number)?.(answer.value);
    waiting.delete(answer.number);
  });
  const gone = once(child, "exit").then(() => {
    for (const resolve of waiting.values()) resolve("died");
    waiting.clear();
  });
  const ask = (question: KeeperQuestion): Promise<unknown> => {
    if (child.exitCode !== null || child.signalCode !== null || !child.connected)
      return Promise.resolve("died");
    number += 1;
    const own = number;
    return new Promise((resolve) => {
      waiting.set(own, resolve);
      child.send({ number: own, question }, (error) => {
        if (error !== null) resolve("died");
      });
    });
  };
  return {
    async start() {
      const state = await ask({ ask: "start" });
      if (state !== "open") throw new Error(`the vault is ${String(state)}`);
    },
    put: async (record) => String(await ask({ ask: "put", record })),
    refresh: async (id) => String(await ask({ ask: "refresh", id })),
    async crash(at) {
      await ask({ ask: "crash", at });
    },
    look: async () => (await ask({ ask: "look" })) as Look,
    async stop() {
      await ask({ ask: "stop" });
      child.disconnect();
      await gone;
    },
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
