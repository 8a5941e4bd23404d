/** Records of a sign-in at a judge, for the keeper's process. */
import { randomUUID } from "node:crypto";
import { USERS } from "../../sandbox/seeds.ts";
import type { Judge, Seed } from "./judges.ts";

/** `origin`: the origin for the keeper's requests, usually a proxy's. */
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
  // The login that a validation returns: another one would be written to the record.
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
