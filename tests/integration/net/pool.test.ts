/** The sessions of token requests: a session that failed to open does not block later requests. */
import { expect, test } from "vitest";
import { createPool } from "../../../main/electron/network/pool.ts";

test("each session serves one request at a time, in order, and their number is limited", async () => {
  const pool = createPool(2, (number) => Promise.resolve(number));
  expect([await pool.take(), await pool.take()]).toEqual([1, 2]);
  const order: string[] = [];
  const third = pool.take().then((one) => order.push(`third ${String(one)}`));
  const fourth = pool.take().then((one) => order.push(`fourth ${String(one)}`));
  pool.give(2);
  pool.give(1);
  await Promise.all([third, fourth]);
  expect(order).toEqual(["third 2", "fourth 1"]);
});

test("a session that failed to open is opened again, under a new number", async () => {
  let broken = true;
  const pool = createPool(2, (number) =>
    broken ? Promise.reject(new Error("too many open files")) : Promise.resolve(number),
  );
  for (let time = 0; time < 5; time += 1) await expect(pool.take()).rejects.toThrow("too many open files");
  broken = false;
  expect([await pool.take(), await pool.take()]).toEqual([6, 7]);
});

test("a request fails when no session can be opened, and waits while another request holds one", async () => {
  const failing: ((error: Error) => void)[] = [];
  const pool = createPool(2, () => new Promise<number>((_resolve, reject) => failing.push(reject)));
  const requests = [pool.take(), pool.take(), pool.take()];
  const outcomes = Promise.allSettled(requests);
  for (const fail of failing) fail(new Error("no port"));
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);

  let makes = 0;
  const other = createPool(2, (number) => {
    makes += 1;
    return makes === 2 ? Promise.reject(new Error("no port")) : Promise.resolve(number);
  });
  const lent = await other.take();
  const [second, waiting] = [other.take(), other.take()];
  await expect(second).rejects.toThrow("no port");
  other.give(lent);
  expect(await waiting).toBe(lent);
});
