/** Servers that speak as the RFCs say: errors in `error`, and userinfo to tell whose token it is (OpenID Connect Core §5.3). */
import type { DeviceAnswer, Dialect, Identity, Refusal } from "./provider.ts";

/** RFC 6749 §5.2. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  invalid_grant: "grant",
  invalid_client: "client",
  unauthorized_client: "client_id",
};

/** OpenID Connect Core §5.3.2. It tells neither client nor scopes nor end. */
function identity(body: Readonly<Record<string, unknown>>): Identity | { readonly wrong: string } {
  const { sub, preferred_username } = body;
  if (typeof sub !== "string" || sub === "") return { wrong: "sub" };
  const named = typeof preferred_username === "string" && preferred_username !== "";
  return { user_id: sub, login: named ? preferred_username : sub };
}

/** RFC 8628 §3.5. */
const DEVICE: Readonly<Record<string, DeviceAnswer>> = {
  authorization_pending: "pending",
  slow_down: "slow_down",
  access_denied: "denied",
  expired_token: "expired",
};

export const oidcDialect: Dialect = {
  validationScheme: "Bearer",
  device: (_status, { error }) => (typeof error === "string" ? DEVICE[error] : undefined),
  refusal: (_status, { error }) => (typeof error === "string" ? REFUSALS[error] : undefined),
  identity,
  validatesAppTokens: false,
  revokesWithSecret: true,
  revoked: (status) => status === 200, // RFC 7009 §2.2: also for a token that is already gone
};
