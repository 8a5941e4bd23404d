/** Claims about the user who signed in: those of the ID token, and those of the userinfo endpoint now. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ClaimsView } from "../../contract/claims.ts";
import { claimViews } from "../../core/oidc/claims.ts";
import { claimsOf, type IdClaims } from "../../core/oidc/id-token.ts";
import { readUserinfo, userinfoRequest } from "../../core/oidc/userinfo.ts";
import type { HttpClient } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { Secret } from "../../core/secret.ts";
import type { Keeper } from "../keeper/keeper.ts";
import { providerFor } from "../registrations/lookup.ts";

export interface Claims {
  /** `now`: asks the userinfo endpoint too, and fails as that request does. `idToken` is empty where there is none. */
  of(id: string, now: boolean): Promise<Result<ClaimsView>>;
  /** The claims of the ID token as JSON. Fails with `id_token_missing`. */
  json(id: string): Result<string>;
  /** The ID token itself, for the clipboard. Fails with `id_token_missing`. */
  idToken(id: string): Result<Secret>;
}

/** All that the provider said; the nonce is a value of ours, which it only repeats. */
const jsonOf = ({ nonce: _ours, ...said }: IdClaims): string => JSON.stringify(said, null, 2);

export function createClaims(providers: Providers, http: HttpClient, keeper: Keeper): Claims {
  function idToken(id: string): Result<Secret> {
    const record = keeper.watches.current(id);
    if (record === undefined) return failed({ code: "account_unknown" });
    return record.id_token === undefined
      ? failed({ code: "id_token_missing", account: record.login })
      : ok(record.id_token);
  }
  return {
    idToken,
    json(id) {
      const token = idToken(id);
      return token.ok ? ok(jsonOf(claimsOf(token.value))) : token;
    },
    async of(id, now) {
      const record = keeper.watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const claims = record.id_token === undefined ? undefined : claimsOf(record.id_token);
      const stored = {
        idToken: claims === undefined ? [] : claimViews(claims),
        json: claims === undefined ? {} : { idToken: jsonOf(claims) },
      };
      if (!now) return ok(stored);
      const provider = providerFor(providers, record);
      if (!provider.ok) return provider;
      const { name, oidc } = provider.value;
      if (oidc?.userinfoEndpoint === undefined)
        return failed({ code: "authorization_not_offered", provider: name });
      // An access token is sent only to origins that the provider had when it issued the token.
      const { origin } = new URL(oidc.userinfoEndpoint);
      if (!Object.values(record.pinned).includes(origin))
        return failed({ code: "provider_changed", provider: name });
      const valid = await keeper.tokenFor(id, 0, true);
      if (!valid.ok) return valid;
      const { access_token, login, user_id } = valid.value;
      if (access_token === undefined) return failed({ code: "needs_sign_in", account: login });
      const outcome = await http.send(userinfoRequest(oidc.userinfoEndpoint, access_token));
      const userinfo = readUserinfo(provider.value, outcome, user_id);
      if (!userinfo.ok) return userinfo;
      return ok({
        ...stored,
        now: claimViews(userinfo.value),
        json: { ...stored.json, now: jsonOf(userinfo.value) },
      });
    },
  };
}
