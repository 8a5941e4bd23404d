/** The findings of a check of a client registration. */
import type { Failure } from "./failure.ts";

/** The result of a check of a client registration for one of its members. */
export interface ClientFinding {
  readonly about: "provider" | "client_id" | "client_secret" | "redirect_uri";
  /** `unknown`: the provider's answer does not tell. `spare`: it is not registered, and another redirect URI serves. */
  readonly result: "good" | "wrong" | "spare" | "unknown";
  /** The reason of a `wrong` or `unknown` result. */
  readonly failure?: Failure;
  readonly redirect_uri?: string;
}
