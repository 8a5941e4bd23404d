/** Flows with a redirect: the user agent is opened, the response is matched with its request, and its code exchanged. */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { RedirectFlow as Flow } from "../../contract/flow.ts";
import {
  authorizationUrl,
  oneTimeValues,
  type AuthorizationRequest,
} from "../../core/oauth/authorization-request.ts";
import { matchRedirectUri, type PendingRequests } from "../../core/oauth/authorization-response.ts";
import { isRedirected } from "../../core/oauth/flows.ts";
import type { Clock } from "../../core/ports.ts";
import type { Completion } from "./completion.ts";
import { prepareWindow, type WindowParts } from "./embedded-window.ts";
import type { Exchange } from "./exchange.ts";
import type { PendingAuthorization, PendingAuthorizations } from "./pending-authorization.ts";
import { DEEP_LINK, prepareBrowser, type BrowserParts } from "./system-browser.ts";
import { userAgentsOf, type PageEvents, type PrepareUserAgent, type UserAgentKind } from "./user-agent.ts";

export interface RedirectFlow {
  /** Sends the authorization request by the preferred user agent, or by the provider's best one. */
  start(
    authorization: PendingAuthorization,
    flow: Flow,
    preferred: UserAgentKind | undefined,
  ): Promise<Result<null>>;
  /** Sends a new request by the browser; the old request ends. Fails with `authorization_unknown`. */
  moveToBrowser(authorization: PendingAuthorization | undefined): Promise<Result<null>>;
  /** Takes a link of our scheme, which any program may have made. */
  takeLink(link: string): void;
}

export type RedirectFlowParts = WindowParts & BrowserParts & { readonly clock: Clock };

/** True: `url` is a response to a pending request, and what follows from it has begun. */
type OnRedirect = (request: AuthorizationRequest, url: string) => boolean;

function createOnRedirect(
  { clock, log }: Pick<RedirectFlowParts, "clock" | "log">,
  requests: PendingRequests,
  pending: PendingAuthorizations,
  exchange: Exchange,
  { complete }: Completion,
): OnRedirect {
  function refuse(
    authorization: PendingAuthorization,
    request: AuthorizationRequest,
    failure: Failure,
  ): void {
    const { kind } = request.channel;
    log.warn("door.refused", { authorization: authorization.id, code: failure.code, by: kind });
    // A wrong response in the request's own window ends it. A response that came twice finds a later step.
    if (kind === "window" && authorization.step === "waiting" && authorization.request === request)
      pending.fail(authorization, { code: "state_rejected" });
  }
  return (request, url) => {
    const { provider, channel } = request;
    const matched = matchRedirectUri(request.redirect_uri, url);
    const response =
      matched === undefined
        ? failed({ code: "state_rejected" })
        : requests.accept({ provider, channel, url: matched }, clock.nowMs());
    const authorization = pending.get(response.ok ? response.value.request.id : request.id);
    if (authorization === undefined) return false;
    if (!response.ok) {
      refuse(authorization, request, response.failure);
      return false;
    }
    const accepted = response.value;
    if (accepted.kind === "ended") {
      if (accepted.token !== undefined) void exchange.revoke(authorization, accepted.token);
      pending.fail(authorization, accepted.failure);
    } else {
      const work = complete(authorization, () => exchange.redeem(authorization, accepted));
      pending.runInBackground(authorization, work);
    }
    return true;
  };
}

/** What happens to the page of a request. Events of a page that another request has replaced are ignored. */
function outcomeEvents(
  pending: PendingAuthorizations,
  authorization: PendingAuthorization,
  request: AuthorizationRequest,
): Pick<PageEvents, "onClosed" | "onFailed" | "onOpened"> {
  const failWith = (failure: Failure) => (): void => {
    if (authorization.step === "waiting" && authorization.request === request)
      pending.fail(authorization, failure);
  };
  return {
    onClosed: failWith({ code: "authorization_cancelled" }),
    onFailed: failWith({ code: "authorization_page_failed", provider: authorization.provider.name }),
    onOpened(opened) {
      if (authorization.request === request)
        pending.noteOpened(authorization, opened.ok ? undefined : opened.failure);
    },
  };
}

export function createRedirectFlow(
  parts: RedirectFlowParts,
  requests: PendingRequests,
  pending: PendingAuthorizations,
  exchange: Exchange,
  completion: Completion,
  changed: () => void,
): RedirectFlow {
  const { clock, log } = parts;
  const prepare: Record<UserAgentKind, PrepareUserAgent> = {
    window: prepareWindow(parts),
    browser: prepareBrowser(parts),
  };
  const onRedirect = createOnRedirect(parts, requests, pending, exchange, completion);

  /** Sends a new authorization request. It replaces the request before it, whose values become invalid. */
  async function send(
    authorization: PendingAuthorization,
    flow: Flow,
    userAgent: UserAgentKind,
  ): Promise<Result<null>> {
    const { id, provider } = authorization;
    const prepared = await prepare[userAgent](id, provider, flow);
    if (!prepared.ok) return prepared;
    const { channel, redirect_uri, abandon } = prepared.value;
    const request = newRequest(authorization, flow, { channel, redirect_uri, startedAtMs: clock.nowMs() });
    const url = await authorizationUrl(provider, request).catch((cause: unknown) => {
      abandon(); // frees the loopback port
      throw cause;
    });
    if (!pending.isWaiting(authorization)) {
      abandon();
      return failed({ code: "authorization_unknown" });
    }
    authorization.page?.close();
    delete authorization.pageFailure;
    authorization.request = request;
    authorization.userAgent = userAgent;
    requests.add(request);
    authorization.page = prepared.value.open(url, {
      ...outcomeEvents(pending, authorization, request),
      onRedirect: (response) => onRedirect(request, response),
      ...(userAgent === "window" &&
        userAgentsOf(provider).includes("browser") && {
          onRefused: () => pending.runInBackground(authorization, leaveWindow(authorization)),
        }),
    });
    return ok(null);
  }

  async function moveToBrowser(authorization: PendingAuthorization | undefined): Promise<Result<null>> {
    if (authorization?.step !== "waiting" || !isRedirected(authorization.flow))
      return failed({ code: "authorization_unknown" });
    const sent = await send(authorization, authorization.flow, "browser");
    changed();
    return sent;
  }
  /** `moveToBrowser` from the sign-in window, which cannot show a failure: the main window does. */
  async function leaveWindow(authorization: PendingAuthorization): Promise<void> {
    const moved = await moveToBrowser(authorization);
    if (!moved.ok && authorization.step === "waiting") pending.fail(authorization, moved.failure);
  }

  return {
    moveToBrowser,
    async start(authorization, flow, preferred) {
      const { provider } = authorization;
      const supported = userAgentsOf(provider);
      const userAgent = preferred !== undefined && supported.includes(preferred) ? preferred : supported[0];
      return userAgent === undefined
        ? failed({ code: "authorization_not_offered", provider: provider.name })
        : send(authorization, flow, userAgent);
    },
    takeLink(link) {
      // Any pending request of this provider will do here: the link's `state` selects the one that it answers.
      const request = pending
        .list()
        .flatMap(({ request: one }) => (one?.channel === DEEP_LINK ? [one] : []))
        .find(({ redirect_uri }) => matchRedirectUri(redirect_uri, link) !== undefined);
      if (request !== undefined) onRedirect(request, link);
      else log.warn("door.refused", { code: "authorization_unknown", by: DEEP_LINK.kind });
    },
  };
}

function newRequest(
  { id, provider, client, scopes }: PendingAuthorization,
  flow: Flow,
  by: Pick<AuthorizationRequest, "channel" | "redirect_uri" | "startedAtMs">,
): AuthorizationRequest {
  return {
    ...oneTimeValues(),
    ...by,
    id,
    provider: provider.id,
    providerName: provider.name,
    issuer: provider.issuer,
    flow,
    client: client.id,
    client_id: client.client_id,
    scopes,
  };
}
