/**
 * The state that outlives the process: which tokens are valid, and for which user. It holds SHA-256 digests of tokens, so a
 * stolen file gives no token away.
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
  /** Digest of the first refresh token of its authorization; tokens of a family end together (docs/twitch-auth.md §10). */
  readonly family: string;
}
export interface RefreshToken {
  readonly digest: string;
  readonly client_id: string;
  readonly user_id: string;
  readonly scopes: readonly string[];
  readonly family: string;
  /** A one-time token has been used. */
  spent: boolean;
}

export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** 30 lower-case letters and digits (docs/twitch-auth.md §6). */
export const newAccessToken = (): string =>
  [...randomBytes(30)].map((byte) => "abcdefghijklmnopqrstuvwxyz0123456789"[byte % 36]).join("");
/** Contains characters that a form has to percent-encode: `%`, `/`, `+`, `=` (docs/twitch-auth.md §10). */
export const newRefreshToken = (): string => `${randomBytes(24).toString("base64")}%2F+/=`;

export class State {
  access: AccessToken[] = [];
  refresh: RefreshToken[] = [];
  /** Scopes that a user has granted to a client, by `user_id client_id` (docs/twitch-auth.md §4). */
  approvals = new Map<string, readonly string[]>();
  readonly #file: string | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Without a folder the state is in memory alone. An unreadable file counts as missing: no real account is lost. */
  static async load(folder: string | undefined): Promise<State> {
    const state = new State(folder === undefined ? undefined : path.join(folder, "state.json"));
    if (folder === undefined) return state;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const stored = JSON.parse(await readFile(path.join(folder, "state.json"), "utf8")) as {
        access: AccessToken[];
        refresh: RefreshToken[];
        approvals: [string, readonly string[]][];
      };
      state.access = stored.access;
      state.refresh = stored.refresh;
      state.approvals = new Map(stored.approvals);
    } catch {
      // The first start: there is no file yet.
    }
    return state;
  }

  /** Resolves when the state is on disk. Handlers await it before they answer, so no issued token is forgotten. */
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

  /** Ends every token and approval of a user at a client, as a second use of a one-time token does (docs/twitch-auth.md §10). */
  disconnect(client_id: string, user_id: string): void {
    const others = (token: { client_id: string; user_id: string }) =>
      token.client_id !== client_id || token.user_id !== user_id;
    this.access = this.access.filter(others);
    this.refresh = this.refresh.filter(others);
    this.approvals.delete(`${user_id} ${client_id}`);
  }
}
