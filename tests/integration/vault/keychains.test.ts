/** The choice of the keychain: the answers on a real session bus decide, not the desktop's name. */
import fc from "fast-check";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../../core/secret.ts";
import { sessionBusAddress } from "../../../main/desktop/session-bus.ts";
import {
  BACKENDS,
  backendsOf,
  chooseBackend,
  inspectBackend,
  nameOfBackend,
  otherKeychains,
  passwordStoreFor,
  type Backend,
  type KeychainState,
} from "../../../main/vault/keys/keychains.ts";
import { createVault } from "../../../main/vault/vault.ts";
import { startService } from "../../support/bus-service.mjs";
import { startBench } from "../../support/host.ts";
import { createTestKeychain } from "../../support/keychain.ts";
import { startSession } from "../../support/session.mjs";

const DESKTOPS = [
  { XDG_CURRENT_DESKTOP: "GNOME" },
  { XDG_CURRENT_DESKTOP: "ubuntu:GNOME" },
  { XDG_CURRENT_DESKTOP: "XFCE" },
  { XDG_CURRENT_DESKTOP: "X-Cinnamon" },
  { XDG_CURRENT_DESKTOP: "COSMIC" },
  { XDG_CURRENT_DESKTOP: "LXQt" },
  { XDG_CURRENT_DESKTOP: "sway" },
  { XDG_CURRENT_DESKTOP: "Hyprland" },
  { XDG_CURRENT_DESKTOP: "i3" },
  { XDG_CURRENT_DESKTOP: "" },
  {},
  { XDG_CURRENT_DESKTOP: "KDE" },
  { XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "5" },
  { XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "6" },
  { XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "7" },
  { XDG_CURRENT_DESKTOP: "KDE:GNOME" },
  { XDG_CURRENT_DESKTOP: "GNOME:KDE", KDE_SESSION_VERSION: "6" },
];
const desktops = fc.constantFrom(...DESKTOPS);
const answers = fc.record(
  Object.fromEntries(
    BACKENDS.map((backend) => [backend, fc.constantFrom("usable", "locked", "failing", "missing")]),
  ) as Record<Backend, fc.Arbitrary<KeychainState>>,
);

describe("the choice", () => {
  test("an existing vault asks only its own keychain, whatever the desktop and the other keychains are", () =>
    fc.assert(
      fc.asyncProperty(desktops, fc.constantFrom(...BACKENDS), async (desktop, sealedBy) => {
        const asked: Backend[] = [];
        const chosen = await chooseBackend(sealedBy, desktop, (backend) => {
          asked.push(backend);
          return Promise.resolve("usable");
        });
        expect(chosen).toBe(sealedBy);
        expect(asked).toEqual([]);
      }),
    ));

  test("a new vault uses the first keychain that answers", () =>
    fc.assert(
      fc.asyncProperty(desktops, answers, async (desktop, states) => {
        const chosen = await chooseBackend(undefined, desktop, (backend) => Promise.resolve(states[backend]));
        const state = chosen === undefined ? "missing" : states[chosen];
        const answering = BACKENDS.filter((one) => states[one] === "usable" || states[one] === "locked");
        if (answering.length > 0) expect(answering).toContain(chosen);
        else expect(state).toBe(BACKENDS.some((one) => states[one] === "failing") ? "failing" : "missing");
        // The desktop's name decides only between several keychains that answer.
        if (answering.length > 0)
          expect(chosen).toBe(backendsOf(desktop).find((backend) => answering.includes(backend)));
      }),
    ));

  test("every desktop asks every keychain once, and KDE asks its own first", () => {
    for (const desktop of DESKTOPS) expect([...backendsOf(desktop)].sort()).toEqual([...BACKENDS].sort());
    expect(backendsOf({ XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "5" })[0]).toBe("kwallet5");
    expect(backendsOf({ XDG_CURRENT_DESKTOP: "KDE" })[0]).toBe("kwallet6");
    expect(backendsOf({ XDG_CURRENT_DESKTOP: "sway" })[0]).toBe("gnome_libsecret");
  });

  test("a vault sealed by another system's keychain leaves the choice to Chromium", async () => {
    expect(await chooseBackend("darwin", {}, () => Promise.resolve("usable"))).toBeUndefined();
  });
});

test("the session bus is found at systemd's path too", async () => {
  const folder = await mkdtemp("/tmp/tk bus,");
  try {
    expect(sessionBusAddress({})).toBeUndefined();
    expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder })).toBeUndefined();
    expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: "unix:path=/x" })).toBe(
      "unix:path=/x",
    );
    // A bus that accepts connections and never answers.
    const bus = createServer(() => undefined).listen(path.join(folder, "bus"));
    await new Promise((resolve) => bus.once("listening", resolve));
    const address = sessionBusAddress({ XDG_RUNTIME_DIR: folder });
    expect(await inspectBackend("gnome_libsecret", address, 200)).toBe("failing");
    expect(await inspectBackend("kwallet6", address, 200)).toBe("failing");
    bus.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("no odd bus address keeps the app from starting", () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ maxLength: 300 }),
        fc.string({ maxLength: 300 }).map((path) => `unix:path=${path}`),
        fc.string({ maxLength: 300 }).map((name) => `unix:abstract=${name}`),
        fc.constantFrom("unix:path=%zz", "unix:", "unix:path=", "tcp:host=127.0.0.1,port=1", "autolaunch:"),
      ),
      async (address) => {
        const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_CURRENT_DESKTOP: "KDE" };
        const store = await passwordStoreFor("/nowhere", env);
        expect([undefined, "gnome-libsecret"]).toContain(store);
      },
    ),
    { numRuns: 60, examples: [["unix:path=%zz"], ["unix:path=/tmp"], [`unix:path=/${"x".repeat(200)}`]] },
  ));

test("a move to another keychain needs one that answers and the right passphrase, and restarts the app", async () => {
  await using bench = await startBench();
  const { handlers } = bench.app;
  const passphrase = "a lantern by the harbour";
  const move = (backend: string, current: string) => handlers["vault.move"]({ backend, current });
  expect(await handlers["vault.otherKeychains"](undefined)).toMatchObject({ value: [] });
  bench.keychain.otherOnes = [{ name: "KWallet", backend: "kwallet6" }];
  expect(await handlers["vault.otherKeychains"](undefined)).toMatchObject({ value: [{ name: "KWallet" }] });
  expect(await move("kwallet6", passphrase)).toMatchObject({ failure: { code: "passphrase_missing" } });
  await handlers["vault.reseal"]({ keychain: true, passphrase: { new: passphrase } });
  expect(await move("kwallet5", passphrase)).toMatchObject({ failure: { code: "keychain_missing" } });
  expect(await move("kwallet6", "two gulls on a mast")).toMatchObject({
    failure: { code: "passphrase_wrong" },
  });
  expect(bench.app.state.snapshot().vault).toMatchObject({ sealedBy: { keychain: { backend: "test" } } });
  expect(bench.keychain.restarts).toBe(0);
  expect(await move("kwallet6", passphrase)).toMatchObject({ ok: true });
  expect(bench.keychain.restarts).toBe(1);
  expect(bench.app.state.snapshot().vault).toMatchObject({ state: "open", sealedBy: { passphrase: true } });
});

/** A fake kwalletd on a real bus: its wallet is enabled, disabled, or never answers. */
const startWallet = (address: string, answer: boolean | "never") =>
  startService(address, {
    name: "org.kde.kwalletd6",
    path: "/modules/kwalletd6",
    interface: "org.kde.KWallet",
    method: "isEnabled",
    answer,
  });

describe("on a real session bus", () => {
  let session: Awaited<ReturnType<typeof startSession>>;
  let vaultFolder: string;
  beforeEach(async () => {
    session = await startSession();
    vaultFolder = await mkdtemp("/tmp/tk-keychains-");
  });
  afterEach(async () => {
    await session[Symbol.asyncDispose]();
    await rm(vaultFolder, { recursive: true, force: true });
  });
  const storeUnder = (desktop: object) => passwordStoreFor(vaultFolder, { ...session.env, ...desktop });

  test("a Secret Service that answers is used under every desktop, under the name of its program", async () => {
    for (const desktop of DESKTOPS) expect(await storeUnder(desktop)).toBe("gnome-libsecret");
    const address = session.env.DBUS_SESSION_BUS_ADDRESS;
    expect(await nameOfBackend("gnome_libsecret", address)).toBe("GNOME Keyring");
    expect(await otherKeychains("kwallet5", address)).toEqual([
      { name: "GNOME Keyring", backend: "gnome_libsecret" },
    ]);
    expect(await otherKeychains("gnome_libsecret", address)).toEqual([]);
  });

  test("where no keychain answers, all are missing and Chromium's choice stays", async () => {
    await session.killKeyring();
    for (const desktop of DESKTOPS) expect(await storeUnder(desktop)).toBeUndefined();
    for (const backend of BACKENDS)
      expect(await inspectBackend(backend, session.env.DBUS_SESSION_BUS_ADDRESS)).toBe("missing");
  });

  test.each([
    ["on", true, "usable", "kwallet6"],
    ["turned off", false, "missing", "gnome-libsecret"],
    ["silent", "never", "failing", "gnome-libsecret"],
  ] as const)("KDE with KWallet %s", async (_how, enabled, state, store) => {
    const address = session.env.DBUS_SESSION_BUS_ADDRESS;
    const wallet = await startWallet(address, enabled);
    expect(await inspectBackend("kwallet6", address, 500)).toBe(state);
    expect(await inspectBackend("kwallet5", address, 500)).toBe("missing");
    expect(await storeUnder({ XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "6" })).toBe(store);
    // On other desktops the Secret Service comes first.
    expect(await storeUnder({ XDG_CURRENT_DESKTOP: "sway" })).toBe("gnome-libsecret");
    await session.killKeyring();
    const left = enabled === false ? undefined : "kwallet6";
    for (const name of ["sway", "XFCE"])
      expect(await storeUnder({ XDG_CURRENT_DESKTOP: name }), name).toBe(left);
    wallet.end();
  });

  test("an existing vault starts with the keychain that sealed it, and a moving vault with its next keychain", async () => {
    const keychain = createTestKeychain();
    keychain.backend = "kwallet5";
    const note = () => undefined;
    const make = () =>
      createVault({
        folder: vaultFolder,
        keychain,
        clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now(), after: () => note },
        random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
        log: { info: note, warn: note, error: note },
      });
    const passphrase = new Secret("a lantern by the harbour");
    const vault = make();
    await vault.open();
    expect(await vault.move("gnome_libsecret", passphrase)).toMatchObject({
      failure: { code: "passphrase_missing" },
    });
    for (const desktop of DESKTOPS) expect(await storeUnder(desktop)).toBe("kwallet5");
    await vault.reseal({ keychain: true, passphrase });
    expect(await storeUnder({ XDG_CURRENT_DESKTOP: "GNOME" })).toBe("kwallet5");
    expect(await vault.move("gnome_libsecret", new Secret("a lantern by the sea"))).toMatchObject({
      failure: { code: "passphrase_wrong" },
    });
    expect(await vault.move("gnome_libsecret", passphrase)).toMatchObject({ ok: true });
    expect(await storeUnder({ XDG_CURRENT_DESKTOP: "KDE" })).toBe("gnome-libsecret");
    await vault.lock(false);

    // After the restart the next keychain does not answer yet: the passphrase still opens the vault.
    keychain.mood = "missing";
    const early = make();
    expect(await early.open()).toMatchObject({ state: "locked" });
    expect(await early.unlock(passphrase)).toMatchObject({ ok: true });
    expect(early.state).toMatchObject({ sealedBy: { passphrase: true } });
    await early.lock(false);

    keychain.mood = "usable";
    keychain.backend = "gnome_libsecret";
    const there = make();
    expect(await there.open()).toMatchObject({ state: "locked" });
    expect(await there.unlock(passphrase)).toMatchObject({ ok: true });
    expect(there.state).toMatchObject({
      sealedBy: { keychain: { backend: "gnome_libsecret" }, passphrase: true },
    });
    await there.lock(false);
    expect(await make().open()).toMatchObject({ state: "open" });
  });

  test("the app starts with an unreadable envelope", async () => {
    await writeFile(path.join(vaultFolder, "envelope.json"), "{");
    expect(await storeUnder({ XDG_CURRENT_DESKTOP: "sway" })).toBe("gnome-libsecret");
  });
});
