/**
 * The keeper holds its promises under any order of requests, answers, lost answers, disk errors, locks, sleep, clock jumps
 * and crashes.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SignInRecord } from "../../../core/accounts/records.ts";
import { ENDS, HOUR_MS, IDS, World, type Step } from "./support/keeper-world.ts";

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("refresh", "validate", "token", "rename"),
      id: fc.constantFrom(...IDS),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("request"),
      nth: fc.nat(3),
      end: fc.constantFrom("answer", "answer", ...ENDS),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("write"),
      nth: fc.nat(3),
      end: fc.constantFrom("done", "done", "done", "full"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(100, 20_000, HOUR_MS, 5 * HOUR_MS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("jump"), ms: fc.constantFrom(-5 * HOUR_MS, 5 * HOUR_MS) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("lock", "unlock", "suspend", "resume") }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("crash"), reached: fc.boolean(), acted: fc.boolean() }),
  },
);

const steps = fc.array(step, { minLength: 5, maxLength: 60 });

test("the keeper holds its promises under any order of events", async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.boolean(), steps, async (calm, safeFirst, taken) => {
      const world = new World(safeFirst ? [...IDS].reverse() : IDS);
      await world.settle();
      if (calm) await world.answerAll(); // the checks at the start have ended
      for (const one of taken) {
        await world.run(one);
        expect(world.broken).toEqual([]);
      }
      await world.calm();
      expect(world.broken).toEqual([]);
      const [once, safe] = IDS.map((id) => world.disk.get(id) as SignInRecord);
      // A reusable refresh token is never lost.
      expect(safe?.state.name).toBe("signed_in");
      expect(world.alive.has(safe?.access_token?.reveal() ?? "")).toBe(true);
      // A one-time refresh token is lost only where the answer with its successor may be lost.
      const lost = once?.state.name !== "signed_in";
      expect(lost && !world.rotationLost).toBe(false);
      if (!lost) expect(world.alive.has(once?.access_token?.reveal() ?? "")).toBe(true);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 600), seed: 20_261_124 },
  );
}, 120_000);
