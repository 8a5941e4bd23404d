/** The record of a sign-in, for tests of rules. */
import type { SignInRecord } from "../../core/accounts/records.ts";
import { Secret } from "../../core/secret.ts";

/** The token was issued at 0 and lasts four hours. */
export const signInRecord = (over: Partial<SignInRecord> = {}): SignInRecord => ({
  kind: "sign_in",
  id: "00000000-0000-4000-8000-000000000001",
  generation: 1,
  provider: "sandbox",
  pinned: { issuer: "", token: "", revocation: "", validation: "" },
  flow: "authorization_code",
  refreshReuse: "safe",
  client: "00000000-0000-4000-8000-000000000002",
  client_id: "cid",
  user_id: "7",
  login: "mirelune",
  displayName: "mirelune",
  access_token: new Secret("a"),
  refresh_token: new Secret("r"),
  scopes: [],
  issuedAtMs: 0,
  expiresAtMs: 4 * 3_600_000,
  createdAtMs: 0,
  state: { name: "signed_in" },
  ...over,
});
