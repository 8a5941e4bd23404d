/** The providers' signing keys, cached. They are requested again when an ID token names a key that is not in the cache. */
import { ok, type Result } from "../../contract/failure.ts";
import { keysRequest, readKeys, type KeySet } from "../../core/oidc/keys.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { singleFlight } from "../../core/single-flight.ts";

/** A key that the provider has withdrawn is trusted no longer than this. */
const CACHED_MS = 60 * 60_000;
/** ID tokens that name unknown keys cause one request in this time. */
const COOL_DOWN_MS = 60_000;

export type OidcProvider = Provider & { readonly oidc: NonNullable<Provider["oidc"]> };

export interface Keys {
  /** `keyIsUnknown`: no cached key fits the ID token. Fails as `readKeys` does. */
  of(provider: OidcProvider, keyIsUnknown: boolean): Promise<Result<KeySet>>;
}

export function createKeys({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }): Keys {
  const sets = new Map<string, { readonly keys: KeySet; readonly atMs: number }>();
  const fetched = singleFlight(async (provider: OidcProvider) => {
    const read = readKeys(provider, await http.send(keysRequest(provider.oidc)));
    if (read.ok) sets.set(provider.oidc.jwksUri, { keys: read.value, atMs: clock.monotonicMs() });
    return read;
  });
  return {
    async of(provider, keyIsUnknown) {
      const set = sets.get(provider.oidc.jwksUri);
      const ageMs = clock.monotonicMs() - (set?.atMs ?? -Infinity);
      return set !== undefined && ageMs < (keyIsUnknown ? COOL_DOWN_MS : CACHED_MS)
        ? ok(set.keys)
        : fetched(provider);
    },
  };
}
