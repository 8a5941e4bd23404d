/** Whether the desktop shows tray icons, as the watcher on the session bus says. */
import dbus from "@homebridge/dbus-native";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hasTrayHost } from "../../../main/desktop/tray-host.ts";
import { BUS_CONFIG } from "../../support/session.mjs";

async function startBus(): Promise<string> {
  const folder = await mkdtemp("/tmp/tk-tray-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const address = `unix:path=${path.join(folder, "bus")}`;
  const config = path.join(folder, "bus.conf");
  await writeFile(config, BUS_CONFIG.replace("unix:tmpdir=/tmp", address));
  const daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address"]);
  onTestFinished(() => void daemon.kill("SIGKILL"));
  await once(daemon.stdout, "data");
  return address;
}

/** The parts of the library that its types lack. */
interface Service {
  readonly connection: { on(event: "error", listener: () => void): void; end(): void };
  exportInterface(object: object, path: string, description: object): void;
  requestName(name: string, flags: number, done: (error: unknown) => void): void;
}
/** A watcher of tray icons that knows of a panel, or of none. */
async function startWatcher(address: string, registered: boolean): Promise<void> {
  const bus = (
    dbus as unknown as { createClient: (options: { busAddress: string }) => Service }
  ).createClient({
    busAddress: address,
  });
  bus.connection.on("error", () => undefined); // its bus is killed
  const name = "org.kde.StatusNotifierWatcher";
  bus.exportInterface({ IsStatusNotifierHostRegistered: registered, emit() {} }, "/StatusNotifierWatcher", {
    name,
    methods: {},
    signals: {},
    properties: { IsStatusNotifierHostRegistered: "b" },
  });
  await new Promise<void>((resolve, reject) =>
    bus.requestName(name, 0, (error) => (error ? reject(new Error("the name is taken")) : resolve())),
  );
  onTestFinished(() => bus.connection.end());
}

test("without a session bus, and without a watcher, there is no tray", async () => {
  expect(await hasTrayHost(undefined)).toBe(false);
  expect(await hasTrayHost("unix:path=/nowhere")).toBe(false);
  expect(await hasTrayHost(await startBus())).toBe(false);
});
test.each([true, false])("a watcher that knows of a panel (%s) is believed", async (registered) => {
  const address = await startBus();
  await startWatcher(address, registered);
  expect(await hasTrayHost(address)).toBe(registered);
});
