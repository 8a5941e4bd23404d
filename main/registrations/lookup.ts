/** Finds the provider and the client credentials that belong to a record. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ClientRecord, SignInRecord } from "../../core/accounts/records.ts";
import { originsMatch, type Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";

/**
 * The provider of a sign-in. Fails with `provider_unknown`, or with `provider_changed` when its origins are no longer
 * those that the sign-in's tokens were sealed with: the tokens go nowhere else.
 */
export function providerFor(
  providers: Providers,
  record: Pick<SignInRecord, "provider" | "pinned">,
): Result<Provider> {
  const provider = providers.get(record.provider);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: record.provider });
  return originsMatch(provider, record.pinned)
    ? ok(provider)
    : failed({ code: "provider_changed", provider: provider.name });
}

/** A client's credentials in the form in which requests take them (RFC 6749 §2.3). */
export const credentialsOf = ({ client_id, client_secret }: ClientRecord) => ({
  client_id,
  ...(client_secret !== undefined && { client_secret }),
});
