/** Main's end of the local socket: starts the worker, keeps its table up to date, answers its misses. */
import type { Failure } from "../contract/failure.ts";
import type { SocketErrorCode } from "../contract/socket.ts";
import type { Host } from "./host.ts";
import type { Keeper } from "./keeper/keeper.ts";
import type { OnMiss, SocketOptions, SocketServer } from "./socket/types.ts";
import type { Vault } from "./vault/types.ts";
import { handOut, tokenResult } from "./views/hand-out.ts";

/** What a tool is told of a failure: a stable code; the sentence stays with the person who can act on it. */
export function socketCodeOf({ code }: Failure): SocketErrorCode {
  switch (code) {
    case "vault_locked":
    case "vault_not_ready":
      return "vault_locked";
    case "account_unknown":
      return "account_unknown";
    case "provider_unreachable":
    case "provider_busy":
    case "provider_misbehaved":
    case "storage_failing":
      return "provider_unreachable";
    case "internal":
      return "internal";
    default:
      return "needs_sign_in";
  }
}

export interface Broker {
  start(): Promise<void>;
  /** Brings the worker's table up to date; resolves once it counts. */
  push(): Promise<void>;
  stop(): Promise<void>;
  readonly endpoint: string | undefined;
  readonly failure: Failure | undefined;
}

export function createBroker(
  host: Pick<Host, "startSocketServer" | "runtimeFolder" | "socketWorkerUrl" | "clock" | "log">,
  vault: Vault,
  keeper: Keeper,
  onUse: SocketOptions["onUse"],
): Broker {
  let server: SocketServer | undefined;
  let failure: Failure | undefined;
  const table = () =>
    handOut(
      vault.state.state === "open",
      keeper.watches.all(),
      vault.list("grant"),
      (id) => keeper.watches.of(id),
      host.clock.nowMs(),
    );

  const onMiss: OnMiss = async ({ signIn, minValidSec }) => {
    const answer = await keeper.tokenFor(signIn, minValidSec * 1000);
    if (!answer.ok) return { ok: false, code: socketCodeOf(answer.failure) };
    const token = tokenResult(answer.value, keeper.watches.of(signIn));
    return token === undefined ? { ok: false, code: "needs_sign_in" } : { ok: true, token };
  };

  return {
    get endpoint() {
      return server?.endpoint;
    },
    get failure() {
      return failure;
    },
    async start() {
      const { runtimeFolder: folder, socketWorkerUrl: workerUrl } = host;
      const started = await host.startSocketServer({ folder, workerUrl, onMiss, onUse });
      if (started.ok) {
        server = started.value;
        await server.push(table());
      } else {
        failure = started.failure;
        host.log.warn("socket.failed", { code: failure.code, cause: started.cause });
      }
    },
    push: async () => server?.push(table()),
    async stop() {
      await server?.close();
      server = undefined;
    },
  };
}
