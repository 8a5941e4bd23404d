/** Providers, client registrations and browsers. */
import type { Failure } from "../failure.ts";
import type { Flow, Way } from "../flow.ts";
import type { ProviderForm } from "../provider.ts";

export interface ProviderView {
  readonly id: string;
  readonly name: string;
  readonly test: boolean;
  /** Where registrations are made; absent for the sandbox. */
  readonly consoleUrl?: string;
  /** To be registered exactly like this. Redirect URIs of older registrations keep working. */
  readonly redirectUris: readonly string[];
  /** It can be asked who somebody is (OpenID Connect Core §5.3). */
  readonly userinfo: boolean;
  /** The user agents that its login page works in: some pages refuse windows inside apps. */
  readonly ways: readonly Way[];
  /** Scopes of its own, where the app's catalogue is not about it. */
  readonly scopes?: readonly string[];
  /** Tools whose tokens are known to be read, and their files. */
  readonly importsFrom?: readonly string[];
  /** The form of a provider that the user described; absent for built-in providers. */
  readonly form?: ProviderForm;
}

/** A file of a provider that cannot be used; it was left as it is. */
export interface ProviderFileView {
  readonly file: string;
  readonly failure: Failure;
}

/** One of the user's browsers; `id` is the name of its desktop entry. */
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
  /** The flows that its provider offers to it. */
  readonly flows: readonly Flow[];
  /** Made by Tokenkeep for its sandbox; not to be edited. */
  readonly builtIn: boolean;
}
