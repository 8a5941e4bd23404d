import type { RedirectFlow } from "../../contract/flow.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { claimViews } from "../../core/oidc/claims.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import { isRedirected, REDIRECTED } from "../../core/oauth/flows.ts";
import { waysOf } from "./user-agent.ts";
import type { Course } from "./pending-authorization.ts";

/** `replaces` and `insteadOf`: of a sign-in that waits to be kept. */
export function authorizationView(
  course: Course,
  replaces: SignInRecord | undefined,
  insteadOf: string | undefined,
): AuthorizationView {
  const { id, flow, provider, client, arrived, failure, step, scopes: asked, startedAtMs } = course;
  const common = {
    id,
    flow,
    provider: provider.id,
    providerName: provider.name,
    client: client.id,
    clientName: client.name,
    asked,
    startedAtMs,
    ...(isRedirected(flow) && { page: pageOf(course, flow) }),
  };
  if (step === "failed") return { ...common, step, failure: failure ?? { code: "internal" } };
  if (step === "waiting") {
    const { device, trouble } = course;
    const waiting = { ...common, step, ...(trouble !== undefined && { failure: trouble }) };
    if (device === undefined) return waiting;
    const { userCode: user_code, verificationUri: verification_uri, expiresAtMs, elsewhere } = device;
    return { ...waiting, device: { user_code, verification_uri, expiresAtMs, elsewhere } };
  }
  if (step !== "confirm" || arrived === undefined) return { ...common, step: "exchanging" };
  const { tokens, idToken, user_id, login, displayName, scopes, expiresAtMs, error } = arrived;
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
        replaces: {
          scopes: replaces.scopes,
          ...(replaces.alias !== undefined && { alias: replaces.alias }),
        },
      }),
    ...(insteadOf !== undefined && { insteadOf }),
    ...(error !== undefined && { doubt: { code: "provider_error", provider: provider.name, error } }),
  };
}

function pageOf(
  { way = "window", provider }: Course,
  flow: RedirectFlow,
): NonNullable<AuthorizationView["page"]> {
  const tokenInAddress = way === "browser" && REDIRECTED[flow].answersIn === "fragment";
  return { way, other: way === "window" && waysOf(provider).includes("browser"), tokenInAddress };
}
