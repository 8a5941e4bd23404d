/** What is copied is read back, and taken away again if it is still ours. */
import { expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";
import { createCopying } from "../../main/copying.ts";

function desk() {
  const board = { text: "", broken: false };
  const timers: { atMs: number; run: () => void }[] = [];
  const copying = createCopying(
    {
      write: async (text) => {
        if (!board.broken) board.text = text.reveal();
      },
      read: async () => board.text,
      clear: async () => void (board.text = ""),
    },
    {
      nowMs: () => 0,
      monotonicMs: () => 0,
      after(inMs, run) {
        const timer = { atMs: inMs, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
  );
  const pass = async (): Promise<void> => {
    for (const { run } of timers.splice(0)) run();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { board, timers, copying, pass };
}

test("cleared after 30 s", async () => {
  const { board, timers, copying, pass } = desk();
  expect(await copying.copy(new Secret("ours"))).toEqual({ ok: true, value: { clearsInMs: 30_000 } });
  expect(board.text).toBe("ours");
  expect(timers.map(({ atMs }) => atMs)).toEqual([30_000]);
  await pass();
  expect(board.text).toBe("");
});

test("what another program put there since stays", async () => {
  const { board, copying, pass } = desk();
  await copying.copy(new Secret("ours"));
  board.text = "theirs";
  await pass();
  expect(board.text).toBe("theirs");
});

test("a second copy starts the time anew", async () => {
  const { timers, copying } = desk();
  await copying.copy(new Secret("one"));
  await copying.copy(new Secret("two"));
  expect(timers).toHaveLength(1);
});

test("a write that did not take is said", async () => {
  const { board, copying } = desk();
  board.broken = true;
  expect(await copying.copy(new Secret("ours"))).toMatchObject({ failure: { code: "clipboard_failing" } });
});
