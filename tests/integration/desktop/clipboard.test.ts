/** A copied secret is read back, and cleared later if the clipboard still holds it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../../core/secret.ts";
import { createTokenClipboard } from "../../../main/desktop/clipboard.ts";

function desk() {
  const board = { text: "", broken: false, clearAfterMs: 30_000 };
  const timers: { atMs: number; run: () => void }[] = [];
  const tokenClipboard = createTokenClipboard(
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
    { clearAfterMs: () => board.clearAfterMs },
  );
  const pass = async (): Promise<void> => {
    for (const { run } of timers.splice(0)) run();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { board, timers, tokenClipboard, pass };
}

test("a copied secret is cleared after 30 s", async () => {
  const { board, timers, tokenClipboard, pass } = desk();
  expect(await tokenClipboard.copy(new Secret("ours"))).toEqual({ ok: true, value: { clearsInMs: 30_000 } });
  expect(board.text).toBe("ours");
  expect(timers.map(({ atMs }) => atMs)).toEqual([30_000]);
  await pass();
  expect(board.text).toBe("");
});

test("a copy stays as long as the setting says at that moment", async () => {
  const { board, timers, tokenClipboard } = desk();
  board.clearAfterMs = 10_000;
  expect(await tokenClipboard.copy(new Secret("ours"))).toEqual({ ok: true, value: { clearsInMs: 10_000 } });
  board.clearAfterMs = 60_000;
  expect(timers.map(({ atMs }) => atMs)).toEqual([10_000]);
});

test("a text that another program copied later is not cleared", async () => {
  const { board, tokenClipboard, pass } = desk();
  await tokenClipboard.copy(new Secret("ours"));
  board.text = "theirs";
  await pass();
  expect(board.text).toBe("theirs");
});

test("a second copy starts the 30 s again", async () => {
  const { timers, tokenClipboard } = desk();
  await tokenClipboard.copy(new Secret("one"));
  await tokenClipboard.copy(new Secret("two"));
  expect(timers).toHaveLength(1);
});

test("a write that has no effect fails with clipboard_failing", async () => {
  const { board, tokenClipboard } = desk();
  board.broken = true;
  expect(await tokenClipboard.copy(new Secret("ours"))).toMatchObject({
    failure: { code: "clipboard_failing" },
  });
});

/** The outcome of a clipboard call. `throws after`: it fails after its effect; `lost`: it succeeds without effect. */
type Fate = "done" | "throws before" | "throws after" | "lost" | "hangs" | "shows another text";
type Step =
  | { do: "copy" | "copy plain" | "others write"; nth: number }
  | { do: "pass"; ms: number }
  | { do: "clear ours" };

/** A clipboard that may fail in any way, with simulated time. */
class FailingBoard {
  text = "";
  /** The outcomes of the next calls; later calls succeed. */
  fates: Fate[] = [];
  /** Breaches of the rules. */
  readonly broken: string[] = [];
  #nowMs = 0;
  #timers: { atMs: number; run: () => void }[] = [];
  #landing: (() => void)[] = [];
  #read = "nothing";
  #misled = false;
  readonly secrets = new Set<string>();
  readonly tokenClipboard = createTokenClipboard(
    {
      write: (text) => this.#meet(() => void (this.text = text.reveal())),
      read: async () => {
        this.#read = "failed";
        const fate = this.fates[0];
        await this.#meet(() => undefined);
        // Never shows another text twice in a row: then nothing could be known.
        this.#misled = fate === "shows another text" && !this.#misled;
        const seen = this.#misled ? "what was there before" : this.text;
        this.#read = seen;
        return seen;
      },
      clear: () => {
        const readable = this.#read !== "failed";
        if (readable && this.text !== "" && !this.secrets.has(this.text))
          this.broken.push(`cleared ${this.text}`);
        return this.#meet(() => void (this.text = ""));
      },
    },
    {
      nowMs: () => this.#nowMs,
      monotonicMs: () => this.#nowMs,
      after: (inMs, run) => {
        const timer = { atMs: this.#nowMs + inMs, run };
        this.#timers.push(timer);
        return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
      },
    },
    { clearAfterMs: () => 30_000, pause: () => Promise.resolve() },
  );

  async #meet(effect: () => void): Promise<void> {
    const fate = this.fates.shift() ?? "done";
    if (fate === "hangs") return new Promise((resolve) => this.#landing.push(() => resolve(effect())));
    if (fate === "throws before") throw new Error("the clipboard is busy");
    if (fate !== "lost") effect();
    if (fate === "throws after") throw new Error("the clipboard went away");
  }
  /** Ends the calls that hang. */
  land(): void {
    for (const end of this.#landing.splice(0)) end();
  }
  settle = () => new Promise((resolve) => setImmediate(resolve));
  async pass(ms: number): Promise<void> {
    await this.settle();
    for (const endMs = this.#nowMs + ms; ;) {
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) return void (this.#nowMs = endMs);
      this.#nowMs = next.atMs;
      this.#timers.shift();
      next.run();
      await this.settle();
    }
  }
  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "copy": {
        const secret = `secret ${String(step.nth)}`;
        this.secrets.add(secret);
        void this.tokenClipboard.copy(new Secret(secret));
        return this.pass(0);
      }
      case "copy plain":
        void this.tokenClipboard.copyPlain(`plain ${String(step.nth)}`);
        return this.pass(0);
      case "others write":
        this.text = `others' ${String(step.nth)}`;
        return;
      case "pass":
        return this.pass(step.ms);
      case "clear ours":
        void this.tokenClipboard.clearOurs();
        return this.pass(0);
    }
  }
}

const fate = fc.constantFrom<Fate>(
  "done",
  "done",
  "throws before",
  "throws after",
  "lost",
  "hangs",
  "shows another text",
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("copy", "copy plain", "others write"), nth: fc.nat(3) }),
  fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(500, 1_000, 5_000, 29_000, 31_000, 90_000) }),
  fc.constant<Step>({ do: "clear ours" }),
);

test.each(["time passes", "the app quits"])(
  "after a failing clipboard works again and %s, no secret is left, and no other text was cleared",
  async (end) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.array(fate, { maxLength: 5 })), { minLength: 1, maxLength: 12 }),
        async (steps) => {
          const board = new FailingBoard();
          for (const [one, fates] of steps) {
            board.fates = [...fates];
            await board.take(one);
          }
          board.fates = [];
          board.land();
          if (end === "time passes") await board.pass(120_000);
          else {
            const quit = board.tokenClipboard.clearOurs();
            await board.pass(5_000); // calls that still hang are given up
            await quit;
          }
          expect(board.secrets.has(board.text) ? board.text : "").toBe("");
          expect(board.broken).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  },
);

test.each<[string, Fate[]]>([
  ["a write that failed after it took effect", ["throws after"]],
  ["a text that could not be read back", ["done", "throws before"]],
  ["a text that was read back as another one", ["done", "shows another text"]],
])("%s: the copy fails, and the token is gone at once", async (_what, fates) => {
  const board = new FailingBoard();
  board.secrets.add("token");
  board.fates = fates;
  expect(await board.tokenClipboard.copy(new Secret("token"))).toMatchObject({
    failure: { code: "clipboard_failing" },
  });
  expect(board.text).toBe("");
});

test("a second copy that fails neither keeps the first one longer nor clears it early", async () => {
  const board = new FailingBoard();
  for (const secret of ["first", "second"]) board.secrets.add(secret);
  await board.tokenClipboard.copy(new Secret("first"));
  await board.pass(10_000);
  board.fates = ["throws before"];
  expect(await board.tokenClipboard.copy(new Secret("second"))).toMatchObject({ ok: false });
  expect(board.text).toBe("first");
  await board.pass(19_000);
  expect(board.text).toBe("first");
  await board.pass(2_000);
  expect(board.text).toBe("");
});

test("at a quit an unreadable clipboard is cleared if its last known text is a copied secret", async () => {
  const board = new FailingBoard();
  board.secrets.add("token");
  await board.tokenClipboard.copy(new Secret("token"));
  board.fates = Array.from({ length: 6 }, () => "throws before");
  await board.tokenClipboard.clearOurs();
  expect(board.text).toBe("");
});

test("after a lock nothing is copied", async () => {
  const board = { text: "" };
  const tokenClipboard = createTokenClipboard(
    {
      write: (text) => Promise.resolve(void (board.text = text.reveal())),
      read: () => Promise.resolve(board.text),
      clear: () => Promise.resolve(void (board.text = "")),
    },
    { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined },
    { clearAfterMs: () => 30_000, mayCopy: () => false },
  );
  expect(await tokenClipboard.copy(new Secret("token"))).toMatchObject({ failure: { code: "vault_locked" } });
  expect(board.text).toBe("");
});
