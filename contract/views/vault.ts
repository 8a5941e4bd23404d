/** The vault: its state, its locks, export and import. */
import type { Failure } from "../failure.ts";

export interface UnreadableView {
  readonly file: string;
  readonly why: "damaged" | "newer";
}

/** The operating system's keychain. These facts are known without access to it. */
export interface KeychainView {
  /** The display name, such as "GNOME Keyring". */
  readonly name: string;
  /** Electron's name for it, such as `gnome_libsecret`. */
  readonly backend: string;
}

export type VaultView =
  | {
      readonly state: "opening";
      /** Present while many records are read. The window already shows the first rows, without actions. */
      readonly reading?: { readonly of: number; readonly sealedBy: SealedBy };
    }
  /**
   * There is no vault yet, and no usable keychain to seal one, so the user may choose a passphrase. `keychain_locked`
   * and `keychain_failing` may end by themselves; the app then creates the vault without a passphrase.
   */
  | { readonly state: "needs_passphrase"; readonly failure: Failure }
  | {
      readonly state: "locked";
      /** True: only the window is locked, and tools still get tokens. */
      readonly windowOnly: boolean;
      /**
       * The instant before which the vault must be opened, because unused refresh tokens expire; absent: it is not
       * near.
       */
      readonly openByMs?: number;
    }
  /** The vault cannot be opened now. The app has changed nothing. */
  | {
      readonly state: "closed";
      readonly failure: Failure;
      /** True: the vault also has a passphrase, which opens it without the keychain. */
      readonly passphrase: boolean;
      readonly openByMs?: number;
    }
  | {
      readonly state: "open";
      readonly sealedBy: SealedBy;
      /** True: tools get no tokens until the user resumes. */
      readonly paused: boolean;
      readonly unreadable: readonly UnreadableView[];
    };

/** The means that open the vault: the keychain, a passphrase, or either of the two. */
export interface SealedBy {
  readonly keychain?: KeychainView;
  readonly passphrase: boolean;
}

/** The contents of an export. */
export interface ExportView {
  readonly signIns: number;
  readonly clients: number;
  /** Names of the accounts that are exported without tokens and must sign in again on the other computer. */
  readonly needSignIn: readonly string[];
}

/** The result of an import. */
export interface ImportView {
  readonly added: number;
  /** The number of sign-ins that the vault already had. */
  readonly known: number;
  /** The number of client registrations that were new, or whose secret was missing. */
  readonly clients: number;
  /** Names of the accounts that came without tokens and must sign in again. */
  readonly needSignIn: readonly string[];
}
