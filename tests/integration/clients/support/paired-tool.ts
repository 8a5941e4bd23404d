/** One paired tool, its account and a valid token, for the tests of the CLI and of clients/node. */
import { randomBytes, randomUUID } from "node:crypto";
import type { SocketAccount } from "../../../../contract/socket.ts";
import type { TokenTable } from "../../../../main/socket/types.ts";
import { accountOf } from "../../socket/support/socket-server.ts";

export const CLIENT = randomUUID();
export const KEY = randomBytes(32).toString("base64url");
export const TOKEN = {
  access_token: "at-ann",
  token_id: "t1",
  client_id: "c",
  user_id: "1",
  login: "ann",
  scopes: ["a", "b"],
  expires_at: Math.floor(Date.now() / 1000) + 3600,
  validated_at: null,
};

/** An account with one sign-in. */
export const account = (login: string, status = "signed_in"): SocketAccount => ({
  account: `p:${login}`,
  provider: "p",
  user_id: login,
  login,
  display_name: login,
  status,
  sign_ins: [
    {
      client_id: "c",
      scopes: ["a", "b"],
      status,
      condition: null,
      alias: null,
      expires_at: null,
      validated_at: null,
    },
  ],
});

/** The vault is open: the tool may use `ann`, whose token is valid. */
export const TABLE: TokenTable = {
  locked: false,
  grants: [{ id: CLIENT, key: KEY }],
  accounts: [accountOf(account("ann"))],
  tokens: [{ signIn: "s", account: "p:ann", token: TOKEN, renews: true }],
};
/** The vault is locked. */
export const LOCKED: TokenTable = { locked: true, grants: [], accounts: [], tokens: [] };
