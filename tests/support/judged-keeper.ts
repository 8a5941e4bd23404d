/** A keeper in a process of its own, over files, and a proxy between it and a judge; the process can be killed and started again. */
import { randomBytes } from "node:crypto";
import { startFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import type { Judge, Seed } from "./judges.ts";
import { startKeeperChild, type KeeperChild } from "./keeper-child.ts";
import { signInRecords } from "./sign-ins.ts";

/** The user whose tokens all sign-ins hold. */
const USER = "700000001";

export interface JudgedKeeper extends AsyncDisposable {
  readonly proxy: FaultProxy;
  /** The process that runs now. */
  child(): KeeperChild;
  /** Kills the process, and starts another one over the same files. */
  restart(): Promise<KeeperChild>;
  /** Adds a sign-in with fresh tokens and its client registration; returns the ids of both. */
  signIn(seed: Seed): Promise<SignedIn>;
  /** Gives a sign-in fresh tokens. */
  signInAgain(signIn: SignedIn): Promise<void>;
}
export interface SignedIn {
  readonly id: string;
  readonly client: string;
  readonly seed: Seed;
}

export async function startJudgedKeeper(judge: Judge, folder: string): Promise<JudgedKeeper> {
  const proxy = await startFaultProxy(judge.origin);
  const options = {
    folder,
    keychain: randomBytes(32).toString("hex"),
    provider: {
      origin: proxy.origin,
      dialect: judge.dialect,
      confidentialRefreshReuse: judge.confidentialRefreshReuse,
    },
  };
  async function start(): Promise<KeeperChild> {
    const started = await startKeeperChild(options);
    await started.start();
    return started;
  }
  let child = await start();
  return {
    proxy,
    child: () => child,
    async restart() {
      await child.kill();
      child = await start();
      return child;
    },
    async signIn(seed) {
      const { client, signIn } = await signInRecords(judge, seed, USER, proxy.origin);
      await child.put(client);
      await child.put(signIn);
      return { id: signIn.id, client: client.id, seed };
    },
    async signInAgain({ id, client, seed }) {
      const { signIn } = await signInRecords(judge, seed, USER, proxy.origin);
      await child.put({ ...signIn, id, client });
    },
    async [Symbol.asyncDispose]() {
      await child.kill();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
