/** Client registrations: the person's own, one per tool if they like (TA §2). Secrets go in and never come out. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { ClientFinding } from "../../contract/client-check.ts";
import type { ClientView } from "../../contract/views/provider.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import {
  formerToCheck,
  judgeClient,
  pageProbe,
  tokenProbe,
  type PageAnswer,
} from "../../core/oauth/client-check.ts";
import { flowsFor, isRedirected } from "../../core/oauth/flows.ts";
import type { Clock, HttpClient, Randomness } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { Secret } from "../../core/secret.ts";
import { credentialsOf } from "./lookup.ts";
import type { RecordStore } from "../vault/types.ts";

export interface Clients {
  save(form: Argument<"clients.save">): Promise<Result<{ readonly id: string }>>;
  remove(id: string): Promise<Result<null>>;
  /** What the provider says of it. Fails with `client_missing`, `provider_unknown`. */
  check(id: string): Promise<Result<readonly ClientFinding[]>>;
  views(): readonly ClientView[];
}

export function createClients(
  {
    records,
    providers,
    http,
    clock,
    random,
  }: { records: RecordStore; providers: Providers; http: HttpClient; clock: Clock; random: Randomness },
  changed: () => void,
  /** A registration that has users was saved: what did not work with it may work now. */
  saved: (client: string) => void,
): Clients {
  const flowsOf = ({ provider, client_secret }: Pick<ClientRecord, "provider" | "client_secret">) => {
    const known = providers.get(provider);
    return known === undefined ? [] : flowsFor(known, { client_secret });
  };
  return {
    async save({ id, provider, name, client_id, client_secret }) {
      if (providers.get(provider) === undefined) return failed({ code: "provider_unknown", provider });
      const before = id === undefined ? undefined : records.get("client", id);
      if (id !== undefined && (before === undefined || before.builtIn))
        return failed({ code: "client_missing" });
      const moved = before !== undefined && (before.client_id !== client_id || before.provider !== provider);
      // Tokens belong to the client id they were given to (TA §15): under another one they would be useless.
      const users = records.list("sign_in").filter((record) => record.client === id).length;
      if (moved && users > 0) return failed({ code: "client_in_use", accounts: users });
      const secret =
        client_secret === null
          ? undefined
          : client_secret === undefined || client_secret === ""
            ? before?.client_secret
            : new Secret(client_secret);
      const written = await records.write<ClientRecord>({
        kind: "client",
        id: before?.id ?? random.uuid(),
        provider,
        name,
        client_id,
        ...(secret !== undefined && { client_secret: secret }),
        builtIn: false,
        createdAtMs: before?.createdAtMs ?? clock.nowMs(),
      });
      changed();
      if (!written.ok) return written;
      saved(written.value.id);
      return ok({ id: written.value.id });
    },

    async remove(id) {
      const record = records.get("client", id);
      if (record === undefined) return failed({ code: "client_missing" });
      const users = records.list("sign_in").filter(({ client }) => client === id).length;
      if (users > 0) return failed({ code: "client_in_use", accounts: users });
      const erased = await records.erase(id);
      changed();
      return erased;
    },

    async check(id) {
      const record = records.get("client", id);
      if (record === undefined) return failed({ code: "client_missing" });
      const provider = providers.get(record.provider);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: record.provider });
      const hasSecret = record.client_secret !== undefined;
      const token = await http.send(tokenProbe(provider, credentialsOf(record)));
      const pages: PageAnswer[] = [];
      // Who cannot be answered by a redirect has none to register.
      const redirected = flowsOf(record).some(isRedirected);
      const look = async (redirect_uris: readonly string[]): Promise<void> => {
        for (const redirect_uri of redirect_uris) {
          const outcome = await http.send(await pageProbe(provider, record.client_id, redirect_uri));
          pages.push({ redirect_uri, outcome });
        }
      };
      if (redirected) {
        await look(provider.redirectUris);
        await look(formerToCheck(provider, pages));
      }
      return ok(judgeClient(provider, hasSecret, token, pages));
    },

    views: () =>
      records
        .list("client")
        .map(({ id, provider, name, client_id, client_secret, builtIn }) => ({
          id,
          provider,
          name,
          client_id,
          hasSecret: client_secret !== undefined,
          flows: flowsOf({ provider, client_secret }),
          builtIn,
        }))
        .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
