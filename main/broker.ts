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
    case "vault_paused":
      return "vault_locked";
    case "account_unknown":
      return "account_unknown";
    case "provider_unreachable":
    case "provider_busy":
    case "provider_misbehaved":
    case "storage_failing":
    case "refresh_budget":
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
  /** False while locked or paused: tools are told to ask later. */
  handsOut: () => boolean,
): Broker {
  let server: SocketServer | undefined;
  let failure: Failure | undefined;
  const table = () =>
    handOut(handsOut(), keeper.watches.all(), vault.list("grant"), keeper.watches, host.clock.nowMs());

  const onMiss: OnMiss = async ({ signIn, minValidSec, rest }) => {
    if (!handsOut()) return { ok: false, code: "vault_locked" };
    const answer = await keeper.tokenFor(signIn, minValidSec * 1000, rest);
    if (!answer.ok) return { ok: false, code: socketCodeOf(answer.failure) };
    const { watches } = keeper;
    const token = tokenResult(answer.value, watches.of(signIn), watches.endsAtMs(answer.value));
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
