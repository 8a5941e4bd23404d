/** The vault: its state, its locks, export and import. */
import type { Failure } from "../failure.ts";

export interface UnreadableView {
  readonly file: string;
  readonly why: "damaged" | "newer";
}

/** The operating system's keychain, as far as its state is known without using it. */
export interface KeychainView {
  /** For people: "GNOME Keyring". */
  readonly name: string;
  /** As Electron names it: `gnome_libsecret`. */
  readonly backend: string;
}

export type VaultView =
  | {
      readonly state: "opening";
      /** Many records are being read. The first rows of the list are shown, and no action works yet. */
      readonly reading?: { readonly of: number; readonly sealedBy: SealedBy };
    }
  /**
   * There is no vault yet, and no keychain that would seal one now: a passphrase may be chosen. `keychain_locked` and
   * `keychain_failing` may pass, and the vault is then made without one.
   */
  | { readonly state: "needs_passphrase"; readonly failure: Failure }
  | {
      readonly state: "locked";
      /** Only the window is: tools are served as before. */
      readonly windowOnly: boolean;
      /** When the vault has to be opened, because idle refresh tokens expire; absent: not soon. */
      readonly openByMs?: number;
    }
  /** It cannot be opened now; nothing was changed. */
  | {
      readonly state: "closed";
      readonly failure: Failure;
      /** It has a passphrase beside the keychain, which opens it all the same. */
      readonly passphrase: boolean;
      readonly openByMs?: number;
    }
  | {
      readonly state: "open";
      readonly sealedBy: SealedBy;
      /** No token is handed out until the user resumes. */
      readonly paused: boolean;
      readonly unreadable: readonly UnreadableView[];
    };

/** What opens the vault: the keychain, a passphrase, or either of the two. */
export interface SealedBy {
  readonly keychain?: KeychainView;
  readonly passphrase: boolean;
}

/** The contents of an export. */
export interface ExportView {
  readonly signIns: number;
  readonly clients: number;
  /** The names of the accounts that are exported without tokens, and have to sign in again on the other computer. */
  readonly needSignIn: readonly string[];
}

/** The result of an import. */
export interface ImportView {
  readonly added: number;
  /** Sign-ins that were here already. */
  readonly known: number;
  /** Client registrations that were not here, or were without their secret. */
  readonly clients: number;
  /** Came without tokens; named, so that the user knows whom to ask. */
  readonly needSignIn: readonly string[];
}
