/** Runs the sandbox in its own process, on demand, on a port that stays the same (sign-ins are pinned to it). */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import { SANDBOX, type Providers } from "../../core/providers/registry.ts";
import type { Secret } from "../../core/secret.ts";
import { writeDurably } from "../storage/durable-file.ts";
import type { RecordStore, VaultDoor } from "../vault/types.ts";

const PREFERRED_PORT = 8127;

/** The process of a running sandbox. */
export interface SandboxProcess {
  readonly origin: string;
  readonly port: number;
  /** The registration that the sandbox knows, to be stored as the built-in client. */
  readonly client: { readonly client_id: string; readonly client_secret: Secret };
  stop(): void;
  /** Also calls a listener that is added after the process has ended. */
  onExit(listener: () => void): void;
}
/** Fails with `sandbox_port_taken` when another program has the port. Port 0: any free port. */
export type StartSandbox = (options: {
  readonly port: number;
  readonly folder: string;
}) => Promise<Result<SandboxProcess>>;

export interface SandboxParts {
  readonly startSandbox: StartSandbox;
  readonly profileFolder: string;
  readonly random: Randomness;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sandbox {
  /** Starts it if it does not run; the value is its client registration's record. Callers share one start. */
  start(): Promise<Result<ClientRecord>>;
  /** Finds out where it ran last, so that its accounts have their name and their dashes whether it starts or not. */
  recall(): Promise<void>;
  /** Starts it only when an account of its is in the vault. */
  startIfUsed(): Promise<void>;
  stop(): void;
}

export function createSandbox(
  host: SandboxParts,
  vault: RecordStore & Pick<VaultDoor, "state">,
  providers: Providers,
  changed: () => void,
): Sandbox {
  const folder = path.join(host.profileFolder, "sandbox");
  const portFile = path.join(folder, "port.json");
  let process: SandboxProcess | undefined;
  let starting: Promise<Result<ClientRecord>> | undefined;

  const keptPort = async (): Promise<number | undefined> => {
    try {
      const { port } = JSON.parse(await readFile(portFile, "utf8")) as { port?: unknown };
      return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536 ? Number(port) : undefined;
    } catch {
      return undefined;
    }
  };

  /** The first time any free port will do; afterwards it has to be the same, or every account would have moved. */
  async function launch(): Promise<Result<SandboxProcess>> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      return failed({ code: "sandbox_failing" }, cause);
    }
    const port = await keptPort();
    const first = await host.startSandbox({ port: port ?? PREFERRED_PORT, folder });
    const started =
      !first.ok && first.failure.code === "sandbox_port_taken" && port === undefined
        ? await host.startSandbox({ port: 0, folder })
        : first;
    if (!started.ok) return started;
    try {
      await writeDurably(portFile, JSON.stringify({ port: started.value.port }));
    } catch (cause) {
      // At another port next time, its accounts would have moved. What was started has no owner, and ends.
      started.value.stop();
      return failed({ code: "sandbox_failing" }, cause);
    }
    return started;
  }

  async function ownClient({ client }: SandboxProcess): Promise<Result<ClientRecord>> {
    const known = vault.list("client").find(({ provider, builtIn }) => provider === SANDBOX && builtIn);
    if (known !== undefined) return ok(known);
    return vault.write<ClientRecord>({
      kind: "client",
      id: host.random.uuid(),
      provider: SANDBOX,
      name: "Sandbox",
      client_id: client.client_id,
      client_secret: client.client_secret,
      builtIn: true,
      createdAtMs: host.clock.nowMs(),
    });
  }

  async function start(): Promise<Result<ClientRecord>> {
    if (vault.state.state !== "open")
      return failed({ code: vault.state.state === "locked" ? "vault_locked" : "vault_not_ready" });
    if (process === undefined) {
      const launched = await launch();
      if (!launched.ok) {
        const { failure, cause } = launched;
        host.log.warn("sandbox.failed", { code: failure.code, ...(cause !== undefined && { cause }) });
        return launched;
      }
      process = launched.value;
      process.onExit(() => {
        process = undefined;
        host.log.warn("sandbox.exited");
        changed();
      });
      providers.sandboxRunsAt(process.origin);
      changed();
    }
    return ownClient(process);
  }

  const shared = () => (starting ??= start().finally(() => (starting = undefined)));
  return {
    start: shared,
    async recall() {
      const port = await keptPort();
      if (port !== undefined) providers.sandboxRunsAt(`http://localhost:${String(port)}`);
    },
    async startIfUsed() {
      const used = [...vault.list("sign_in"), ...vault.list("tombstone")].some(
        ({ provider }) => provider === SANDBOX,
      );
      if (used) await shared();
    },
    stop: () => process?.stop(),
  };
}
