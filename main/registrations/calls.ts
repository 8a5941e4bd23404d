/** The window's calls about providers, client registrations and the sandbox. */
import { failed, ok } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { offeredScopes } from "../../core/scopes/catalogue.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Undo } from "../vault/undo.ts";
import type { Vault } from "../vault/types.ts";
import type { Clients } from "./clients.ts";
import type { Console } from "./console.ts";
import type { CustomProviders } from "./custom-providers.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SharedClient } from "./shared-client.ts";

export const registrationCalls = ({
  vault,
  providers,
  customProviders,
  clients,
  developerConsole,
  sharedClient,
  sandbox,
  undo,
  tokenClipboard,
}: {
  readonly vault: Vault;
  readonly providers: Providers;
  readonly customProviders: CustomProviders;
  readonly clients: Clients;
  readonly developerConsole: Console;
  readonly sharedClient: SharedClient;
  readonly sandbox: Sandbox;
  readonly undo: Undo;
  readonly tokenClipboard: TokenClipboard;
}) =>
  ({
    "scopes.list": () => Promise.resolve(ok(offeredScopes())),
    async "sandbox.start"() {
      const client = await sandbox.start();
      return client.ok ? ok({ client: client.value.id }) : client;
    },

    "providers.save": ({ form, change }) => customProviders.save(form, change),
    "providers.remove": (id) => customProviders.remove(id),
    "providers.discover": ({ issuer }) => customProviders.discover(issuer),
    "providers.copyRedirect"({ provider, at }) {
      const uri = providers.get(provider)?.redirectUris[at];
      return uri === undefined
        ? Promise.resolve(failed({ code: "provider_unknown", provider }))
        : tokenClipboard.copyPlain(uri);
    },

    "providers.openConsole": (provider) => developerConsole.open(provider),
    "providers.copyConsoleField": (field) => developerConsole.copy(field),

    "clients.save": (form) => clients.save(form),
    "clients.remove": (id) => undo.removing(vault.get("client", id), () => clients.remove(id)),
    "clients.check": (id) => clients.check(id),
    "clients.probe": (form) => clients.probe(form),
    "clients.useShared": () => sharedClient.use(),
  }) satisfies Partial<Handlers>;
