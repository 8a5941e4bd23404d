/** Builds the token table that the socket's thread answers tools from. */
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
import type { Grant, TableToken, TokenTable } from "../socket/types.ts";
import type { ToolGrant } from "./grant-list.ts";

const tokenIds = new WeakMap<Secret, string>();
/** Names a token without revealing it: the first 128 bits of its SHA-256, base64url. */
function tokenId(token: Secret): string {
  const known = tokenIds.get(token);
  if (known !== undefined) return known;
  const id = createHash("sha256").update(token.reveal()).digest("base64url").slice(0, 22);
  tokenIds.set(token, id);
  return id;
}

/** Milliseconds in whole seconds, rounded down; null: unknown. */
const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.floor(ms / 1000));

/** The one place where access tokens become text for tools. Undefined: the sign-in has none to hand out. */
export function tokenResult(
  record: SignInRecord,
  health: Pick<SignInHealth, "validatedAtMs">,
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
    validated_at: seconds(health.validatedAtMs),
  };
}

type SignInView = SocketAccount["sign_ins"][number];

/** An account while its sign-ins are collected. */
interface Collected {
  readonly view: SocketAccount & { readonly sign_ins: SignInView[] };
  readonly signIns: string[];
}
/** An account of one sign-in; its status is that of the first one. */
const accountOf = (record: SignInRecord, status: SignInView["status"]): Collected => ({
  view: {
    account: accountKey(record),
    provider: record.provider,
    user_id: record.user_id,
    login: record.login,
    display_name: record.displayName,
    status,
    sign_ins: [],
  },
  signIns: [],
});

function tableToken(
  record: SignInRecord,
  health: SignInHealth,
  token: TableToken["token"],
  nowMs: number,
): TableToken {
  const { alias, issuedAtMs, expiresAtMs } = record;
  const lifeSec = expiresAtMs === undefined ? 0 : (expiresAtMs - issuedAtMs) / 1000;
  return {
    signIn: record.id,
    account: accountKey(record),
    ...(alias !== undefined && { alias }),
    token,
    renews: refreshesItself(record, health),
    ...(lifeSec > 0 && { lifeSec }),
    ...(waitsFor(health, nowMs) !== undefined && { renewalWaitsUntilMs: health.nextTryAtMs ?? 0 }),
  };
}

const tableGrant = ({ id, key, accounts, signIns, scopes, lifetime }: ToolGrant): Grant => ({
  id,
  key: key.reveal(),
  ...(accounts !== undefined && { accounts }),
  ...(signIns !== undefined && { signIns }),
  ...(scopes !== undefined && { scopes }),
  ...(lifetime === "once" && { once: true }),
});

/** The table of these sign-ins and grants. With `handsOut` false it is locked and empty. */
export function tokenTable(
  handsOut: boolean,
  signIns: readonly SignInRecord[],
  grants: readonly ToolGrant[],
  { of: healthOf, endsAtMs }: Pick<Watches, "of" | "endsAtMs">,
  nowMs: number,
): TokenTable {
  if (!handsOut) return { locked: true, grants: [], accounts: [], tokens: [] };
  const accounts = new Map<string, Collected>();
  const tokens: TableToken[] = [];
  for (const record of signIns) {
    const health = healthOf(record.id);
    const key = accountKey(record);
    const status = statusesOf(record, health, nowMs, endsAtMs(record)).tools;
    const account = accounts.get(key) ?? accountOf(record, status);
    accounts.set(key, account);
    account.signIns.push(record.id);
    account.view.sign_ins.push({
      client_id: record.client_id,
      scopes: record.scopes,
      status,
      condition: conditionOf(health) ?? null,
      alias: record.alias ?? null,
      expires_at: seconds(endsAtMs(record)),
      validated_at: seconds(health.validatedAtMs),
    });
    const token = tokenResult(record, health, endsAtMs(record));
    if (token !== undefined) tokens.push(tableToken(record, health, token, nowMs));
  }
  return { locked: false, grants: grants.map(tableGrant), accounts: [...accounts.values()], tokens };
}
