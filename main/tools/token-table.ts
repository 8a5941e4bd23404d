import { createHash } from "node:crypto";
import type { SocketAccount } from "../../contract/socket.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import {
  conditionOf,
  holdsToken,
  refreshesItself,
  statusesOf,
  waitsFor,
} from "../../core/accounts/status.ts";
import type { Secret } from "../../core/secret.ts";
import type { SignInHealth, Watches } from "../keeper/watches.ts";
import type { TokenTable, TableToken } from "../socket/types.ts";
import type { ToolGrant } from "./grant-list.ts";

const tokenIds = new WeakMap<Secret, string>();
/** Names a token without telling it: the first 128 bits of its SHA-256. */
function tokenId(token: Secret): string {
  const known = tokenIds.get(token);
  if (known !== undefined) return known;
  const id = createHash("sha256").update(token.reveal()).digest("base64url").slice(0, 22);
  tokenIds.set(token, id);
  return id;
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.floor(ms / 1000));

/** The one place where access tokens turn into text for tools. Undefined when there is none to hand out. */
export function tokenResult(
  record: SignInRecord,
  watch: Pick<SignInHealth, "validatedAtMs">,
  endsAtMs: number | undefined,
): TableToken["token"] | undefined {
  if (!holdsToken(record) || record.access_token === undefined) return undefined;
  return {
    access_token: record.access_token.reveal(),
    token_id: tokenId(record.access_token),
    client_id: record.client_id,
    user_id: record.user_id,
    login: record.login,
    scopes: record.scopes,
    expires_at: seconds(endsAtMs),
    validated_at: seconds(watch.validatedAtMs),
  };
}

/** The worker's table of these. Empty while locked: a closed vault hands out nothing. */
export function tokenTable(
  open: boolean,
  signIns: readonly SignInRecord[],
  grants: readonly ToolGrant[],
  { of: watchOf, endsAtMs }: Pick<Watches, "of" | "endsAtMs">,
  nowMs: number,
): TokenTable {
  if (!open) return { locked: true, grants: [], accounts: [], tokens: [] };
  const accounts = new Map<string, { view: SocketAccount & { sign_ins: unknown[] }; signIns: string[] }>();
  const tokens: TableToken[] = [];
  for (const record of signIns) {
    const watch = watchOf(record.id);
    const key = accountKey(record);
    const status = statusesOf(record, watch, nowMs, endsAtMs(record)).tools;
    const account = accounts.get(key) ?? {
      view: {
        account: key,
        provider: record.provider,
        user_id: record.user_id,
        login: record.login,
        display_name: record.displayName,
        status,
        sign_ins: [],
      },
      signIns: [],
    };
    accounts.set(key, account);
    account.signIns.push(record.id);
    account.view.sign_ins.push({
      client_id: record.client_id,
      scopes: record.scopes,
      status,
      condition: conditionOf(watch) ?? null,
      alias: record.alias ?? null,
      expires_at: seconds(endsAtMs(record)),
      validated_at: seconds(watch.validatedAtMs),
    });
    const token = tokenResult(record, watch, endsAtMs(record));
    if (token === undefined) continue;
    const { alias, issuedAtMs, expiresAtMs } = record;
    const lifeSec = expiresAtMs === undefined ? 0 : (expiresAtMs - issuedAtMs) / 1000;
    tokens.push({
      signIn: record.id,
      account: key,
      ...(alias !== undefined && { alias }),
      token,
      renews: refreshesItself(record, watch),
      ...(lifeSec > 0 && { lifeSec }),
      ...(waitsFor(watch, nowMs) !== undefined && { renewalWaitsUntilMs: watch.nextTryAtMs ?? 0 }),
    });
  }
  return {
    locked: false,
    grants: grants.map(({ id, key, accounts: allowed, signIns: chosen, scopes, lifetime }) => ({
      id,
      key: key.reveal(),
      ...(allowed !== undefined && { accounts: allowed }),
      ...(chosen !== undefined && { signIns: chosen }),
      ...(scopes !== undefined && { scopes }),
      ...(lifetime === "once" && { once: true }),
    })),
    accounts: [...accounts.values()],
    tokens,
  };
}
