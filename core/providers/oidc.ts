/** The dialect of the RFCs: errors in `error`, and userinfo as validation (OpenID Connect Core §5.3). */
import { idText } from "../bounds.ts";
import type { JsonObject } from "../oauth/form.ts";
import type { DeviceAnswer, Dialect, Grant, Identity, Refusal } from "./provider.ts";

/**
 * RFC 6749 §5.2, and other servers' codes for the same errors under status 200 (GitHub: “Troubleshooting access token
 * request errors”).
 */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  invalid_grant: "grant",
  bad_verification_code: "grant",
  bad_refresh_token: "grant",
  invalid_client: "client",
  incorrect_client_credentials: "client",
  unauthorized_client: "client_id",
  redirect_uri_mismatch: "redirect_uri",
};
/** Refusals that a grant cannot have: a client's own token has no grant, and only a code has a redirect URI. */
const IMPOSSIBLE: Readonly<Record<Grant, readonly Refusal[]>> = {
  authorization_code: [],
  refresh_token: ["redirect_uri"],
  device_code: ["redirect_uri"],
  client_credentials: ["grant", "redirect_uri"],
};
/** The refusal, if this grant can have it. */
export const refusalFor = (grant: Grant, refusal: Refusal | undefined): Refusal | undefined =>
  refusal === undefined || IMPOSSIBLE[grant].includes(refusal) ? undefined : refusal;

/** RFC 8628 §3.5, and GitHub's codes for an expired device code. */
const DEVICE: Readonly<Record<string, DeviceAnswer>> = {
  authorization_pending: "pending",
  slow_down: "slow_down",
  access_denied: "denied",
  expired_token: "expired",
  incorrect_device_code: "expired",
};
/**
 * The other error codes of RFC 6749 §4.1.2.1 and §5.2: they do not say that the credentials of the request are wrong.
 */
const OTHER_ERRORS: readonly string[] = [
  "invalid_request",
  "invalid_scope",
  "unsupported_grant_type",
  "server_error",
  "temporarily_unavailable",
];

const known = <V>(table: Readonly<Record<string, V>>, error: unknown): V | undefined =>
  typeof error === "string" && Object.hasOwn(table, error) ? table[error] : undefined;

const isClientError = (status: number): boolean => status >= 400 && status < 500;

/** OpenID Connect Core §5.3.2. Userinfo names neither client nor scopes nor expiry. */
function identity({ sub, preferred_username }: JsonObject): Identity | { readonly wrong: string } {
  const user_id = idText(sub);
  return user_id === undefined ? { wrong: "sub" } : { user_id, login: idText(preferred_username) ?? user_id };
}

export const oidcDialect: Dialect = {
  validationScheme: "Bearer",
  device: (status, { error }) => (isClientError(status) ? known(DEVICE, error) : undefined),
  refusal: (grant, status, { error }) =>
    isClientError(status) ? refusalFor(grant, known(REFUSALS, error)) : undefined,
  isOwnError: ({ error }) =>
    known(REFUSALS, error) !== undefined ||
    known(DEVICE, error) !== undefined ||
    (typeof error === "string" && OTHER_ERRORS.includes(error)),
  // RFC 6750 §3.1 names the error in the challenge; many servers repeat it in a body.
  rejectsToken: (status, { error }, challenge) =>
    status >= 400 &&
    status < 404 &&
    (error === "invalid_token" || /\bBearer\b.*\berror="?invalid_token"?/is.test(challenge)),
  identity,
  validatesAppTokens: false,
  revokesWithSecret: true,
  // For an invalid token RFC 7009 §2.2 requires status 200; some servers answer with an error instead.
  revoked: (status, { error }) => isClientError(status) && error === "invalid_token",
  // `invalid_client` may also mean a wrong secret (RFC 6749 §5.2), which the user can correct.
  clientUnknown: () => false,
};
