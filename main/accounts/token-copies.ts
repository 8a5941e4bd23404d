/** Copies tokens to the clipboard for the user, in the form that a tool takes, unless hand-outs are stopped. */
import { failed, type Failure, type Result } from "../../contract/failure.ts";
import type { CopyForm } from "../../contract/ipc.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import { Secret } from "../../core/secret.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { LockState } from "../vault/lock-state.ts";
import type { History } from "./history.ts";

type Copied = Result<{ readonly clearsInMs: number }>;

export interface TokenCopies {
  /**
   * Copies the access token, refreshed first if it has ended. Fails with `vault_locked`, `vault_paused`,
   * `needs_sign_in`.
   */
  copy(id: string, form: CopyForm): Promise<Copied>;
  /** Copies an ID token. It is no access token, so it has no forms. */
  copyIdToken(token: Result<Secret>): Promise<Copied>;
}

/**
 * The text of a token for the clipboard (docs/twitch-auth.md §15): bare, for IRC, for a header, for a settings file.
 */
function textOf(record: SignInRecord, token: Secret, form: CopyForm): Secret {
  switch (form) {
    case "token":
      return token;
    case "oauth":
      return new Secret(`oauth:${token.reveal()}`);
    case "bearer":
      return new Secret(`Bearer ${token.reveal()}`);
    case "env":
      return new Secret(
        [
          `CLIENT_ID=${record.client_id}`,
          `ACCESS_TOKEN=${token.reveal()}`,
          `USER_ID=${record.user_id}`,
          `LOGIN=${record.login}`,
          "",
        ].join("\n"),
      );
  }
}

export function createTokenCopies({
  keeper,
  lockState,
  tokenClipboard,
  history,
}: {
  readonly keeper: Keeper;
  readonly lockState: LockState;
  readonly tokenClipboard: TokenClipboard;
  readonly history: History;
}): TokenCopies {
  /** Why hand-outs are stopped; undefined: they are not. */
  const stopFailure = (): Failure | undefined =>
    lockState.handsOut ? undefined : { code: lockState.vaultOpen ? "vault_paused" : "vault_locked" };
  return {
    async copy(id, form) {
      const stopped = stopFailure();
      if (stopped !== undefined) return failed(stopped);
      const answer = await keeper.tokenFor(id, 0, true);
      if (!answer.ok) return answer;
      if (!lockState.handsOut) return failed({ code: "vault_paused" }); // the clipboard itself refuses after a lock
      const { value: record } = answer;
      if (record.access_token === undefined) return failed({ code: "needs_sign_in", account: record.login });
      const copied = await tokenClipboard.copy(textOf(record, record.access_token, form));
      if (copied.ok) history.note({ signIn: id, what: "copied" });
      return copied;
    },
    async copyIdToken(token) {
      const stopped = stopFailure();
      if (stopped !== undefined) return failed(stopped);
      return token.ok ? tokenClipboard.copy(token.value) : token;
    },
  };
}
