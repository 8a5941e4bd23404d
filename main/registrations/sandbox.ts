/** Runs the sandbox in a process of its own, on demand, on a port that stays the same. */
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
  /** Starts the sandbox if it does not run; concurrent callers share one start. The value is its client registration. */
  start(): Promise<Result<ClientRecord>>;
  /** Reads where the sandbox ran last, so that its accounts show their provider even if it does not start. */
  recall(): Promise<void>;
  /** Starts the sandbox only if the vault has an account of it. */
  startIfUsed(): Promise<void>;
  stop(): void;
}

/** Remembers the port: sign-ins of the sandbox are pinned to its origin. */
interface PortFile {
  /** Undefined: the sandbox has never run, or the file cannot be read. */
  read(): Promise<number | undefined>;
  /** Rejects with the file system's error. */
  write(port: number): Promise<void>;
}

function createPortFile(file: string): PortFile {
  return {
    async read() {
      try {
        const { port } = JSON.parse(await readFile(file, "utf8")) as { port?: unknown };
        return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536 ? Number(port) : undefined;
      } catch {
        return undefined;
      }
    },
    write: (port) => writeDurably(file, JSON.stringify({ port })),
  };
}

/** Starts the process. The first time any free port will do; afterwards the port must be the same. */
async function launch(
  startSandbox: StartSandbox,
  folder: string,
  portFile: PortFile,
): Promise<Result<SandboxProcess>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    return failed({ code: "sandbox_failing" }, cause);
  }
  const port = await portFile.read();
  const first = await startSandbox({ port: port ?? PREFERRED_PORT, folder });
  const started =
    !first.ok && first.failure.code === "sandbox_port_taken" && port === undefined
      ? await startSandbox({ port: 0, folder })
      : first;
  if (!started.ok) return started;
  try {
    await portFile.write(started.value.port);
  } catch (cause) {
    // The next start could get another port, which makes every sandbox account unusable.
    started.value.stop();
    return failed({ code: "sandbox_failing" }, cause);
  }
  return started;
}

export function createSandbox(
  parts: SandboxParts,
  vault: RecordStore & Pick<VaultDoor, "state">,
  providers: Providers,
  changed: () => void,
): Sandbox {
  const folder = path.join(parts.profileFolder, "sandbox");
  const portFile = createPortFile(path.join(folder, "port.json"));
  let running: SandboxProcess | undefined;
  let starting: Promise<Result<ClientRecord>> | undefined;

  async function builtInClient({ client }: SandboxProcess): Promise<Result<ClientRecord>> {
    const known = vault.list("client").find(({ provider, builtIn }) => provider === SANDBOX && builtIn);
    if (known !== undefined) return ok(known);
    return vault.write<ClientRecord>({
      kind: "client",
      id: parts.random.uuid(),
      provider: SANDBOX,
      name: "Sandbox",
      client_id: client.client_id,
      client_secret: client.client_secret,
      builtIn: true,
      createdAtMs: parts.clock.nowMs(),
    });
  }

  async function start(): Promise<Result<ClientRecord>> {
    if (vault.state.state !== "open")
      return failed({ code: vault.state.state === "locked" ? "vault_locked" : "vault_not_ready" });
    if (running === undefined) {
      const launched = await launch(parts.startSandbox, folder, portFile);
      if (!launched.ok) {
        const { failure, cause } = launched;
        parts.log.warn("sandbox.failed", { code: failure.code, ...(cause !== undefined && { cause }) });
        return launched;
      }
      running = launched.value;
      running.onExit(() => {
        running = undefined;
        parts.log.warn("sandbox.exited");
        changed();
      });
      providers.sandboxRunsAt(running.origin);
      changed();
    }
    return builtInClient(running);
  }

  const shared = () => (starting ??= start().finally(() => (starting = undefined)));
  return {
    start: shared,
    async recall() {
      const port = await portFile.read();
      if (port !== undefined) providers.sandboxRunsAt(`http://localhost:${String(port)}`);
    },
    async startIfUsed() {
      const used = [...vault.list("sign_in"), ...vault.list("tombstone")].some(
        ({ provider }) => provider === SANDBOX,
      );
      if (used) await shared();
    },
    stop: () => running?.stop(),
  };
}
