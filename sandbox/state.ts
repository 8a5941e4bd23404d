/**
 * What has to outlive the sandbox's process: which tokens are good, and for whom. Only SHA-256 digests are kept, so
 * that the file is worth nothing to who finds it.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

export interface AccessToken {
  readonly digest: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly scopes: readonly string[];
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Digest of the refresh token it belongs to (TA §10: fifty at a time). */
  readonly family: string;
}
export interface RefreshToken {
  readonly digest: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly scopes: readonly string[];
  readonly family: string;
  /** One-time tokens only: it has been used. */
  spent: boolean;
}

export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** About 30 lower-case letters and digits (TA §6). */
export const newAccessToken = (): string =>
  [...randomBytes(30)].map((byte) => "abcdefghijklmnopqrstuvwxyz0123456789"[byte % 36]).join("");
/** Holds what has to be percent-encoded: `%`, `/`, `+`, `=` (TA §10). */
export const newRefreshToken = (): string => `${randomBytes(24).toString("base64")}%2F+/=`;

export class State {
  access: AccessToken[] = [];
  refresh: RefreshToken[] = [];
  /** Scopes that a user has granted a client, by `user_id client_id` (TA §4). */
  approvals = new Map<string, readonly string[]>();
  readonly #file: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Without a folder nothing is kept. An unreadable file counts as none: it is a pretend provider. */
  static async load(folder: string | undefined): Promise<State> {
    const state = new State(folder === undefined ? undefined : path.join(folder, "state.json"));
    if (folder === undefined) return state;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const kept = JSON.parse(await readFile(path.join(folder, "state.json"), "utf8")) as {
        access: AccessToken[];
        refresh: RefreshToken[];
        approvals: [string, readonly string[]][];
      };
      state.access = kept.access;
      state.refresh = kept.refresh;
      state.approvals = new Map(kept.approvals);
    } catch {
      // a first start
    }
    return state;
  }

  /** On disk when it resolves, so that an answer is never ahead of what is remembered. */
  save(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return Promise.resolve();
    const text = JSON.stringify({
      access: this.access,
      refresh: this.refresh,
      approvals: [...this.approvals],
    });
    const write = async (): Promise<void> => {
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    };
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }

  /** Everything between a user and a client ends (TA §10: what a second use of a one-time token does). */
  disconnect(client_id: string, user_id: string): void {
    const others = (token: { client_id: string; user_id: string }) =>
      token.client_id !== client_id || token.user_id !== user_id;
    this.access = this.access.filter(others);
    this.refresh = this.refresh.filter(others);
    this.approvals.delete(`${user_id} ${client_id}`);
  }
}
