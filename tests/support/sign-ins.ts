/** Records as a sign-in at a judge leaves them, for the keeper's process. */
import { randomUUID } from "node:crypto";
import { USERS } from "../../sandbox/seeds.ts";
import type { Judge, Seed } from "./judges.ts";

/** `origin`: where the keeper is to send its requests; a proxy, as a rule. */
export async function signInRecords(judge: Judge, seed: Seed, user: string, origin: string) {
  const { access_token, refresh_token, scopes } = await judge.tokens(seed, user);
  const client = {
    kind: "client",
    id: randomUUID(),
    generation: 1,
    provider: "judge",
    name: "c",
    builtIn: false,
  };
  const nowMs = Date.now();
  // The one that a validation tells: another would be news, and written.
  const known = judge.dialect === "sandbox" ? USERS.find(({ id }) => id === user) : undefined;
  const login = known?.login ?? user;
  return {
    client: { ...client, ...seed.client, createdAtMs: nowMs },
    signIn: {
      kind: "sign_in",
      id: randomUUID(),
      generation: 1,
      provider: "judge",
      pinned: { issuer: origin, token: origin, revocation: origin, validation: origin },
      flow: "authorization_code",
      refreshReuse: seed.refreshReuse,
      client: client.id,
      client_id: seed.client.client_id,
      user_id: user,
      login,
      displayName: login,
      access_token,
      refresh_token,
      scopes,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + 14_000_000,
      createdAtMs: nowMs,
      state: { name: "signed_in" },
    },
  };
}
