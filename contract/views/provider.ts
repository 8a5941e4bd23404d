/** Providers, client registrations and browsers. */
import type { Failure } from "../failure.ts";
import type { Flow, Way } from "../flow.ts";
import type { ProviderForm, ProviderPage } from "../provider.ts";

export interface ProviderView {
  readonly id: string;
  readonly name: string;
  readonly test: boolean;
  /** The page where the user registers clients; absent for the sandbox. */
  readonly consoleUrl?: string;
  /** The provider's pages about an account that the app can open. */
  readonly pages: readonly ProviderPage[];
  /** What to enter in the form of its developer console for a public client. */
  readonly consoleForm?: {
    /** A name that is probably free, since the provider wants a unique one. */
    readonly name: string;
    readonly redirectUri: string;
    readonly category: string;
  };
  /** The number of characters of its client IDs, where it is fixed. */
  readonly clientIdLength?: number;
  /** The flows of a confidential client, in the order of the window. */
  readonly flows: readonly Flow[];
  /** True: a client without a secret signs in by a redirect, so it needs the redirect URIs too. */
  readonly publicRedirects: boolean;
  /** Redirect URIs that the user registers, to the letter. Older URIs of existing registrations work too. */
  readonly redirectUris: readonly string[];
  /** True: the provider has a UserInfo endpoint (OpenID Connect Core §5.3). */
  readonly userinfo: boolean;
  /** User agents in which the login page works; some providers refuse windows inside apps. */
  readonly ways: readonly Way[];
  /** The provider's own scopes; absent: the app's catalogue describes them. */
  readonly scopes?: readonly string[];
  /** Tools whose files the import can read. */
  readonly importsFrom?: readonly string[];
  /** The form of a custom provider; absent for built-in providers. */
  readonly form?: ProviderForm;
}

/** The registration that the distributor of this copy of the app has added to it. Its users share the client ID. */
export interface SharedClientView {
  readonly provider: string;
  readonly providerName: string;
  /** The distributor's name for it. */
  readonly name: string;
}

/** A provider's file that cannot be used. The app leaves it unchanged. */
export interface ProviderFileView {
  readonly file: string;
  readonly failure: Failure;
}

/** An installed browser; `id` is the name of its desktop entry. */
export interface BrowserView {
  readonly id: string;
  readonly name: string;
}

/** A client registration (RFC 6749 §2). The secret is write-only: never shown again. */
export interface ClientView {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly client_id: string;
  readonly hasSecret: boolean;
  /** The flows that the provider offers to this registration. */
  readonly flows: readonly Flow[];
  /** True: Tokenkeep created the registration for its sandbox, and the user cannot edit it. */
  readonly builtIn: boolean;
}
