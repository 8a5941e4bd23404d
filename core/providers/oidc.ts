/** Servers that speak as the RFCs say: errors in `error`, and userinfo to tell whose token it is (OpenID Connect Core §5.3). */
import { idText } from "../bounds.ts";
import type { JsonObject } from "../oauth/form.ts";
import type { DeviceAnswer, Dialect, Grant, Identity, Refusal } from "./provider.ts";

/** RFC 6749 §5.2, and the words of servers that say the same under 200 (GitHub: “Troubleshooting access token request errors”). */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  invalid_grant: "grant",
  bad_verification_code: "grant",
  bad_refresh_token: "grant",
  invalid_client: "client",
  incorrect_client_credentials: "client",
  unauthorized_client: "client_id",
  redirect_uri_mismatch: "redirect_uri",
};
/** A client's own token has no grant to be refused, and only a code has a redirect URI. */
const MEANINGLESS: Readonly<Record<Grant, readonly Refusal[]>> = {
  authorization_code: [],
  refresh_token: ["redirect_uri"],
  device_code: ["redirect_uri"],
  client_credentials: ["grant", "redirect_uri"],
};
/** The refusal, if it makes sense for this grant. */
export const refusalFor = (grant: Grant, refusal: Refusal | undefined): Refusal | undefined =>
  refusal === undefined || MEANINGLESS[grant].includes(refusal) ? undefined : refusal;

/** RFC 8628 §3.5, and GitHub's words for a code that is over. */
const DEVICE: Readonly<Record<string, DeviceAnswer>> = {
  authorization_pending: "pending",
  slow_down: "slow_down",
  access_denied: "denied",
  expired_token: "expired",
  incorrect_device_code: "expired",
};
/** The other error codes of RFC 6749 §4.1.2.1 and §5.2: the server's own, and no verdict on what was sent. */
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

/** OpenID Connect Core §5.3.2. It tells neither client nor scopes nor end. */
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
  // RFC 7009 §2.2 answers 200 for a token that is already gone; other servers say so as an error.
  revoked: (status, { error }) => isClientError(status) && error === "invalid_token",
  // `invalid_client` may be a wrong secret as well (RFC 6749 §5.2): that can be set right.
  clientUnknown: () => false,
};
