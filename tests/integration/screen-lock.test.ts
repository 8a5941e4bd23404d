/** Who watches the screen's lock hears that there is nothing to be heard, or that it is over. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchScreenLock } from "../../main/screen-lock.ts";

const failureOf = (address: string | undefined) =>
  new Promise((resolve) => {
    watchScreenLock(address, () => undefined, resolve);
  });

// The first in this file: the library is loaded by it.
test("a bus that is not there ends at once, the first time too", async () => {
  expect(await failureOf("unix:path=/nowhere")).toBeInstanceOf(Error);
  expect(await failureOf("unix:path=/nowhere")).toBeInstanceOf(Error);
  expect(await failureOf(undefined)).toBeInstanceOf(Error);
});

test("so does one that closes the connection", async () => {
  const folder = await mkdtemp("/tmp/tk-bus-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bus = createServer((socket) => socket.destroy()).listen(path.join(folder, "bus"));
  onTestFinished(() => void bus.close());
  await once(bus, "listening");
  expect(await failureOf(`unix:path=${path.join(folder, "bus")}`)).toBeInstanceOf(Error);
});
