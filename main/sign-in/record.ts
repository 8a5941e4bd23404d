/** What is kept of a sign-in that arrived, and whose place it takes. */
import type { KeptFlow } from "../../contract/flow.ts";
import type { Draft, SignInRecord } from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { originsOf } from "../../core/providers/provider.ts";
import type { Vault } from "../vault/types.ts";
import type { ArrivedWithTokens, Course } from "./pending-authorization.ts";

const samePerson = (record: SignInRecord, { provider, client, arrived }: Course): boolean =>
  record.provider === provider.id &&
  record.user_id === arrived?.user_id &&
  (record.user_id !== "" || record.client === client.id); // a client is nobody but itself
const chosenOf = (vault: Vault, { chosen }: Course): SignInRecord | undefined =>
  chosen === undefined ? undefined : vault.get("sign_in", chosen);

/** The sign-in this one takes the place of: the chosen one, or one of the same person and client. */
export function replacedBy(vault: Vault, course: Course): SignInRecord | undefined {
  const chosen = chosenOf(vault, course);
  if (chosen !== undefined && samePerson(chosen, course)) return chosen;
  return vault
    .list("sign_in")
    .find((record) => record.client === course.client.id && samePerson(record, course));
}
/** Whom the person meant to sign in, when it became somebody else. */
export function insteadOf(vault: Vault, course: Course): string | undefined {
  const chosen = chosenOf(vault, course);
  return chosen === undefined || samePerson(chosen, course) ? undefined : chosen.login;
}

export function toRecord(
  { flow, provider, client }: Course & { readonly flow: KeptFlow },
  { tokens, idToken, user_id, login, displayName, scopes, expiresAtMs, receivedAtMs }: ArrivedWithTokens,
  before: SignInRecord | undefined,
  { clock, random }: { readonly clock: Clock; readonly random: Randomness },
): Draft<SignInRecord> {
  const confidential = client.client_secret !== undefined;
  return {
    kind: "sign_in",
    id: before?.id ?? random.uuid(),
    provider: provider.id,
    pinned: originsOf(provider),
    flow,
    // What a second use does to a token of the device grant was seen with public clients alone.
    refreshReuse:
      flow === "client_credentials"
        ? "safe"
        : confidential && flow !== "device_code"
          ? provider.confidentialRefreshReuse
          : "one_time",
    client: client.id,
    client_id: client.client_id,
    user_id,
    login,
    // A sign-in that tells none does not take away the one that is known.
    displayName: displayName ?? (before?.login === login ? before.displayName : login),
    ...(before?.alias !== undefined && { alias: before.alias }),
    access_token: tokens.accessToken,
    ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
    ...(idToken !== undefined && { id_token: idToken.token }),
    scopes: [...scopes],
    issuedAtMs: receivedAtMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    createdAtMs: before?.createdAtMs ?? clock.nowMs(),
    state: { name: "signed_in" },
  };
}
