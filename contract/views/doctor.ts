/** The report of the doctor. */
import type { Failure } from "../failure.ts";
import type { Snapshot } from "./snapshot.ts";
import type { KeychainView, SealedBy, VaultView } from "./vault.ts";

export interface ProviderCheck {
  readonly name: string;
  readonly reachable: boolean;
  readonly tookMs: number;
  /** The HTTP status, or the cause of its absence. */
  readonly what: string;
  /** By how many seconds this computer's clock is ahead of the provider's; absent: the provider sent no time. */
  readonly clockAheadSec?: number;
}

/** The facts that a helper needs first. */
export interface DoctorView {
  readonly atMs: number;
  readonly app: Snapshot["app"] & { readonly node: string; readonly system: string };
  readonly keychain:
    | ({ readonly state: "usable" | "locked" | "failing" } & KeychainView)
    | { readonly state: "missing"; readonly backend: string }
    | { readonly state: "silent" };
  readonly vault: {
    readonly state: VaultView["state"];
    readonly sealedBy?: SealedBy;
    readonly failure?: Failure;
    readonly records: number;
    readonly unreadable?: number;
    readonly writable: boolean;
  };
  readonly online: boolean;
  readonly providers: readonly ProviderCheck[];
  readonly socket: boolean;
}
