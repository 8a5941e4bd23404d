/** The sign-ins under way, in memory: what is known of each, and how each ends. */
import type { Failure } from "../../contract/failure.ts";
import type { Flow } from "../../contract/flow.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import { REQUEST_LIFE_MS, type AuthorizationRequest } from "../../core/oauth/authorization-request.ts";
import type { PendingRequests } from "../../core/oauth/authorization-response.ts";
import type { DeviceAuthorization } from "../../core/oauth/device.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import type { IdClaims } from "../../core/oidc/id-token.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import type { ProviderPage, UserAgentKind } from "./user-agent.ts";

/** Tokens, and the user or client they belong to; in memory until they are saved or discarded. */
export interface IdentifiedTokens {
  /** Absent where the flow gives an ID token alone: then there is nothing to save. */
  readonly tokens?: TokenSet;
  /** The verified ID token of an OIDC flow. */
  readonly idToken?: { readonly token: Secret; readonly claims: IdClaims };
  /** Empty for a client's own token, which belongs to no user (docs/twitch-auth.md §7). */
  readonly user_id: string;
  readonly login: string;
  /** Absent where the provider sends none that differs from the login. */
  readonly displayName?: string;
  /** The scopes that the provider's validation lists; where it lists none, those of the token response. */
  readonly scopes: readonly string[];
  readonly expiresAtMs?: number;
  readonly receivedAtMs: number;
  /** An error that the provider sent beside the tokens: the user decides whether to save them. */
  readonly error?: string;
}

/** A sign-in under way. */
export interface PendingAuthorization {
  readonly id: string;
  readonly flow: Flow;
  readonly provider: Provider;
  readonly client: ClientRecord;
  readonly scopes: readonly string[];
  /** The id of the sign-in that the user wants to renew. */
  readonly renews: string | undefined;
  readonly startedAtMs: number;
  /** The current authorization request of a flow with a redirect. Another user agent gets another request. */
  request?: AuthorizationRequest;
  /** The device code and its page. */
  readonly device?: DeviceAuthorization;
  /** The user agent of the current request. */
  userAgent?: UserAgentKind;
  /** The provider's page, while it is known to be open. */
  page?: ProviderPage;
  /** Why the page did not open. */
  pageFailure?: Failure;
  cancelTimer: () => void;
  step: "waiting" | "exchanging" | "confirm" | "failed";
  /** Set in the step `confirm`. */
  identified?: IdentifiedTokens;
  /** Set in the step `failed`. */
  failure?: Failure;
}

/** What is known of an authorization when it begins. */
export type AuthorizationChoice = Pick<
  PendingAuthorization,
  "flow" | "provider" | "client" | "scopes" | "renews" | "device"
>;

/** All sign-ins under way. */
export interface PendingAuthorizations {
  get(id: string): PendingAuthorization | undefined;
  list(): readonly PendingAuthorization[];
  /** Begins an authorization, which fails with `authorization_expired` in time; `onExpiry` is called before that. */
  add(
    choice: AuthorizationChoice,
    onExpiry: (authorization: PendingAuthorization) => void,
  ): PendingAuthorization;
  /** Whether the authorization still waits for the user's answer. */
  isWaiting(authorization: PendingAuthorization): boolean;
  /** Ends the request and shows the failure. Tokens are dropped, not revoked. */
  fail(authorization: PendingAuthorization, failure: Failure): void;
  /** Ends the request and forgets the authorization. */
  remove(authorization: PendingAuthorization): void;
  /** Notes whether the page opened: the window shows a browser that does not. */
  noteOpened(authorization: PendingAuthorization, failure: Failure | undefined): void;
  /** Runs work that no call waits for. If it rejects, this authorization fails with `internal`. */
  runInBackground(authorization: PendingAuthorization, work: Promise<void>): void;
}

/** `requests`: the authorization requests whose responses are accepted; an authorization that ends leaves them. */
export function createPendingAuthorizations(
  requests: PendingRequests,
  { clock, random, log }: { readonly clock: Clock; readonly random: Randomness; readonly log: Log },
  changed: () => void,
): PendingAuthorizations {
  const authorizations = new Map<string, PendingAuthorization>();

  /** Nothing calls back for this authorization from now on. */
  function endRequest({ id, cancelTimer, page }: PendingAuthorization): void {
    requests.forget(id);
    cancelTimer();
    page?.close();
  }
  function fail(authorization: PendingAuthorization, failure: Failure): void {
    endRequest(authorization);
    if (authorization.step === "failed" || !authorizations.has(authorization.id)) return;
    authorization.step = "failed";
    authorization.failure = failure;
    delete authorization.identified;
    log.warn("authorization.failed", { authorization: authorization.id, code: failure.code });
    changed();
  }
  return {
    get: (id) => authorizations.get(id),
    list: () => [...authorizations.values()],
    add(choice, onExpiry) {
      const authorization: PendingAuthorization = {
        ...choice,
        id: random.uuid(),
        startedAtMs: clock.nowMs(),
        cancelTimer: () => undefined,
        step: "waiting",
      };
      authorizations.set(authorization.id, authorization);
      // A device code expires by itself; after it is approved, the user has the usual time to confirm the sign-in.
      const codeLifeMs = choice.device === undefined ? 0 : choice.device.expiresAtMs - clock.nowMs();
      authorization.cancelTimer = clock.after(REQUEST_LIFE_MS + codeLifeMs, () => {
        onExpiry(authorization);
        fail(authorization, { code: "authorization_expired" });
      });
      return authorization;
    },
    isWaiting: ({ id }) => authorizations.get(id)?.step === "waiting",
    fail,
    remove(authorization) {
      endRequest(authorization);
      authorizations.delete(authorization.id);
      changed();
    },
    noteOpened(authorization, failure) {
      if (authorization.step !== "waiting") return;
      if (failure === undefined) delete authorization.pageFailure;
      else if (failure.code === "browser_failing") authorization.pageFailure = failure;
      changed();
    },
    runInBackground: (authorization, work) =>
      void work.catch((cause: unknown) => {
        log.error("authorization.bug", { cause });
        fail(authorization, { code: "internal" });
      }),
  };
}
