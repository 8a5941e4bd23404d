/** A pending authorization as the window shows it. */
import type { RedirectFlow } from "../../contract/flow.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { LossView } from "../../contract/views/tool.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { placingWithoutLoss } from "../../core/accounts/replacement.ts";
import { claimViews } from "../../core/oidc/claims.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import { isRedirected, REDIRECTED } from "../../core/oauth/flows.ts";
import type { PendingAuthorization } from "./pending-authorization.ts";
import { userAgentsOf } from "./user-agent.ts";

/** A sign-in that saving would replace. */
export interface Replaced {
  readonly record: SignInRecord;
  readonly losses: readonly LossView[];
}

/**
 * `replaces`: the sign-in that saving would replace, and what tools lose then. `insteadOf`: the login that the user wanted
 * to sign in.
 */
export function authorizationView(
  authorization: PendingAuthorization,
  replaces: Replaced | undefined,
  insteadOf: string | undefined,
): AuthorizationView {
  const { id, flow, provider, client, identified, failure, step, scopes: asked, startedAtMs } = authorization;
  const common = {
    id,
    flow,
    provider: provider.id,
    providerName: provider.name,
    client: client.id,
    clientName: client.name,
    asked,
    startedAtMs,
    ...(isRedirected(flow) && { page: pageOf(authorization, flow) }),
  };
  if (step === "failed") return { ...common, step, failure: failure ?? { code: "internal" } };
  if (step === "waiting") {
    const { device, pageFailure } = authorization;
    const waiting = { ...common, step, ...(pageFailure !== undefined && { failure: pageFailure }) };
    if (device === undefined) return waiting;
    const { userCode: user_code, verificationUri: verification_uri, expiresAtMs, elsewhere } = device;
    return { ...waiting, device: { user_code, verification_uri, expiresAtMs, elsewhere } };
  }
  if (step !== "confirm" || identified === undefined) return { ...common, step: "exchanging" };
  const { tokens, idToken, user_id, login, displayName, scopes, expiresAtMs, error } = identified;
  return {
    ...common,
    step,
    user_id,
    login,
    displayName: displayName ?? login,
    scopes: scopes.map(describeScope),
    missing: tokens === undefined ? [] : asked.filter((scope) => !scopes.includes(scope)),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    renews: tokens?.refreshToken !== undefined || flow === "client_credentials",
    ...(idToken !== undefined && { claims: claimViews(idToken.claims) }),
    keeps: tokens !== undefined,
    ...(tokens !== undefined &&
      replaces !== undefined && {
        replaces: replacementView(replaces, scopes),
      }),
    ...(insteadOf !== undefined && { insteadOf }),
    ...(error !== undefined && { doubt: { code: "provider_error", provider: provider.name, error } }),
  };
}

function replacementView({ record, losses }: Replaced, after: readonly string[]) {
  return {
    scopes: record.scopes,
    ...(record.alias !== undefined && { alias: record.alias }),
    losses,
    suggested: placingWithoutLoss(losses, record.scopes, after) === "replace",
  };
}

function pageOf(
  { userAgent: way = "window", provider }: PendingAuthorization,
  flow: RedirectFlow,
): NonNullable<AuthorizationView["page"]> {
  const tokenInAddress = way === "browser" && REDIRECTED[flow].answersIn === "fragment";
  return { way, other: way === "window" && userAgentsOf(provider).includes("browser"), tokenInAddress };
}
