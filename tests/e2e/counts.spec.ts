/** How many actions the journeys of the first hour take in the app. `npm run journeys` prints the counts. */
import { expect, test } from "@playwright/test";
import { appendFileSync } from "node:fs";
import { JOURNEYS } from "./support/journeys.ts";

for (const { name, limit, unit, walk } of JOURNEYS)
  test(`${name} takes at most ${String(limit)} ${unit}`, async () => {
    test.setTimeout(90_000);
    const { actions, count } = await walk();
    const list = process.env["TOKENKEEP_JOURNEYS"];
    if (list !== undefined)
      appendFileSync(list, `${JSON.stringify({ name, count, limit, unit, actions })}\n`);
    expect(count, actions.join("\n")).toBeLessThanOrEqual(limit);
  });
