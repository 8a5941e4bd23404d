/** No token, answer or notification for a tool exceeds its grant, whatever changes during a question to main. */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSession } from "../../../main/socket/session.ts";
import { changesBetween, withToken } from "../../../main/socket/table.ts";
import type { Answer, Ask, Grant, TokenTable, TableToken } from "../../../main/socket/types.ts";

const NOW_SEC = 1_800_000_000;
const ENDPOINT = "/run/tokenkeep.sock";
const CLIENT = randomUUID();
const KEY = randomBytes(32).toString("base64url");
const SIGN_INS = ["s0", "s1", "s2", "s3"] as const;
const ACCOUNTS = ["p:0", "p:1"] as const;
const SCOPES = ["a", "b", "c"] as const;
/** Two sign-ins of each account. */
const accountOf = (signIn: string): string => ACCOUNTS[SIGN_INS.indexOf(signIn as "s0") >> 1] ?? "";

interface Shape {
  readonly scopes: readonly string[];
  readonly leftSec: number | null;
  readonly renews: boolean;
  readonly lifeSec: number | undefined;
  readonly alias: string | undefined;
}
interface World {
  readonly signIns: Readonly<Record<string, Shape | undefined>>;
  readonly grant: Omit<Grant, "id" | "key"> | undefined;
  readonly locked: boolean;
}

let issued = 0;
/** Every token ever made in a run, by its text. */
const known = new Map<string, { readonly signIn: string; readonly scopes: readonly string[] }>();
function tokenOf(signIn: string, { scopes, leftSec }: Shape): TableToken["token"] {
  issued += 1;
  const access_token = `at-${String(issued)}`;
  known.set(access_token, { signIn, scopes });
  return {
    access_token,
    token_id: `id-${String(issued)}`,
    client_id: "c",
    user_id: accountOf(signIn),
    login: `login${accountOf(signIn)}`,
    scopes,
    expires_at: leftSec === null ? null : NOW_SEC + leftSec,
    validated_at: null,
  };
}
function tableOf({ signIns, grant, locked }: World): TokenTable {
  if (locked) return { locked: true, grants: [], accounts: [], tokens: [] };
  const listed = SIGN_INS.flatMap((id) => {
    const shape = signIns[id];
    return shape === undefined ? [] : [{ id, shape }];
  });
  return {
    locked: false,
    grants: grant === undefined ? [] : [{ id: CLIENT, key: KEY, ...grant }],
    accounts: ACCOUNTS.filter((account) => listed.some(({ id }) => accountOf(id) === account)).map(
      (account) => {
        const own = listed.filter(({ id }) => accountOf(id) === account);
        return {
          signIns: own.map(({ id }) => id),
          view: {
            account,
            provider: "p",
            user_id: account,
            login: `login${account}`,
            display_name: account,
            status: `status of ${own[0]?.id ?? ""}`,
            sign_ins: own.map(({ id, shape }) => ({
              client_id: `client of ${id}`,
              scopes: shape.scopes,
              status: `status of ${id}`,
              condition: null,
              alias: shape.alias ?? null,
              expires_at: null,
              validated_at: null,
            })),
          },
        };
      },
    ),
    tokens: listed.map(({ id, shape }) => ({
      signIn: id,
      account: accountOf(id),
      token: tokenOf(id, shape),
      renews: shape.renews,
      ...(shape.alias !== undefined && { alias: shape.alias }),
      ...(shape.lifeSec !== undefined && { lifeSec: shape.lifeSec }),
    })),
  };
}

const scopes = fc.uniqueArray(fc.constantFrom(...SCOPES));
const shape = fc.record<Shape>({
  scopes,
  leftSec: fc.option(fc.integer({ min: -100, max: 10_000 })),
  renews: fc.boolean(),
  lifeSec: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
  alias: fc.option(fc.constantFrom("main", "bot"), { nil: undefined }),
});
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const grant = fc
  .record({
    accounts: optional(fc.subarray([...ACCOUNTS])),
    signIns: optional(fc.subarray([...SIGN_INS])),
    scopes: optional(fc.subarray([...SCOPES])),
  })
  .map(
    (all) =>
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as NonNullable<
        World["grant"]
      >,
  );
const world = fc.record<World>({
  signIns: fc.record(Object.fromEntries(SIGN_INS.map((id) => [id, optional(shape)]))),
  grant: fc.option(grant, { nil: undefined, freq: 9 }),
  locked: fc.boolean().map((one) => one && issued % 5 === 0),
});
const ask = fc
  .record({
    account: optional(fc.constantFrom("p:0", "p:1", "loginp:0", "main", "bot")),
    scopes: optional(scopes),
    min_valid: optional(fc.integer({ min: 0, max: 86_400 })),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
/** The answer of main, and the world at the time of the answer. */
const reply = fc.record({
  answer: fc.oneof(shape, fc.constantFrom("provider_unreachable", "rate_limited", "needs_sign_in")),
  then: optional(world),
  laterSec: fc.integer({ min: 0, max: 120 }),
});

interface Line {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly token_id: string };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly data: { readonly code: string } };
}

/** A session after its proof, with a world that the test changes. */
function startSession(first: TokenTable, reported: Answer<"report"> = { ok: true, value: { valid: true } }) {
  const lines: Line[] = [];
  let nowSec = NOW_SEC;
  let table = first;
  const misses: { ask: Ask<"token">; resolve: (answer: Answer<"token">) => void }[] = [];
  const uses: (string | undefined)[] = [];
  /** The table and the time when each line was written. */
  const held: { table: TokenTable; nowSec: number }[] = [];
  const session = createSession({
    endpoint: ENDPOINT,
    challenge: "A".repeat(43),
    table: () => table,
    nowMs: () => nowSec * 1000,
    miss: (_grant, requested) => new Promise((resolve) => misses.push({ ask: requested, resolve })),
    report: () => Promise.resolve(reported),
    show: () => Promise.resolve({ ok: true, value: { shown: true } }),
    pair: () => ({ ok: false, code: "pairing_pending" }),
    revokeSelf: () => Promise.resolve({ ok: true, value: null }),
    noteUse: (_grant, use) => void uses.push(use?.signIn),
    write(line) {
      lines.push(JSON.parse(line) as Line);
      held.push({ table, nowSec });
    },
    end: () => undefined,
  });
  const open: TokenTable = { ...first, locked: false, grants: [{ id: CLIENT, key: KEY }] };
  const proof = createHmac("sha256", Buffer.from(KEY, "base64url"))
    .update(["tokenkeep/1 client", ENDPOINT, "A".repeat(43), CLIENT, "B".repeat(43)].join("\n"))
    .digest("base64url");
  table = open;
  const params = { client: CLIENT, nonce: "B".repeat(43), proof };
  void session.take(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "auth", params }));
  table = first;
  return {
    session,
    lines,
    held,
    misses,
    uses,
    move(next: TokenTable) {
      const news = changesBetween(table, next);
      table = next;
      session.notify(news);
    },
    get table() {
      return table;
    },
    later: (sec: number) => void (nowSec += sec),
    ask: (method: string, requested?: object) =>
      session.take(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: requested })),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Why the token must not be handed out at that moment; undefined: it may. */
function excess(line: Line, requested: Record<string, unknown>, at: { table: TokenTable; nowSec: number }) {
  const token = line.result as unknown as TableToken["token"]; // a line holds any JSON
  const made = known.get(token.access_token);
  const [grant] = at.table.grants;
  if (at.table.locked || grant === undefined || made === undefined) return "no grant";
  const account = accountOf(made.signIn);
  if (grant.accounts?.includes(account) === false) return "account";
  if (grant.signIns?.includes(made.signIn) === false) return "sign-in";
  if (!made.scopes.every((scope) => grant.scopes?.includes(scope) !== false)) return "scopes";
  if (!((requested["scopes"] ?? []) as string[]).every((scope) => made.scopes.includes(scope)))
    return "requested scopes";
  if (!at.table.tokens.some(({ signIn }) => signIn === made.signIn)) return "a sign-in that is gone";
  if (token.expires_at !== null && token.expires_at <= at.nowSec) return "ended";
  const [leftSec, minValid] = [(token.expires_at ?? Infinity) - at.nowSec, requested["min_valid"]];
  const { lifeSec = Infinity } = at.table.tokens.find(({ signIn }) => signIn === made.signIn) ?? {};
  if (minValid !== undefined && leftSec < Math.min(Number(minValid), Math.max(0, (lifeSec * 3) / 4 - 1)))
    return "lasts too short";
  return undefined;
}

test("a token is checked against the grant, the table and the clock of the moment when it is handed out", async () => {
  await fc.assert(
    fc.asyncProperty(world, ask, fc.array(reply, { maxLength: 3 }), async (first, requested, replies) => {
      known.clear();
      const tool = startSession(tableOf({ ...first, locked: false }));
      tool.lines.length = tool.held.length = 0;
      const answered = tool.ask("token.get", requested);
      await settled();
      for (const { answer, then, laterSec } of replies) {
        const asking = tool.misses.shift();
        if (asking === undefined) break;
        tool.later(laterSec);
        const { signIn } = asking.ask;
        const given: Answer<"token"> =
          typeof answer === "string"
            ? { ok: false, code: answer as "rate_limited" }
            : { ok: true, value: tokenOf(signIn, answer) };
        if (then !== undefined) tool.move(tableOf(then));
        if (given.ok && !tool.table.locked) tool.move(withToken(tool.table, signIn, given.value)); // as the thread does
        asking.resolve(given);
        await settled();
      }
      for (const asking of tool.misses) asking.resolve({ ok: false, code: "internal" });
      await answered;
      tool.lines.forEach((line, at) => {
        if (line.result === undefined) return;
        expect(
          excess(line, requested, tool.held[at] ?? { table: tool.table, nowSec: NOW_SEC }),
        ).toBeUndefined();
        const { signIn } = known.get(String(line.result["access_token"])) ?? {};
        expect(tool.uses).toEqual([signIn]); // the recorded use names the sign-in of the token
      });
    }),
    { numRuns: 1_000 },
  );
});

test("accounts.list and notifications hold no sign-in outside the grant", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(world, { minLength: 2, maxLength: 4 }), async (worlds) => {
      const [first, ...others] = worlds.map((one) => tableOf({ ...one, locked: false }));
      if (first === undefined) return;
      const tool = startSession(first);
      await tool.ask("token.watch");
      const tables = [first];
      for (const next of others) {
        tool.lines.length = 0;
        const before = tool.table;
        tool.move(next);
        await tool.ask("accounts.list");
        tables.push(next);
        const [grant] = next.grants;
        const text = JSON.stringify(tool.lines);
        // A tool that loses a sign-in is notified that the token ended which it could have until now.
        const lost = new Set(
          before.tokens
            .filter(({ signIn }) => before.grants[0]?.signIns?.includes(signIn) !== false)
            .map(({ token }) => token.token_id),
        );
        const hidden = SIGN_INS.filter((id) => grant === undefined || grant.signIns?.includes(id) === false);
        for (const id of hidden) {
          expect(text).not.toContain(`status of ${id}`);
          expect(text).not.toContain(`client of ${id}`);
          for (const { tokens } of [before, next])
            for (const entry of tokens)
              if (entry.signIn === id && !lost.has(entry.token.token_id))
                expect(text).not.toContain(`"${entry.token.token_id}"`);
        }
        // If the new token has too many scopes, the tool is only notified that the old one ended.
        for (const { method, params } of tool.lines.filter((line) => line.method === "token.changed")) {
          const entry = next.tokens.find(({ token }) => token.token_id === params?.token_id);
          expect(method).toBeDefined();
          expect(entry?.token.scopes.every((scope) => grant?.scopes?.includes(scope) !== false)).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
});

const plain: Shape = { scopes: ["a"], leftSec: 9_000, renews: true, lifeSec: 14_000, alias: undefined };
const table = (more: Partial<World> = {}, shapes: Record<string, Partial<Shape>> = { s0: {} }): TokenTable =>
  tableOf({
    signIns: Object.fromEntries(
      Object.entries(shapes).map(([id, some]) => [id, { ...plain, leftSec: 5, ...some }]),
    ),
    grant: { scopes: ["a"] },
    locked: false,
    ...more,
  });
const code = ({ lines }: { lines: readonly Line[] }) => lines.at(-1)?.error?.data.code;

test("a sign-in that got more scopes during a refresh is refused, and its old token is revoked for the tool", async () => {
  const tool = startSession(table());
  await tool.ask("token.watch");
  const answered = tool.ask("token.get");
  const wide = tokenOf("s0", { ...plain, scopes: ["a", "b"] });
  const old = tool.table.tokens[0]?.token.token_id;
  tool.move(withToken(tool.table, "s0", wide));
  tool.misses[0]?.resolve({ ok: true, value: wide });
  await answered;
  expect(code(tool)).toBe("grant_denied");
  expect(tool.lines.filter(({ method }) => method !== undefined)).toMatchObject([
    { method: "token.revoked", params: { token_id: old } },
  ]);
});

test("an alias of a sign-in outside the grant is account_unknown to the tool", async () => {
  const shapes = { s0: { leftSec: 9_000 }, s1: { leftSec: 9_000, alias: "bot" } };
  const tool = startSession(table({ grant: { signIns: ["s0"] } }, shapes));
  await tool.ask("token.get", { account: "bot" });
  expect(code(tool)).toBe("account_unknown");
});

test.each([
  { ok: true, value: { valid: true } } as const,
  { ok: false, code: "provider_unreachable" } as const,
])(
  "a report on a token that left the grant meanwhile is answered with valid: false, whatever main answers: %o",
  async (reported) => {
    const tool = startSession(table({}, { s0: { leftSec: 9_000 } }), reported);
    const answered = tool.ask("token.reportInvalid", { token_id: tool.table.tokens[0]?.token.token_id });
    tool.move({ ...tool.table, grants: [{ id: CLIENT, key: KEY, signIns: [] }] });
    await answered;
    expect(tool.lines.at(-1)).toMatchObject({ result: { valid: false } });
  },
);

test("an alias of an account outside the grant does not hide the tool's own account of that name", async () => {
  const shapes = { s0: { leftSec: 9_000 }, s2: { leftSec: 9_000, alias: "loginp:0" } };
  const tool = startSession(table({ grant: { accounts: ["p:0"] } }, shapes));
  await tool.ask("token.get", { account: "loginp:0" });
  expect(tool.lines.at(-1)).toMatchObject({ result: { user_id: "p:0" } });
});

test("the error of a sign-in that left the grant meanwhile is not reported for another sign-in", async () => {
  const shapes = { s0: { leftSec: -1 }, s1: { scopes: ["a", "b"], leftSec: -1 } };
  const tool = startSession(table({ grant: {} }, shapes));
  const answered = tool.ask("token.get", { account: "p:0" });
  expect(tool.misses[0]?.ask.signIn).toBe("s0");
  tool.move({ ...tool.table, grants: [{ id: CLIENT, key: KEY, signIns: ["s1"] }] });
  tool.misses[0]?.resolve({ ok: false, code: "needs_sign_in" });
  await settled();
  expect(tool.misses[1]?.ask.signIn).toBe("s1");
  tool.misses[1]?.resolve({ ok: false, code: "provider_unreachable" });
  await answered;
  expect(code(tool)).toBe("provider_unreachable");
});

test("a token that expired or became too short during the question to main is not handed out", async () => {
  for (const [requested, leftSec, expected] of [
    [{ min_valid: 300 }, 310, "provider_unreachable"],
    [{}, 20, "provider_unreachable"],
    [{ min_valid: 0 }, 20, "provider_unreachable"],
  ] as const) {
    const tool = startSession(table({}, { s0: { leftSec: -1 } }));
    const answered = tool.ask("token.get", requested);
    for (let times = 0; times < 2; times += 1) {
      await settled();
      const slow = tokenOf("s0", { ...plain, leftSec });
      tool.later(30);
      tool.misses[times]?.resolve({
        ok: true,
        value: { ...slow, expires_at: NOW_SEC + leftSec + 30 * times },
      });
    }
    await answered;
    expect(code(tool)).toBe(expected);
    expect(tool.misses).toHaveLength(2);
  }
});

test.each([
  // life, left, min_valid, asks main
  [60, 16, undefined, false],
  [60, 14, undefined, true],
  [60, 45, 300, false],
  [60, 43, 300, true],
  [14_000, 61, undefined, false],
  [14_000, 59, undefined, true],
  [undefined, 59, undefined, true],
  [14_000, 10_500, 86_400, false],
  [14_000, 299, 300, true],
  [10, 1, 0, false],
] as const)(
  "with a lifetime of %s s, %s s left and min_valid %s, main is asked: %s",
  (lifeSec, leftSec, min_valid, asks) => {
    const tool = startSession(table({}, { s0: { lifeSec, leftSec } }));
    void tool.ask("token.get", min_valid === undefined ? {} : { min_valid });
    expect(tool.misses.length > 0).toBe(asks);
    expect(tool.lines.some(({ result }) => result?.["access_token"] !== undefined)).toBe(!asks);
  },
);

test("while main cannot be asked, or no refresh may begin, the table's token is handed out", async () => {
  const limited = startSession(table({}, { s0: { leftSec: 40 } }));
  const answered = limited.ask("token.get");
  limited.misses[0]?.resolve({ ok: false, code: "rate_limited", retryAfterSec: 50 });
  await answered;
  expect(limited.lines.at(-1)).toMatchObject({ result: { expires_at: NOW_SEC + 40 } });

  const delayed = table({}, { s0: { leftSec: 40 } });
  const wait = { renewalWaitsUntilMs: (NOW_SEC + 100) * 1000 };
  const tool = startSession({ ...delayed, tokens: delayed.tokens.map((entry) => ({ ...entry, ...wait })) });
  await tool.ask("token.get");
  expect(tool.misses).toEqual([]);
  expect(tool.lines.at(-1)).toMatchObject({ result: { expires_at: NOW_SEC + 40 } });
  void tool.ask("token.get", { min_valid: 60 }); // main answers a request for a longer lifetime
  expect(tool.misses).toHaveLength(1);
});
