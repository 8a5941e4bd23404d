/** Records of any number of sign-ins of a provider on loopback. */
import type { ClientRecord, Draft, SignInRecord } from "../../core/accounts/records.ts";
import { originsOf } from "../../core/providers/provider.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import { Secret } from "../../core/secret.ts";
import { isEnding, usedOf } from "./crowd-server.mjs";

/** The id of the nth sign-in; its token holds the same number. */
export const crowdId = (nth: number): string =>
  `00000000-0000-4000-8000-${nth.toString(16).padStart(12, "0")}`;
const CLIENT = crowdId(0xc11e47);
const SCOPES = ["user:read:chat", "user:write:chat", "channel:read:subscriptions"];

export interface Crowd {
  readonly client: Draft<ClientRecord>;
  readonly signIns: readonly Draft<SignInRecord>[];
}

/**
 * `providerId`: a provider at `origin` that speaks the sandbox's dialect; `usedMs`, `endingEvery`: the age of the tokens
 * (`usedOf`).
 */
export function crowd(
  count: number,
  origin: string,
  {
    nowMs,
    providerId = "sandbox",
    refreshReuse = "safe",
    ...tokens
  }: {
    nowMs: number;
    lifeMs: number;
    usedMs?: number;
    endingEvery?: number;
    providerId?: string;
    refreshReuse?: SignInRecord["refreshReuse"];
  },
): Crowd {
  const provider = sandboxAt(origin);
  return {
    client: {
      kind: "client",
      id: CLIENT,
      provider: providerId,
      name: "Crowd",
      client_id: "crowd",
      client_secret: new Secret("sandbox-only-not-a-secret"),
      builtIn: false,
      createdAtMs: nowMs,
    },
    signIns: Array.from({ length: count }, (_nothing, nth): Draft<SignInRecord> => {
      const id = crowdId(nth);
      const ends = isEnding(nth, tokens.endingEvery ?? 0);
      const issuedAtMs = nowMs - usedOf(nth, tokens);
      return {
        kind: "sign_in",
        id,
        provider: providerId,
        pinned: originsOf(provider),
        flow: ends ? "implicit" : "authorization_code",
        refreshReuse,
        client: CLIENT,
        client_id: "crowd",
        user_id: String(nth + 1),
        login: `user_${String(nth + 1)}`,
        displayName: `User_${String(nth + 1)}`,
        access_token: new Secret(`access-${id}-0`),
        ...(!ends && { refresh_token: new Secret(`refresh-${id}`) }),
        scopes: SCOPES,
        issuedAtMs,
        expiresAtMs: issuedAtMs + tokens.lifeMs,
        createdAtMs: issuedAtMs,
        state: { name: "signed_in" },
      };
    }),
  };
}
