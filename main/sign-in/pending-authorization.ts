/** A sign-in on its way, as the parts of this folder know it. */
import type { Failure } from "../../contract/failure.ts";
import type { Flow, Way } from "../../contract/flow.ts";
import type { ClientRecord } from "../../core/accounts/records.ts";
import type { DeviceAuthorization } from "../../core/oauth/device.ts";
import type { Attempt } from "../../core/oauth/door.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import type { IdClaims } from "../../core/oidc/id-token.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Secret } from "../../core/secret.ts";
import type { Page } from "./user-agent.ts";

/** Who signed in, and with what; held in memory until it is kept or discarded. */
export interface Arrived {
  /** Absent where the flow gives an ID token alone: then there is nothing to keep. */
  readonly tokens?: TokenSet;
  /** Verified, of an OIDC flow. */
  readonly idToken?: { readonly token: Secret; readonly claims: IdClaims };
  /** Empty for the client itself, which has no person (TA §7). */
  readonly user_id: string;
  readonly login: string;
  /** Where the provider tells one that is not the login. */
  readonly displayName?: string;
  /** What the provider says it may do; where that is not told, what the token came with. */
  readonly scopes: readonly string[];
  readonly expiresAtMs?: number;
  readonly receivedAtMs: number;
  /** The provider told an error beside the tokens: the person decides. */
  readonly error?: string;
}

export type ArrivedWithTokens = Arrived & { readonly tokens: TokenSet };

export interface Course {
  readonly id: string;
  readonly flow: Flow;
  readonly provider: Provider;
  readonly client: ClientRecord;
  readonly scopes: readonly string[];
  /** The sign-in that the person wants to renew. */
  readonly chosen: string | undefined;
  readonly startedAtMs: number;
  /** Of a flow with a redirect: what the door waits for now. Another way to the person is another attempt. */
  attempt?: Attempt;
  /** Of the device grant. */
  readonly device?: DeviceAuthorization;
  /** Where the page of this attempt is. */
  way?: Way;
  /** The provider's page, while we know of one. */
  page?: Page;
  /** Why that page is not in front of the person. */
  trouble?: Failure;
  cancelTimer: () => void;
  step: "waiting" | "exchanging" | "confirm" | "failed";
  arrived?: Arrived;
  failure?: Failure;
}
