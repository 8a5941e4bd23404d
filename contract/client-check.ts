/** The findings of a check of a client registration. */
import type { Failure } from "./failure.ts";

/**
 * What the provider's answers tell about a client ID, before it is saved.
 *
 * `unknown_id`: the provider does not know it. `secret_rejected`: it knows the ID, and refuses the secret. `unsure`: the
 * answers do not tell the type. `unchecked`: the provider gave no usable answer.
 */
export type ClientProbe =
  | { readonly is: "public" | "confidential" | "unknown_id" | "secret_rejected" | "unsure" }
  | { readonly is: "unchecked"; readonly failure: Failure };

/** The result of a check of a client registration for one of its members. */
export interface ClientFinding {
  readonly about: "provider" | "client_id" | "client_secret" | "redirect_uri";
  /** `unknown`: the provider's answer does not tell. `spare`: it is not registered, and another redirect URI serves. */
  readonly result: "good" | "wrong" | "spare" | "unknown";
  /** The reason of a `wrong` or `unknown` result. */
  readonly failure?: Failure;
  readonly redirect_uri?: string;
}
