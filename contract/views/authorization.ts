/** A sign-in that is under way. */
import type { ClaimView } from "../claims.ts";
import type { Failure } from "../failure.ts";
import type { Flow, Way } from "../flow.ts";
import type { ScopeView } from "../scopes.ts";

/** A sign-in on its way. Several at once are fine. */
export type AuthorizationView = {
  readonly id: string;
  readonly provider: string;
  readonly providerName: string;
  /** Id of the client registration. */
  readonly client: string;
  readonly clientName: string;
  readonly flow: Flow;
  /** Scopes that were asked for. */
  readonly asked: readonly string[];
  readonly startedAtMs: number;
  /** Where the page is, of a flow with a redirect. */
  readonly page?: {
    readonly way: Way;
    /** It can be left for the user's browser. */
    readonly other: boolean;
    /** The browser sees a token in an address for a moment, and may keep that. */
    readonly tokenInAddress: boolean;
  };
} & (
  | {
      readonly step: "waiting"; // for the user, in the sign-in window, or wherever the page is opened
      readonly device?: {
        /** To be compared with what the page shows. */
        readonly user_code: string;
        readonly verification_uri: string;
        readonly expiresAtMs: number;
        /** The page is not at one of the provider's addresses: it opens by `authorization.showElsewhere` alone. */
        readonly elsewhere: boolean;
      };
      /** Why the page is not in front of the user; gone as soon as it is. */
      readonly failure?: Failure;
    }
  | { readonly step: "exchanging" } // code → token → validate
  | {
      readonly step: "confirm"; // nothing is saved yet
      readonly user_id: string;
      readonly login: string;
      readonly displayName: string;
      readonly scopes: readonly ScopeView[];
      /** Scopes that were asked for and not given. */
      readonly missing: readonly string[];
      readonly expiresAtMs?: number;
      readonly renews: boolean;
      /** The claims of the ID token; absent: the response had none. */
      readonly claims?: readonly ClaimView[];
      /** False: the response has no access token, so there is nothing to save. */
      readonly keeps: boolean;
      /** The sign-in that it replaces, unless the user saves it beside that one. */
      readonly replaces?: { readonly scopes: readonly string[]; readonly alias?: string };
      /** The sign-in was to be renewed for this account, and somebody else signed in. */
      readonly insteadOf?: string;
      /** An error that came with the tokens; the user decides whether to save them. */
      readonly doubt?: Failure;
    }
  | { readonly step: "failed"; readonly failure: Failure }
);
