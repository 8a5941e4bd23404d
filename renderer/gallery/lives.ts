/** Sign-ins for Lifetime.svelte: fresh, ending, over, without an end, and of a provider that is unreachable. */
import type { SignInView } from "../../contract/views/account.ts";

const HOUR_MS = 3_600_000;

export function lives(nowMs: number): readonly { readonly words: string; readonly signIn: SignInView }[] {
  const fresh: SignInView = {
    id: "fresh",
    account: "sandbox:1",
    provider: "sandbox",
    providerName: "Sandbox",
    test: true,
    flow: "authorization_code",
    client: "client",
    clientName: "Bot",
    user_id: "1",
    login: "mirrelune",
    displayName: "mirrelune",
    scopes: [],
    status: "signed_in",
    renews: true,
    irc: false,
    hasIdToken: false,
    hasToken: true,
    issuedAtMs: nowMs - HOUR_MS / 2,
    expiresAtMs: nowMs + 3.5 * HOUR_MS,
    validating: false,
  };
  const { expiresAtMs: _, ...endless } = fresh;
  const late = { issuedAtMs: nowMs - 3.9 * HOUR_MS, expiresAtMs: nowMs + HOUR_MS / 10 };
  return [
    { words: "Renews itself", signIn: fresh },
    {
      words: "Ends soon, and cannot renew itself",
      signIn: { ...fresh, ...late, status: "ends_soon", renews: false },
    },
    { words: "Over", signIn: { ...fresh, issuedAtMs: nowMs - 5 * HOUR_MS, expiresAtMs: nowMs - HOUR_MS } },
    { words: "Provider away", signIn: { ...fresh, condition: "unreachable" } },
    { words: "No end is known", signIn: endless },
    { words: "No token", signIn: { ...endless, hasToken: false } },
  ];
}
