/** Pending authorizations. */
import type { ClaimView } from "../claims.ts";
import type { Failure } from "../failure.ts";
import type { Flow, Way } from "../flow.ts";
import type { ScopeView } from "../scopes.ts";
import type { LossView } from "./tool.ts";

/** A pending authorization. Several may be pending at a time. */
export type AuthorizationView = {
  readonly id: string;
  readonly provider: string;
  readonly providerName: string;
  /** ID of the client registration. */
  readonly client: string;
  readonly clientName: string;
  readonly flow: Flow;
  /** The requested scopes. */
  readonly asked: readonly string[];
  readonly startedAtMs: number;
  /** The user agent of a flow with a redirect. */
  readonly page?: {
    readonly way: Way;
    /** True: the user can continue in the browser. */
    readonly other: boolean;
    /** True: the browser gets a URL that contains a token, and may keep it in its history. */
    readonly tokenInAddress: boolean;
  };
} & (
  | {
      readonly step: "waiting"; // for the user, who signs in on the provider's page
      readonly device?: {
        /** The user compares it with the code on the page. */
        readonly user_code: string;
        readonly verification_uri: string;
        readonly expiresAtMs: number;
        /** True: the page is not at an address of the provider, and only `authorization.showElsewhere` opens it. */
        readonly elsewhere: boolean;
      };
      /** Why the page could not be opened; absent after the page has opened. */
      readonly failure?: Failure;
    }
  | { readonly step: "exchanging" } // code → token → validate
  | {
      readonly step: "confirm"; // nothing is saved yet
      readonly user_id: string;
      readonly login: string;
      readonly displayName: string;
      readonly scopes: readonly ScopeView[];
      /** Requested scopes that the provider did not grant. */
      readonly missing: readonly string[];
      readonly expiresAtMs?: number;
      readonly renews: boolean;
      /** The claims of the ID token; absent: the provider sent none. */
      readonly claims?: readonly ClaimView[];
      /** False: the flow gives no access token, so there is nothing to save. */
      readonly keeps: boolean;
      /** The sign-in that this one replaces, unless the user keeps both. */
      readonly replaces?: {
        readonly scopes: readonly string[];
        readonly alias?: string;
        /** What tools lose by the replacement. */
        readonly losses: readonly LossView[];
        /** False: saving it beside the other one is suggested, because a replacement loses scopes. */
        readonly suggested: boolean;
      };
      /** The account whose sign-in the user wanted to renew; present when another account signed in. */
      readonly insteadOf?: string;
      /** An error that the provider sent beside the tokens; it lets the user decline. */
      readonly doubt?: Failure;
    }
  | { readonly step: "failed"; readonly failure: Failure }
);
