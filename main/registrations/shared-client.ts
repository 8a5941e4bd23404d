/**
 * The registration that a distributor adds to its copy of the app (docs/providers.md): a file beside the app's icons.
 * The file holds no secret, since everybody who has the copy can read it (RFC 8252 §8.5).
 */
import * as v from "valibot";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { SharedClientView } from "../../contract/views/provider.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { RecordStore } from "../vault/types.ts";

/** Strict: a file with another member, such as a secret, is refused as a whole. */
const registration = v.strictObject({
  provider: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  client_id: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/)),
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80)),
});
type Registration = v.InferOutput<typeof registration>;

export interface SharedClient {
  /** Reads the file; without one nothing changes. */
  load(): Promise<void>;
  /** Undefined: the app came without a registration. */
  readonly view: SharedClientView | undefined;
  /** Saves the registration, unless the vault has it, and returns its id. Fails with `client_missing`. */
  use(): Promise<Result<{ readonly id: string }>>;
}

interface SharedClientParts {
  /** The text of the file; undefined: there is none. */
  readonly read: () => Promise<string | undefined>;
  readonly records: RecordStore;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

function parse(text: string): Registration | undefined {
  try {
    const parsed = v.safeParse(registration, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function createSharedClient(parts: SharedClientParts, changed: () => void): SharedClient {
  const { read, records, providers, clock, random, log } = parts;
  let shared: Registration | undefined;
  return {
    async load() {
      const text = await read();
      if (text === undefined) return;
      shared = parse(text);
      // The file's values are not logged: one of them may be a secret that does not belong there.
      if (shared === undefined) log.warn("registration.refused");
      else changed();
    },
    get view() {
      const provider = shared && providers.get(shared.provider);
      if (shared === undefined || provider === undefined) return undefined;
      return { provider: provider.id, providerName: provider.name, name: shared.name };
    },
    async use() {
      const found = shared;
      if (found === undefined || providers.get(found.provider) === undefined)
        return failed({ code: "client_missing" });
      const { provider, client_id, name } = found;
      const known = records
        .list("client")
        .find((one) => one.provider === provider && one.client_id === client_id);
      if (known !== undefined) return ok({ id: known.id });
      const written = await records.write<ClientRecord>({
        kind: "client",
        id: random.uuid(),
        provider,
        name,
        client_id,
        builtIn: false,
        createdAtMs: clock.nowMs(),
      });
      changed();
      return written.ok ? ok({ id: written.value.id }) : written;
    },
  };
}
