/** The report of the doctor. */
import type { Failure } from "../failure.ts";
import type { Snapshot } from "./snapshot.ts";
import type { KeychainView, SealedBy, VaultView } from "./vault.ts";

export interface ProviderCheck {
  readonly name: string;
  readonly reachable: boolean;
  readonly tookMs: number;
  /** Status, or why there was none. */
  readonly what: string;
  /** The difference of our clock to the provider's; absent: its answer had no date. */
  readonly clockAheadSec?: number;
}

/** The facts that a helper asks for first. */
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
