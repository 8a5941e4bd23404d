/** The user's client registrations (docs/twitch-auth.md §2). The window can set a client secret, and never gets one. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { ClientFinding, ClientProbe } from "../../contract/client-check.ts";
import type { ClientView } from "../../contract/views/provider.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import {
  formerToCheck,
  judgeClient,
  pageProbe,
  probeOf,
  tokenProbe,
  type PageAnswer,
} from "../../core/oauth/client-check.ts";
import { byNaturalName } from "../../core/natural-order.ts";
import { flowsFor, isRedirected } from "../../core/oauth/flows.ts";
import type { Clock, HttpClient, Randomness } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { Secret } from "../../core/secret.ts";
import { credentialsOf } from "./lookup.ts";
import type { RecordStore } from "../vault/types.ts";

export interface Clients {
  /**
   * Adds a registration, or changes the one of this id. Fails with `provider_unknown`, `client_missing`,
   * `client_in_use`.
   */
  save(form: Argument<"clients.save">): Promise<Result<{ readonly id: string }>>;
  /** Fails with `client_missing`, `client_in_use`. */
  remove(id: string): Promise<Result<null>>;
  /** Checks a registration with harmless requests to its provider. Fails with `client_missing`, `provider_unknown`. */
  check(id: string): Promise<Result<readonly ClientFinding[]>>;
  /** Asks the provider about a client that is not saved. Fails with `provider_unknown`. */
  probe(form: Argument<"clients.probe">): Promise<Result<ClientProbe>>;
  /** For the window, by name. */
  views(): readonly ClientView[];
}

interface ClientParts {
  readonly records: RecordStore;
  readonly providers: Providers;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Randomness;
}

const flowsOf = (
  providers: Providers,
  { provider, client_secret }: Pick<ClientRecord, "provider" | "client_secret">,
) => {
  const known = providers.get(provider);
  return known === undefined ? [] : flowsFor(known, { client_secret });
};

/** The secret to store: null removes it, an empty one keeps the present one. */
function secretOf(form: Argument<"clients.save">, before: ClientRecord | undefined): Secret | undefined {
  const { client_secret } = form;
  if (client_secret === null) return undefined;
  return client_secret === undefined || client_secret === ""
    ? before?.client_secret
    : new Secret(client_secret);
}

async function save(
  { records, providers, clock, random }: ClientParts,
  form: Argument<"clients.save">,
): Promise<Result<ClientRecord>> {
  const { id, provider, name, client_id } = form;
  if (providers.get(provider) === undefined) return failed({ code: "provider_unknown", provider });
  const before = id === undefined ? undefined : records.get("client", id);
  if (id !== undefined && (before === undefined || before.builtIn)) return failed({ code: "client_missing" });
  const moved = before !== undefined && (before.client_id !== client_id || before.provider !== provider);
  // A token works only with the client ID that it was issued to (docs/twitch-auth.md §15).
  const users = records.list("sign_in").filter((record) => record.client === id).length;
  if (moved && users > 0) return failed({ code: "client_in_use", accounts: users });
  const secret = secretOf(form, before);
  return records.write<ClientRecord>({
    kind: "client",
    id: before?.id ?? random.uuid(),
    provider,
    name,
    client_id,
    ...(secret !== undefined && { client_secret: secret }),
    builtIn: false,
    createdAtMs: before?.createdAtMs ?? clock.nowMs(),
  });
}

async function check(
  { records, providers, http }: ClientParts,
  id: string,
): Promise<Result<readonly ClientFinding[]>> {
  const record = records.get("client", id);
  if (record === undefined) return failed({ code: "client_missing" });
  const provider = providers.get(record.provider);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: record.provider });
  const hasSecret = record.client_secret !== undefined;
  const token = await http.send(tokenProbe(provider, credentialsOf(record)));
  const pages: PageAnswer[] = [];
  const probe = async (redirect_uris: readonly string[]): Promise<void> => {
    for (const redirect_uri of redirect_uris) {
      const outcome = await http.send(await pageProbe(provider, record.client_id, redirect_uri));
      pages.push({ redirect_uri, outcome });
    }
  };
  // A client whose flows use no redirect has no redirect URIs to register.
  if (flowsOf(providers, record).some(isRedirected)) {
    await probe(provider.redirectUris);
    await probe(formerToCheck(provider, pages));
  }
  return ok(judgeClient(provider, hasSecret, token, pages));
}

/** One token request that no server grants: its refusal tells whether the ID is known, and of which type. */
async function probe(
  { providers, http }: ClientParts,
  { provider: id, client_id, client_secret = "" }: Argument<"clients.probe">,
): Promise<Result<ClientProbe>> {
  const provider = providers.get(id);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: id });
  const hasSecret = client_secret !== "";
  const credentials = { client_id, ...(hasSecret && { client_secret: new Secret(client_secret) }) };
  const token = await http.send(tokenProbe(provider, credentials));
  const judged = probeOf(judgeClient(provider, hasSecret, token, []), hasSecret);
  if (judged.is !== "unsure") return ok(judged);
  // The RFC has one code for an unknown ID and a wrong secret (RFC 6749 §5.2); the page tells them apart.
  const [redirect_uri] = provider.redirectUris;
  const outcome = await http.send(await pageProbe(provider, client_id, redirect_uri));
  return ok(probeOf(judgeClient(provider, hasSecret, token, [{ redirect_uri, outcome }]), hasSecret));
}

/** `saved`: a registration was saved, and what failed with it may work now. */
export function createClients(
  parts: ClientParts,
  changed: () => void,
  saved: (client: string) => void,
): Clients {
  const { records, providers } = parts;
  return {
    async save(form) {
      const written = await save(parts, form);
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
    check: (id) => check(parts, id),
    probe: (form) => probe(parts, form),
    views: () =>
      records
        .list("client")
        .map((record) => ({
          id: record.id,
          provider: record.provider,
          name: record.name,
          client_id: record.client_id,
          hasSecret: record.client_secret !== undefined,
          flows: flowsOf(providers, record),
          builtIn: record.builtIn,
        }))
        .sort((a, b) => byNaturalName(a.name, b.name)),
  };
}
