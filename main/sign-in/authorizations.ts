/**
 * Sign-ins under way, from the authorization request to "You signed in as …". Several may run at once; each expires after
 * ten minutes. The vault gets nothing before the user saves the sign-in.
 */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Flow } from "../../contract/flow.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import { lossesBy, type NamedHolder } from "../../core/accounts/losses.ts";
import { scopesToRequest } from "../../core/oauth/authorization-request.ts";
import { createPendingRequests } from "../../core/oauth/authorization-response.ts";
import { flowsFor, isRedirected } from "../../core/oauth/flows.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { Secret } from "../../core/secret.ts";
import { createCompletion, type Completion, type CompletionParts } from "./completion.ts";
import { createDeviceFlow, type DeviceFlow, type DeviceFlowParts } from "./device.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { createIdentify } from "./identification.ts";
import { createPendingAuthorizations, type PendingAuthorizations } from "./pending-authorization.ts";
import { insteadOf, replacedBy } from "./record.ts";
import { createRedirectFlow, type RedirectFlow, type RedirectFlowParts } from "./redirect-flow.ts";
import type { UserAgentKind } from "./user-agent.ts";
import { authorizationView } from "./view.ts";

/** What the user chose for a new sign-in. */
export interface AuthorizationOptions {
  /** The id of the client's record. */
  readonly client: string;
  readonly scopes: readonly string[];
  /** The id of the sign-in to renew. */
  readonly signIn?: string | undefined;
  readonly flow?: Flow | undefined;
  readonly way?: UserAgentKind | undefined;
}

export interface Authorizations {
  /** Fails with `authorization_not_offered` where provider and client do not support the flow. */
  start(options: AuthorizationOptions): Promise<Result<{ readonly id: string }>>;
  /** Fails with `browser_failing` when the page does not open, `page_elsewhere` when the user has to allow its host. */
  show(id: string): Promise<Result<null>>;
  /** Opens a page at another host than the provider's own: the user has seen the host. */
  showElsewhere(id: string): Promise<Result<null>>;
  /** Leaves the sign-in window for the user's browser, with a new authorization request; the old one ends. */
  toBrowser(id: string): Promise<Result<null>>;
  /** Takes a link of our scheme, which any program may have made. */
  takeLink(link: string): void;
  /** The URL of the provider's page, which the user may open in any browser. It contains no secret. */
  link(id: string): Result<string>;
  cancel(id: string): Promise<Result<null>>;
  /** Stores the sign-in in place of the one that it renews, or `beside` it. */
  keep: Completion["save"];
  /** Revokes the tokens of a sign-in that is not saved. */
  discard: Completion["discard"];
  /** The ID token of a sign-in that waits for the user to save it. */
  idToken(id: string): Result<Secret>;
  /** `tools`: the grants, which tell what tools would lose by a replacement. */
  views(tools: readonly NamedHolder[]): readonly AuthorizationView[];
  /** Ends all: closes their windows and revokes tokens that were not saved. */
  endAll(): Promise<void>;
}

export type AuthorizationsParts = RedirectFlowParts &
  DeviceFlowParts &
  Omit<CompletionParts, "keeper"> & { readonly providers: Pick<Providers, "get"> };

interface Choice {
  readonly provider: Provider;
  readonly client: ClientRecord;
  readonly flow: Flow;
  readonly scopes: readonly string[];
}

/**
 * The client of the options, its provider, and the flow: the one that the user named, else the flow of the sign-in to
 * renew, else the first that provider and client support.
 */
function choose(
  { vault, providers }: Pick<AuthorizationsParts, "vault" | "providers">,
  { client: clientId, signIn, flow: named, scopes }: AuthorizationOptions,
): Result<Choice> {
  const client = vault.get("client", clientId);
  if (client === undefined) return failed({ code: "client_missing" });
  const provider = providers.get(client.provider);
  if (provider === undefined) return failed({ code: "provider_unknown", provider: client.provider });
  const supported = flowsFor(provider, client);
  const before = signIn === undefined ? undefined : vault.get("sign_in", signIn)?.flow;
  const flow =
    named !== undefined
      ? supported.find((one) => one === named)
      : (supported.find((one) => one === before) ?? supported.find((one) => one !== "client_credentials"));
  if (flow === undefined) return failed({ code: "authorization_not_offered", provider: provider.name });
  return ok({ provider, client, flow, scopes: isRedirected(flow) ? scopesToRequest(flow, scopes) : scopes });
}

interface Flows {
  readonly pending: PendingAuthorizations;
  readonly exchange: Exchange;
  readonly completion: Completion;
  readonly redirectFlow: RedirectFlow;
  readonly deviceFlow: DeviceFlow;
}

/** Begins sign-ins. `end`: those that are being begun fail with `vault_locked`. */
function createStart(
  parts: AuthorizationsParts,
  { pending, exchange, completion, redirectFlow, deviceFlow }: Flows,
  changed: () => void,
): { readonly start: Authorizations["start"]; readonly end: () => void } {
  let endings = 0;

  async function start(options: AuthorizationOptions): Promise<Result<{ readonly id: string }>> {
    const chosen = choose(parts, options);
    if (!chosen.ok) return chosen;
    const { provider, client, flow, scopes } = chosen.value;
    const before = endings;
    const device =
      flow === "device_code" ? await deviceFlow.requestCode(provider, client.client_id, scopes) : undefined;
    if (endings !== before) return failed({ code: "vault_locked" }); // the unused code expires at the provider
    if (device?.ok === false) return device;
    const authorization = pending.add(
      { ...chosen.value, renews: options.signIn, ...(device !== undefined && { device: device.value }) },
      (expired) => void completion.revokeTokens(expired),
    );
    if (isRedirected(flow)) {
      const started = await redirectFlow.start(authorization, flow, options.way);
      if (!started.ok) {
        pending.remove(authorization);
        return started;
      }
    } else {
      const work =
        flow === "device_code"
          ? deviceFlow.awaitApproval(authorization)
          : completion.complete(authorization, () => exchange.requestClientToken(authorization));
      pending.runInBackground(authorization, work);
    }
    changed();
    return ok({ id: authorization.id });
  }
  return { start, end: () => void (endings += 1) };
}

export function createAuthorizations(
  parts: AuthorizationsParts,
  keeper: CompletionParts["keeper"],
  changed: () => void,
): Authorizations {
  const { vault } = parts;
  const requests = createPendingRequests();
  const pending = createPendingAuthorizations(requests, parts, changed);
  const exchange = createExchange(parts);
  const completion = createCompletion(
    { ...parts, keeper },
    pending,
    exchange,
    createIdentify(parts),
    changed,
  );
  const { revokeTokens } = completion;
  const redirectFlow = createRedirectFlow(parts, requests, pending, exchange, completion, changed);
  const deviceFlow = createDeviceFlow(parts, pending, exchange, completion);
  const { start, end } = createStart(
    parts,
    { pending, exchange, completion, redirectFlow, deviceFlow },
    changed,
  );
  const unknown = failed({ code: "authorization_unknown" });

  async function show(id: string, allowed: boolean): Promise<Result<null>> {
    const authorization = pending.get(id);
    if (authorization?.step !== "waiting") return unknown;
    const shown =
      authorization.device !== undefined
        ? await deviceFlow.showPage(authorization, allowed)
        : ((await authorization.page?.show()) ?? ok(null));
    pending.noteOpened(authorization, shown.ok ? undefined : shown.failure);
    return shown;
  }

  return {
    start,
    show: (id) => show(id, false),
    showElsewhere: (id) => show(id, true),
    toBrowser: (id) => redirectFlow.moveToBrowser(pending.get(id)),
    takeLink: (link) => redirectFlow.takeLink(link),
    link(id) {
      const authorization = pending.get(id);
      const pageLink = authorization?.step === "waiting" ? authorization.page?.link : undefined;
      const link = authorization?.device?.verificationUri ?? pageLink;
      return link === undefined ? unknown : ok(link);
    },
    cancel(id) {
      const authorization = pending.get(id);
      if (authorization === undefined) return Promise.resolve(unknown);
      void revokeTokens(authorization);
      pending.remove(authorization);
      return Promise.resolve(ok(null));
    },
    keep: (id, beside) => completion.save(id, beside),
    discard: (id) => completion.discard(id),
    idToken: (id) => completion.idToken(id),
    views: (tools) =>
      pending.list().map((authorization) => {
        const record = replacedBy(vault, authorization);
        const after = authorization.identified?.scopes ?? [];
        const replaced = record && { record, losses: lossesBy(tools, record, after, vault.list("sign_in")) };
        return authorizationView(authorization, replaced, insteadOf(vault, authorization));
      }),
    async endAll() {
      end();
      const ended = pending.list();
      for (const authorization of ended) pending.remove(authorization);
      await Promise.all(ended.map(revokeTokens));
    },
  };
}
