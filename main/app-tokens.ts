/** App tokens (RFC 6749 §4.4): a client's own, without a person. Got once here; the keeper mints the next ones. */
import { failed, ok, type Result } from "../contract/failure.ts";
import { isAppToken } from "../core/lifecycle/schedule.ts";
import { clientCredentialsRequest, readTokenOutcome } from "../core/oauth/token-request.ts";
import { readValidation, validateRequest } from "../core/oauth/validate.ts";
import { originsOf } from "../core/providers/provider.ts";
import { credentialsOf, type KeeperParts } from "./keeper/parts.ts";
import type { Keeper } from "./keeper/keeper.ts";
import { tokenFailure, validationFailure } from "../core/oauth/failures.ts";

export interface AppTokens {
  /** One per client: asked for again, the one there is takes the new token. */
  get(client: string): Promise<Result<{ readonly signIn: string }>>;
}

export function createAppTokens(parts: KeeperParts, keeper: Keeper): AppTokens {
  const { vault, providers, http, clock, random } = parts;
  return {
    async get(id) {
      const client = vault.get("client", id);
      if (client === undefined) return failed({ code: "client_missing" });
      const provider = providers.get(client.provider);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: client.provider });
      if (client.client_secret === undefined) return failed({ code: "client_secret_missing" });
      const outcome = await http.send(clientCredentialsRequest(provider, credentialsOf(client), []));
      const verdict = readTokenOutcome(provider, outcome, [], clock.nowMs());
      if (verdict.kind !== "tokens") return failed(tokenFailure(verdict, provider));
      const { accessToken, expiresAtMs } = verdict.tokens;
      const checked = readValidation(
        provider,
        await http.send(validateRequest(provider, accessToken)),
        clock.nowMs(),
      );
      if (checked.kind !== "valid") return failed(validationFailure(checked, provider));
      if ((checked.validation.client_id ?? client.client_id) !== client.client_id)
        return failed({ code: "identity_mismatch" });
      const before = vault.list("sign_in").find((record) => record.client === id && isAppToken(record));
      const adopted = await keeper.adopt(
        {
          kind: "sign_in",
          id: before?.id ?? random.uuid(),
          provider: provider.id,
          pinned: originsOf(provider),
          flow: "client_credentials",
          refreshReuse: "safe",
          client: id,
          client_id: client.client_id,
          user_id: "",
          login: client.name,
          displayName: client.name,
          ...(before?.alias !== undefined && { alias: before.alias }),
          access_token: accessToken,
          scopes: [...(checked.validation.scopes ?? verdict.tokens.scopes)],
          issuedAtMs: clock.nowMs(),
          ...(expiresAtMs !== undefined && { expiresAtMs }),
          createdAtMs: before?.createdAtMs ?? clock.nowMs(),
          state: { name: "signed_in" },
        },
        "signed_in",
      );
      return adopted.ok ? ok({ signIn: adopted.value.id }) : adopted;
    },
  };
}
