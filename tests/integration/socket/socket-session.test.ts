/** The vectors for the server: whole conversations and malformed lines, with the session that the socket's thread runs. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSession, type Session } from "../../../main/socket/session.ts";
import { changesBetween } from "../../../main/socket/table.ts";
import type { Answer, TokenTable, TableToken, Refusal } from "../../../main/socket/types.ts";

const vectors = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(`tests/vectors/socket/${name}.json`, "utf8")) as T[];

interface Step {
  readonly from: "client" | "server";
  readonly message: { readonly challenge?: string; readonly error?: object };
  readonly ends?: boolean;
  /** The event at the server that causes this message. */
  readonly because?: string;
}
interface Conversation {
  readonly name: string;
  readonly endpoint: string;
  readonly key: string;
  readonly client: string;
  /** The state of the server before the conversation. */
  readonly before?: "locked" | "pairing" | "refused" | "ends_soon" | "ended";
  readonly steps: readonly Step[];
}

const ACCOUNT = "twitch:700000001";
const SCOPES = ["user:read:chat", "user:write:chat"];
const entry = (more: Partial<TableToken["token"]> = {}): TableToken => ({
  signIn: "s1",
  account: ACCOUNT,
  alias: "main",
  renews: true,
  token: {
    access_token: "at-1",
    token_id: "A".repeat(22),
    client_id: "client-1",
    user_id: "700000001",
    login: "mirelune",
    scopes: SCOPES,
    expires_at: 4102444800,
    validated_at: 4102430400,
    ...more,
  },
});
const tableOf = ({ key, client }: Pick<Conversation, "key" | "client">): TokenTable => ({
  locked: false,
  grants: [{ id: client, key }],
  accounts: [
    {
      signIns: ["s1"],
      view: {
        account: ACCOUNT,
        provider: "twitch",
        user_id: "700000001",
        login: "mirelune",
        display_name: "Mirelune",
        status: "signed_in",
        sign_ins: [
          {
            client_id: "client-1",
            scopes: SCOPES,
            status: "signed_in",
            condition: null,
            alias: "main",
            expires_at: 4102444800,
            validated_at: 4102430400,
          },
        ],
      },
    },
  ],
  tokens: [entry()],
});
/** A sign-in without a refresh token, before and after the expiry of its token. */
function withoutRefresh(
  table: TokenTable,
  status: "ends_soon" | "needs_sign_in",
  expires_at: number,
): TokenTable {
  const accounts = table.accounts.map(({ view, ...rest }) => ({
    ...rest,
    view: { ...view, status, sign_ins: view.sign_ins.map((one) => ({ ...one, status, expires_at })) },
  }));
  return { ...table, accounts, tokens: [{ ...entry({ expires_at }), renews: false }] };
}
const CLOSED: TokenTable = { locked: true, grants: [], accounts: [], tokens: [] };

function startServer(
  { endpoint, before, ...given }: Omit<Conversation, "steps" | "name">,
  challenge: string,
) {
  const open =
    before === "ends_soon"
      ? withoutRefresh(tableOf(given), "ends_soon", 4102444800)
      : before === "ended"
        ? withoutRefresh(tableOf(given), "needs_sign_in", 4102430340)
        : tableOf(given);
  let table = before === "locked" ? CLOSED : open;
  let ended = false;
  let decide: (answer: Answer<"pair">) => void = () => undefined;
  let reports = 0;
  let shows = 0;
  const lines: object[] = [];
  const tooSoon = (retryAfterSec: number): Refusal => ({ ok: false, code: "rate_limited", retryAfterSec });
  const once = (count: number, everySec: number, value: object): Promise<Answer<never>> =>
    Promise.resolve((count === 1 ? { ok: true, value } : tooSoon(everySec)) as Answer<never>);
  const session: Session = createSession({
    endpoint,
    challenge,
    table: () => table,
    nowMs: () => 4102430400000,
    miss: () => Promise.resolve({ ok: false, code: "internal" }),
    report: () => once((reports += 1), 60, { valid: true }),
    show: () => once((shows += 1), 10, { shown: true }),
    pair() {
      if (before === "pairing") return { ok: false, code: "pairing_pending" };
      if (before === "refused") return tooSoon(60);
      return { code: "418207", answer: new Promise((resolve) => (decide = resolve)) };
    },
    revokeSelf() {
      move({ ...table, grants: [] });
      return Promise.resolve({ ok: true, value: null });
    },
    noteUse: () => undefined,
    write: (line) => lines.push(JSON.parse(line) as object),
    end: () => void (ended = true),
  });
  function move(next: TokenTable): void {
    const news = changesBetween(table, next);
    table = next;
    if (!table.locked && session.grant !== undefined && table.grants.length === 0) session.cut();
    session.notify(news);
  }
  const grant = given.client;
  const pairing = { grant, accounts: [ACCOUNT], scopes: SCOPES };
  const happenings: Record<string, () => void> = {
    refreshed: () =>
      move({
        ...table,
        tokens: [entry({ access_token: "at-2", token_id: "B".repeat(22), expires_at: 4102459200 })],
      }),
    locked: () => move(CLOSED),
    unlocked: () => move({ ...open, tokens: [entry({ token_id: "B".repeat(22) })] }),
    revoked: () => move({ ...table, tokens: [] }),
    "grant revoked": () => move({ ...table, grants: [] }),
    allowed: () =>
      decide({ ok: true, value: { ...pairing, client: grant, key: given.key, lifetime: "always" } }),
    "allowed once": () => decide({ ok: true, value: { ...pairing, lifetime: "once" } }),
    denied: () => decide({ ok: false, code: "grant_denied", retryAfterSec: 60 }),
  };
  return {
    take: (line: string) => void session.take(line),
    happens: (what: string) => happenings[what]?.(),
    lines,
    get ended() {
      return ended;
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
/** Removes the sentence of an error, which the vectors do not fix. */
const withoutSentence = (message: { readonly error?: object }): object => {
  if (message.error === undefined) return message;
  const { message: _sentence, ...error } = { message: "", ...message.error };
  return { ...message, error };
};

test.each(vectors<Conversation>("conversations"))("$name", async ({ steps, ...given }) => {
  const server = startServer(given, steps[0]?.message.challenge ?? "");
  for (const { from, message, because, ends = false } of steps) {
    if (from === "client") {
      server.take(JSON.stringify(message));
      continue;
    }
    if (because !== undefined) server.happens(because);
    await settled();
    expect(withoutSentence(server.lines.shift() ?? {})).toEqual(message);
    if (server.lines.length === 0) expect(server.ended).toBe(ends);
  }
  expect(server.lines).toEqual([]);
});

interface Line {
  readonly name: string;
  readonly after: "greeting" | "auth";
  readonly text: string;
  readonly repeat?: number;
  readonly code: string;
  readonly ends: boolean;
}
const [proved] = vectors<Conversation>("conversations");
if (proved === undefined) throw new Error("there are no conversations");
// tests/integration/socket/socket.test.ts checks lines that are too long.
const lines = vectors<Line>("lines").filter(({ repeat }) => repeat === undefined);
test.each(lines)("after $after: $name", async ({ after, text, code, ends }) => {
  const { steps, ...given } = proved;
  const server = startServer(given, steps[0]?.message.challenge ?? "");
  if (after === "auth") server.take(JSON.stringify(steps[1]?.message));
  await settled();
  server.lines.length = 0;
  server.take(text);
  await settled();
  expect(server.lines).toMatchObject([{ error: { data: { code } } }]);
  expect(server.ended).toBe(ends);
  server.take(JSON.stringify({ jsonrpc: "2.0", id: 9, method: "accounts.list" }));
  await settled();
  expect(server.lines).toHaveLength(ends ? 1 : 2);
});
