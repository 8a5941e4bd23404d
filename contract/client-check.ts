/** The findings of a check of a client registration. */
import type { Failure } from "./failure.ts";

/** What a check of a client registration found out about one thing. */
export interface ClientFinding {
  readonly about: "provider" | "client_id" | "client_secret" | "redirect_uri";
  /** `unknown`: the provider's answer can mean either. `spare`: it is not registered, and others that are do as well. */
  readonly result: "good" | "wrong" | "spare" | "unknown";
  /** What is wrong, and what to do about it. */
  readonly failure?: Failure;
  readonly redirect_uri?: string;
}
