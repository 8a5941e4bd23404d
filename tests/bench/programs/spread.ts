/** Runs in plain Node: ten thousand sign-ins over two and a half simulated hours, and after a night's sleep. */
import { startCrowdKeeper } from "../../integration/keeper/support/crowd-keeper.ts";

const HOUR_MS = 3_600_000;
const LIFE_MS = 14_124_000;
const COUNT = Number(process.env["COUNT"] ?? 10_000);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** `mean`: of the hours without a sleep, the reference for all later minutes. */
function busiest(
  minutes: readonly number[],
  unit: string,
  budget: number,
  mean = sum(minutes) / minutes.length,
) {
  const value = Math.max(...minutes);
  return { unit, value, reference: mean, ratio: value / mean, budget, met: value / mean <= budget };
}

const even = await startCrowdKeeper(COUNT, 10 * HOUR_MS);
await even.pass(2.5 * HOUR_MS);
const validation = busiest(
  even.minutes("validate"),
  "validations in the busiest of 150 minutes, and their mean",
  1.5,
);
even.forget();
await even.sleep(HOUR_MS);
await even.pass(HOUR_MS / 4);
const afterSleep = busiest(
  even.minutes("validate"),
  "validations in the busiest of 15 minutes after a sleep, and the mean before",
  1.5,
  validation.reference,
);
await even[Symbol.asyncDispose]();

const night = await startCrowdKeeper(COUNT, LIFE_MS);
await night.sleep(2 * LIFE_MS);
night.forget();
await night.pass(16 * 60_000);
const allExpired = busiest(
  night.minutes("refresh"),
  "refreshes in the busiest of 16 minutes after all have ended, and their mean",
  1.5,
);
await night[Symbol.asyncDispose]();
console.log(JSON.stringify({ validation, afterSleep, allExpired }));
process.exit(0);
