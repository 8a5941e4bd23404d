/** The one place where parts meet. `main/electron/` passes the real host; tests pass theirs. */
import path from "node:path";
import type { Handlers } from "../contract/ipc.ts";
import { createProviders } from "../core/providers/registry.ts";
import { coalesced } from "../core/single-flight.ts";
import { createBroker } from "./broker.ts";
import { createClients } from "./clients.ts";
import { createCopying } from "./copying.ts";
import type { Host } from "./host.ts";
import { createHandlers } from "./handlers.ts";
import { createKeeper } from "./keeper/keeper.ts";
import { createSandbox } from "./sandbox.ts";
import { createAuthorizations } from "./sign-in/authorizations.ts";
import { createTools } from "./tools.ts";
import { createVault } from "./vault/vault.ts";
import { signInView } from "./views/sign-in-view.ts";
import { createState, type State } from "./views/state.ts";

export interface App {
  readonly handlers: Handlers;
  readonly state: State;
  /** Opens the vault and everything behind it. Does not reject: what fails is in the state. */
  start(): Promise<void>;
  /** The machine woke up, or the network came back. */
  wake(): void;
  /** Finishes what runs, forgets what is not to be kept, and closes. */
  stop(): Promise<void>;
}

export function compose(host: Host): App {
  const { clock, random, log } = host;
  let push: () => Promise<void> = () => Promise.resolve();
  const changed = (): void => {
    state.touch();
    void push().catch((cause: unknown) => log.error("socket.push", { cause }));
  };

  const vault = createVault({
    folder: path.join(host.profileFolder, "vault"),
    keychain: host.keychain,
    clock,
    random,
    log,
  });
  const providers = createProviders();
  const parts = { vault, providers, http: host.http, clock, random, log };
  const keeper = createKeeper(parts, changed);
  const authorizations = createAuthorizations(
    { ...parts, openUserAgent: host.openUserAgent },
    keeper,
    changed,
  );
  const copying = createCopying(host.clipboard, clock);
  const sandbox = createSandbox(host, vault, providers, changed);
  const broker = createBroker(host, vault, keeper, (uses) => tools.used(uses));
  const tools = createTools(
    { vault, clock, random, copying, endpoint: () => broker.endpoint, push: () => broker.push() },
    changed,
  );
  const clients = createClients(parts, changed);
  push = coalesced(() => broker.push());

  const state = createState({
    app: () => host.app,
    vault: () => vault.state,
    providers: () =>
      providers.list().map(({ id, name, test, consoleUrl, redirectUris, userAgents }) => ({
        id,
        name,
        test,
        ...(consoleUrl !== undefined && { consoleUrl }),
        redirectUris,
        embedded: userAgents.includes("embedded"),
      })),
    clients: () => clients.views(),
    signIns: () =>
      keeper.watches
        .all()
        .map((record) =>
          signInView(
            record,
            keeper.watches.of(record.id),
            providers.get(record.provider),
            vault.get("client", record.client),
            clock.nowMs(),
          ),
        )
        .sort((a, b) => a.login.localeCompare(b.login) || a.id.localeCompare(b.id)),
    tools: () => tools.views(),
    socket: () => ({
      ...(broker.endpoint !== undefined && { endpoint: broker.endpoint }),
      ...(broker.failure !== undefined && { failure: broker.failure }),
    }),
    authorizations: () => authorizations.views(),
    keeper: () => {
      const { lastCheckAtMs, nextCheckAtMs } = keeper;
      return {
        ...(lastCheckAtMs !== undefined && { lastCheckAtMs }),
        ...(nextCheckAtMs !== undefined && { nextCheckAtMs }),
      };
    },
  });

  vault.onState(changed);
  const opened = async (): Promise<void> => {
    if (vault.state.state !== "open") return;
    await sandbox.startIfUsed(); // before the first checks, or its accounts would be called unreachable
    await keeper.start();
    changed();
  };
  return {
    state,
    handlers: createHandlers({
      vault,
      keeper,
      authorizations,
      copying,
      sandbox,
      tools,
      clients,
      state,
      broker,
      opened,
    }),
    async start() {
      await Promise.all([vault.open(), broker.start()]);
      await opened();
      await broker.push();
      changed();
    },
    wake: () => keeper.wake(),
    async stop() {
      await authorizations.endAll();
      await keeper.pause();
      await copying.clearOurs().catch((cause: unknown) => log.warn("clipboard.clear", { cause }));
      await broker.stop();
      sandbox.stop();
      await vault.lock();
    },
  };
}
