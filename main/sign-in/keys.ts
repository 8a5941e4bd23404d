/** Providers' keys, remembered for a while: asked for anew when a token names one that is not among them. */
import { ok, type Result } from "../../contract/failure.ts";
import { keysRequest, readKeys, type KeySet } from "../../core/oidc/keys.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { singleFlight } from "../../core/single-flight.ts";

/** A key that was withdrawn is not trusted for longer. */
const KEPT_MS = 60 * 60_000;
/** Tokens that name keys which do not exist make no more requests than this. */
const COOL_DOWN_MS = 60_000;

export type OidcProvider = Provider & { readonly oidc: NonNullable<Provider["oidc"]> };

export interface Keys {
  /** `unknown`: a token names a key that the remembered ones have not. */
  of(provider: OidcProvider, unknown: boolean): Promise<Result<KeySet>>;
}

export function createKeys({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }): Keys {
  const sets = new Map<string, { readonly keys: KeySet; readonly atMs: number }>();
  const fetched = singleFlight(async (provider: OidcProvider) => {
    const read = readKeys(provider, await http.send(keysRequest(provider.oidc)));
    if (read.ok) sets.set(provider.oidc.jwksUri, { keys: read.value, atMs: clock.monotonicMs() });
    return read;
  });
  return {
    async of(provider, unknown) {
      const set = sets.get(provider.oidc.jwksUri);
      const ageMs = clock.monotonicMs() - (set?.atMs ?? -Infinity);
      return set !== undefined && ageMs < (unknown ? COOL_DOWN_MS : KEPT_MS)
        ? ok(set.keys)
        : fetched(provider);
    },
  };
}
