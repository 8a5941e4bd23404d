/** The messages to the window: each change once, as the text that crosses the process boundary. */
import * as v from "valibot";
import { expect, test, vi } from "vitest";
import { fromJson, merged, type Changes, type Json } from "../../../contract/ipc.ts";
import { settings } from "../../../contract/settings.ts";
import type { SignInView } from "../../../contract/views/account.ts";
import type { Snapshot } from "../../../contract/views/snapshot.ts";
import type { SnapshotParts } from "../../../main/window/snapshot.ts";
import { createState } from "../../../main/window/state.ts";

const row = (id: string, login = id) => ({ id, login }) as SignInView;

/** Parts that never change. */
const QUIET: SnapshotParts = {
  app: () => ({ version: "0", electron: "0", unsandboxed: false, unlocked: false }),
  vault: () => ({ state: "opening" }),
  providers: () => [],
  providerFiles: () => [],
  clients: () => [],
  sharedClient: () => null,
  scopes: () => [],
  signIns: () => [],
  tools: () => [],
  pairing: () => null,
  proxyLogin: () => null,
  wish: () => null,
  socket: () => ({}),
  authorizations: () => [],
  keeper: () => ({}),
  bulk: () => null,
  settings: () => v.parse(settings, {}),
  streamer: () => false,
  vaultFolder: () => "/vault",
};

function setUp(count = 2) {
  const now = { tools: [] as Snapshot["tools"], signIns: [row("a"), row("b")] as readonly SignInView[] };
  const state = createState(
    { ...QUIET, tools: () => now.tools, signIns: () => now.signIns },
    (id) => now.signIns.find((one) => one.id === id),
    () => count,
  );
  const messages: Changes[] = [];
  state.onChange((changes, json: Json<Changes>) => {
    expect(fromJson(json)).toEqual(changes);
    messages.push(changes);
  });
  return { now, state, messages };
}

test("the first message has the whole state, each later one only what changed", () => {
  const { now, state, messages } = setUp();
  state.touch();
  state.flush();
  expect(messages).toMatchObject([{ tools: [], signIns: now.signIns }]);
  expect(Object.keys(messages[0] ?? {}).sort()).toEqual(Object.keys(QUIET).sort());
  state.touch();
  state.flush();
  expect(messages).toHaveLength(1);
  now.tools = [{ id: "t", name: "bot", createdAtMs: 0, lifetime: "always", uses: 0, tookFrom: [] }];
  state.touch();
  state.flush();
  expect(messages[1]).toEqual({ tools: now.tools });
});

test("a changed sign-in is sent as one row, a removed one as a new list", () => {
  const { now, state, messages } = setUp();
  state.touch();
  state.flush();
  now.signIns = [row("a"), row("b", "renamed")];
  state.touch("b");
  state.flush();
  expect(messages[1]).toEqual({ signInsChanged: [row("b", "renamed")] });
  now.signIns = [row("a")];
  state.touch("b");
  state.flush();
  expect(messages[2]).toEqual({ signIns: [row("a")] });
});

test("a window that applies all messages has the same state as main", () => {
  const { now, state } = setUp();
  let window = state.snapshot();
  state.onChange((_changes, json) => (window = merged(window, fromJson(json))));
  for (const signIns of [[row("a"), row("b")], [row("a"), row("b", "x")], [row("b", "x")]]) {
    now.signIns = signIns;
    state.touch("b");
    state.touch();
    state.flush();
    expect(window.signIns).toEqual(signIns);
  }
});

test("changes at the same time are sent together, and once", async () => {
  const { state, messages } = setUp();
  state.touch();
  state.touchParts();
  state.flush();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(messages).toHaveLength(1);
});

test("with thousands of rows the first change is sent at once, and later ones once a second", () => {
  vi.useFakeTimers();
  try {
    const { now, state, messages } = setUp(5_000);
    let version = 0;
    const change = () => {
      now.signIns = [row("a", `version ${String((version += 1))}`), row("b")];
      state.touch("a");
    };
    vi.advanceTimersByTime(10_000);
    change();
    vi.advanceTimersByTime(20);
    expect(messages).toHaveLength(1);
    for (let time = 0; time < 8; time += 1) {
      change();
      vi.advanceTimersByTime(100);
    }
    expect(messages).toHaveLength(1);
    vi.advanceTimersByTime(300);
    expect(messages).toHaveLength(2);
    expect(messages[1]).toEqual({ signInsChanged: [row("a", "version 9")] });
  } finally {
    vi.useRealTimers();
  }
});

test("with thousands of rows a routine validation is sent after ten seconds, or with the next other change", () => {
  vi.useFakeTimers();
  try {
    const { now, state, messages } = setUp(5_000);
    const change = (news?: "passing") => {
      now.signIns = now.signIns.map((one) => ({ ...one }));
      state.touch(news ? "a" : "b", news);
    };
    change();
    vi.advanceTimersByTime(20);
    expect(messages).toHaveLength(1);
    change("passing");
    vi.advanceTimersByTime(9_000);
    expect(messages).toHaveLength(1);
    vi.advanceTimersByTime(1_100);
    expect(messages[1]).toEqual({ signInsChanged: [row("a")] });
    change("passing");
    change();
    vi.advanceTimersByTime(1_100);
    expect(messages[2]).toEqual({ signInsChanged: [row("a"), row("b")] });
  } finally {
    vi.useRealTimers();
  }
});
