/**
 * The real keyring, locked, prompting, stopped, frozen and replaced: the app reports it, never waits for it, and makes
 * no new vault.
 */
import { expect, test, type Page } from "@playwright/test";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inspectSecretService } from "../../main/desktop/secret-service.ts";
import { report } from "../campaign/campaign.ts";
import { findsNothingAsItStands } from "./support/accessible.ts";
import { showSection } from "./support/settings.ts";
import { addSandboxAccount, readClipboard, startApp } from "../support/app.mjs";
import { startSession } from "../support/session.mjs";

const FAILURES = {
  locked: "Your keychain is locked.",
  stopped: "Your vault is encrypted with GNOME Keyring, which isn't available in this session.",
  failing: "Your keychain isn't responding.",
  replaced: "This keychain can't decrypt your vault.",
};
const AGAIN = { timeout: 30_000 }; // the app asks the keyring every five seconds

type Session = Awaited<ReturnType<typeof startSession>>;
/** A running app with one sealed account. */
async function sealed(session: Session) {
  const options = { runtime: session.env.XDG_RUNTIME_DIR, env: session.env };
  const { app, page, profile } = await startApp(options);
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await addSandboxAccount(app, page, "mirrelune");
  const envelope = path.join(profile, "vault/envelope.json");
  const before = readFileSync(envelope, "utf8");
  return {
    app,
    page,
    again: () => startApp({ profile, ...options }),
    untouched: () => expect(readFileSync(envelope, "utf8")).toBe(before),
  };
}
const accountShows = (page: Page) => page.getByRole("row", { name: /mirrelune/ }).waitFor(AGAIN);
/** Expects main to answer at once; a call to a silent keychain would block it for 25 seconds, D-Bus' own limit. */
async function answers(page: Page): Promise<void> {
  const tookMs = await page.evaluate(async () => {
    const began = performance.now();
    await window.tokenkeep["state.get"]();
    return performance.now() - began;
  });
  expect(tookMs).toBeLessThan(10_000);
}

test("the app asks the keyring for its state and never makes it prompt", async () => {
  await using session = await startSession();
  const address = session.env.DBUS_SESSION_BUS_ADDRESS;
  expect(await inspectSecretService(undefined)).toBe("absent");
  expect(await inspectSecretService("unix:path=/nowhere")).toBe("failing");
  expect(await inspectSecretService(address)).toBe("unlocked");
  await session.lockKeyring();
  expect(await inspectSecretService(address)).toBe("locked");
  await session.unlockKeyring();
  expect(await inspectSecretService(address)).toBe("unlocked");
  session.freezeKeyring(true);
  expect(await inspectSecretService(address)).toBe("failing");
  session.freezeKeyring(false);
  await session.killKeyring();
  expect(await inspectSecretService(address)).toBe("absent");
});

interface Case {
  readonly what: keyof typeof FAILURES;
  readonly how: string;
  readonly spoil: (session: Session) => Promise<unknown>;
  readonly mend: (session: Session) => Promise<unknown>;
}
let putBack: () => void = () => undefined;
let endDialog: () => void = () => undefined;
const CASES: readonly Case[] = [
  {
    what: "locked",
    how: "locked",
    spoil: (session) => session.lockKeyring(),
    mend: (session) => session.unlockKeyring(),
  },
  {
    what: "locked",
    how: "asked for by a second program",
    async spoil(session) {
      await session.lockKeyring();
      endDialog = await session.askAsAnotherProgram();
    },
    async mend(session) {
      endDialog();
      await session.unlockKeyring();
    },
  },
  {
    what: "stopped",
    how: "killed",
    spoil: (session) => session.killKeyring(),
    mend: (session) => session.startKeyring(),
  },
  {
    what: "failing",
    how: "frozen",
    spoil: (session) => Promise.resolve(session.freezeKeyring(true)),
    mend: (session) => Promise.resolve(session.freezeKeyring(false)),
  },
  {
    what: "replaced",
    how: "replaced by a new one",
    async spoil(session) {
      await session.killKeyring();
      putBack = session.forgetKeyrings();
      await session.startKeyring();
    },
    async mend(session) {
      await session.killKeyring();
      putBack();
      await session.startKeyring();
    },
  },
];

for (const { what, how, spoil, mend } of CASES) {
  test(`while a keyring is ${how} an open vault keeps working; a start reports the keyring, and opens the vault once the keyring is back`, async () => {
    test.setTimeout(120_000);
    await using session = await startSession();
    const { app: first, page: open, again, untouched } = await sealed(session);
    await spoil(session);
    await open.getByRole("button", { name: "More for mirrelune" }).click();
    await open.getByRole("menuitem", { name: "Refresh", exact: true }).click();
    await open.getByText("Token refreshed for mirrelune").waitFor();
    await open.getByRole("button", { name: "Copy token of mirrelune" }).click();
    await open.getByText(/Copied\./).waitFor();
    await expect.poll(readClipboard).toMatch(/^[a-z0-9]{30}$/);
    await answers(open);
    await first.close();

    let { app, page } = await again();
    await page.getByText(FAILURES[what]).first().waitFor(AGAIN);
    await answers(page);
    await page.getByRole("button", { name: "Try again" }).click();
    await answers(page);
    await page.getByText(FAILURES[what]).first().waitFor(AGAIN);
    untouched();
    await mend(session);
    if (what === "replaced") {
      // Chromium keeps the key that it read until it ends.
      await app.close();
      ({ app, page } = await again());
    }
    await accountShows(page); // without a click
    untouched();
    await app.close();
    report({ part: "keyring", case: how, said: what });
  });
}

test("without a keyring the first start offers a passphrase and writes nothing unsealed", async () => {
  await using session = await startSession();
  await session.killKeyring();
  const { app, page, profile } = await startApp({ runtime: session.env.XDG_RUNTIME_DIR, env: session.env });
  await page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
  await app.close();
  expect(() => readFileSync(path.join(profile, "vault/envelope.json"))).toThrow("ENOENT");
});

test("the keychain that answers seals and opens the vault, whatever the name of the desktop", async () => {
  test.setTimeout(120_000);
  await using session = await startSession();
  const under = (desktop: string, profile?: string) =>
    startApp({
      ...(profile !== undefined && { profile }),
      runtime: session.env.XDG_RUNTIME_DIR,
      env: { ...session.env, XDG_CURRENT_DESKTOP: desktop, KDE_SESSION_VERSION: "6" },
    });
  const open = (page: Page) => page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const first = await under("sway");
  await open(first.page);
  await first.app.close();
  const { profile } = first;
  const envelope = path.join(profile, "vault/envelope.json");
  const before = readFileSync(envelope, "utf8");
  expect(JSON.parse(before)).toMatchObject({
    wraps: [{ kind: "keychain", backend: "gnome_libsecret", name: "GNOME Keyring" }],
  });
  for (const desktop of ["KDE", ""]) {
    const { app, page } = await under(desktop, profile);
    await open(page);
    await app.close();
  }
  expect(readFileSync(envelope, "utf8")).toBe(before);

  // A vault that a silent wallet sealed is not opened by another keychain, although GNOME Keyring answers.
  writeFileSync(envelope, before.replace("gnome_libsecret", "kwallet6").replace("GNOME Keyring", "KWallet"));
  const { app, page } = await under("GNOME", profile);
  await page
    .getByText("Your vault is encrypted with KWallet, which isn't available in this session.")
    .waitFor();
  await app.close();
});

test("on KDE without a wallet the first start offers a passphrase, and does not blame the disk", async () => {
  await using session = await startSession();
  await session.killKeyring();
  const { app, page } = await startApp({
    runtime: session.env.XDG_RUNTIME_DIR,
    env: { ...session.env, XDG_CURRENT_DESKTOP: "KDE", KDE_SESSION_VERSION: "6" },
  });
  await page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
  await page.getByText("Tokenkeep found no keychain").waitFor();
  await page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the harbour");
  await page.getByLabel("Confirm passphrase").fill("a lantern by the harbour");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await app.close();
});

test("moving to another keychain restarts the app, and after one passphrase the new keychain opens the vault", async () => {
  test.setTimeout(120_000);
  await using session = await startSession();
  const passphrase = "a lantern by the harbour";
  const start = (profile?: string) =>
    startApp({
      ...(profile !== undefined && { profile }),
      runtime: session.env.XDG_RUNTIME_DIR,
      env: { ...session.env, XDG_CURRENT_DESKTOP: "sway" },
    });
  const ready = (page: Page) => page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const first = await start();
  await ready(first.page);
  await first.page.evaluate(
    (secret) => window.tokenkeep["vault.reseal"]({ keychain: true, passphrase: { new: secret } }),
    passphrase,
  );
  await first.app.close();
  const { profile } = first;
  const envelope = path.join(profile, "vault/envelope.json");
  const sealed = readFileSync(envelope, "utf8");
  writeFileSync(envelope, sealed.replace("gnome_libsecret", "kwallet6").replace("GNOME Keyring", "KWallet"));

  const second = await start(profile);
  await second.page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await second.page.getByRole("button", { name: "Unlock" }).click();
  await ready(second.page);
  await showSection(second.page, "security");
  await second.page.getByRole("heading", { name: "Move to GNOME Keyring" }).waitFor();
  await findsNothingAsItStands(second.page, "another keychain that could open the vault");
  await second.app.evaluate(({ app }) => {
    app.relaunch = () => undefined; // the test starts the app again
  });
  await second.page.getByLabel("Current passphrase").fill(passphrase);
  const closed = second.app.waitForEvent("close");
  await second.page.getByRole("button", { name: "Move and restart" }).click();
  await closed;
  expect(JSON.parse(readFileSync(envelope, "utf8"))).toMatchObject({
    wraps: [{ kind: "passphrase" }],
    movesTo: "gnome_libsecret",
  });

  const third = await start(profile);
  await third.page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await third.page.keyboard.press("Enter");
  await ready(third.page);
  await third.app.close();
  const moved = JSON.parse(readFileSync(envelope, "utf8")) as unknown;
  expect(moved).toMatchObject({ wraps: [{ backend: "gnome_libsecret" }, { kind: "passphrase" }] });
  expect(moved).not.toHaveProperty("movesTo");
});

test("the vault locks with the screen if the setting says so", async () => {
  await using session = await startSession();
  const { app, page } = await startApp({ runtime: session.env.XDG_RUNTIME_DIR, env: session.env });
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const passphrase = "a lantern by the harbour";
  await page.evaluate(async (secret) => {
    const api = window.tokenkeep;
    await api["vault.reseal"]({ keychain: true, passphrase: { new: secret } });
    await api["settings.change"]({
      lockOnScreenLock: true,
      lockWhat: "vault",
      lockAfterIdleMin: 0,
      lockOnSuspend: false,
      pictures: false,
      accountsOrder: { by: "name", down: false },
      streamer: "auto",
      deniedTools: [],
      language: "system",
      browser: "",
      withoutLock: false,
      theme: "system",
      density: "comfortable",
      clearClipboardAfterSec: 30,
    });
  }, passphrase);
  const locked = page.getByRole("heading", { name: "Locked" });
  const lockScreen = async (): Promise<boolean> => {
    await session.screenLock("org.gnome.ScreenSaver", true);
    return locked.isVisible();
  };
  await expect.poll(lockScreen).toBe(true); // the app needs a moment until it listens
  await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await page.keyboard.press("Enter");
  const open = page.getByRole("button", { name: "Start the sandbox" });
  await open.waitFor();
  await session.screenLock("org.gnome.ScreenSaver", false);
  await session.screenLock("org.example.ScreenSaver", true);
  await answers(page);
  await expect(open).toBeVisible();
  await expect.poll(lockScreen).toBe(true);
  await app.close();
});
