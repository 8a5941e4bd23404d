/** The watch of the screen lock reports a missing session bus, and goes on when the bus returns. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchScreenLock } from "../../../main/desktop/screen-lock.ts";
import { startService } from "../../support/bus-service.mjs";
import { BUS_CONFIG } from "../../support/session.mjs";

const failureOf = (address: string | undefined) =>
  new Promise((resolve) => {
    onTestFinished(
      watchScreenLock(
        () => address,
        () => undefined,
        resolve,
      ),
    );
  });

// The first test in this file, because it loads the library.
test("a bus that cannot be reached ends at once", async () => {
  expect(await failureOf("unix:path=/nowhere")).toBeInstanceOf(Error);
  expect(await failureOf("unix:path=/nowhere")).toBeInstanceOf(Error);
  expect(await failureOf(undefined)).toBeInstanceOf(Error);
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp("/tmp/tk-bus-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test("a bus that closes the connection ends at once", async () => {
  const folder = await newFolder();
  const bus = createServer((socket) => socket.destroy()).listen(path.join(folder, "bus"));
  onTestFinished(() => void bus.close());
  await once(bus, "listening");
  expect(await failureOf(`unix:path=${path.join(folder, "bus")}`)).toBeInstanceOf(Error);
});

/** A real session bus whose address stays the same over restarts. */
async function ownBus() {
  const folder = await newFolder();
  const address = `unix:path=${path.join(folder, "bus")}`;
  const config = path.join(folder, "bus.conf");
  await writeFile(config, BUS_CONFIG.replace("unix:tmpdir=/tmp", address));
  let daemon: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill("SIGKILL");
    await once(daemon, "exit");
  };
  onTestFinished(stop);
  return {
    address,
    stop,
    async start() {
      daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address=1"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      if (daemon.stdout !== null) await once(daemon.stdout, "data");
    },
    /** A screen locker of that name: `active` is its answer, and `tell` sends the signal of a lock. */
    async locker(name: string, active: boolean) {
      const { signal, end } = await startService(address, {
        name,
        path: `/${name.replaceAll(".", "/")}`,
        interface: name,
        method: "GetActive",
        answer: active,
      });
      onTestFinished(end);
      return { tell: () => signal("ActiveChanged", true), end };
    },
  };
}

/** Starts the watch; returns its counted reports, and its end. */
function watched(address: string) {
  const reports = { locked: 0, failed: 0 };
  const end = watchScreenLock(
    () => address,
    () => void (reports.locked += 1),
    () => void (reports.failed += 1),
  );
  onTestFinished(end);
  return { reports, end };
}
const AGAIN = { timeout: 20_000, interval: 50 };

test("a bus that restarts twice is watched again, and each end is reported once", async () => {
  const bus = await ownBus();
  await bus.start();
  const { reports } = watched(bus.address);
  for (const time of [1, 2, 3]) {
    const { tell, end } = await bus.locker("org.gnome.ScreenSaver", false);
    const before = reports.locked;
    // The watch needs a moment until it listens.
    await expect.poll(() => (tell(), reports.locked), AGAIN).toBeGreaterThan(before);
    end();
    await bus.stop();
    await expect.poll(() => reports.failed, AGAIN).toBe(time);
    await bus.start();
  }
});

test.each(["org.freedesktop.ScreenSaver", "org.xfce.ScreenSaver"])(
  "a screen that was locked without a bus is reported when the bus returns (%s)",
  async (name) => {
    const bus = await ownBus();
    await bus.start();
    const first = await bus.locker(name, true);
    const { reports } = watched(bus.address);
    await expect.poll(() => (first.tell(), reports.locked), AGAIN).toBeGreaterThan(0);
    await bus.stop();
    await expect.poll(() => reports.failed, AGAIN).toBe(1);
    const before = reports.locked;
    await bus.start();
    await bus.locker(name, true);
    await expect.poll(() => reports.locked, AGAIN).toBeGreaterThan(before);
  },
);

test("a bus that starts late is watched, and nothing is reported after the watch ends", async () => {
  const bus = await ownBus();
  const { reports, end } = watched(bus.address);
  await expect.poll(() => reports.failed, AGAIN).toBe(1);
  await bus.start();
  const { tell } = await bus.locker("org.mate.ScreenSaver", false);
  await expect.poll(() => (tell(), reports.locked), AGAIN).toBeGreaterThan(0);
  end();
  await new Promise((resolve) => setImmediate(resolve));
  const before = { ...reports };
  tell();
  await bus.stop();
  await bus.start();
  expect(reports).toEqual(before);
});
