// @ts-check
/** Drives the real app as a user does, with its own profile. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { _electron } from "playwright-core";

const ROOT = path.join(import.meta.dirname, "../..");
const electronPath = /** @type {string} */ (
  /** @type {unknown} */ (createRequire(import.meta.url)("electron"))
);

export const newProfile = () => mkdtempSync(path.join(tmpdir(), "profile-"));
/** A short path, because a socket's path is limited to 107 octets. */
export const newRuntimeFolder = () => mkdtempSync(path.join("/tmp", "tk-run-"));
export const isRoot = process.getuid?.() === 0;
/** @param {string} profile @param {string[]} [more] @param {string} [root] the app's folder */
export const appArguments = (profile, more = [], root = ROOT) => [
  root,
  `--user-data-dir=${profile}`,
  "--disable-gpu",
  ...(isRoot ? ["--no-sandbox"] : []),
  ...more,
];
export { electronPath };

/**
 * @param {{ profile?: string, runtime?: string, args?: string[], env?: Record<string, string>, executable?: string, root?: string }} [options]
 * `executable`: a script that prepares the process and then executes Electron. `root`: a copy of the app.
 */
export async function startApp({
  profile = newProfile(),
  runtime = newRuntimeFolder(),
  args = [],
  env = {},
  executable = electronPath,
  root = ROOT,
} = {}) {
  const app = await _electron.launch({
    executablePath: executable, // set, because Playwright's default switches the keyring off
    chromiumSandbox: !isRoot,
    args: appArguments(profile, args, root),
    env: { .../** @type {Record<string, string>} */ (process.env), XDG_RUNTIME_DIR: runtime, ...env },
  });
  const page = args.includes("--hidden") ? undefined : await app.firstWindow();
  return { app, page: /** @type {import("playwright-core").Page} */ (page), profile, runtime };
}

/** The provider's page that is open now. @param {import("playwright-core").ElectronApplication} app */
export async function providerPage(app) {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const found = app
      .context()
      .pages()
      .find((page) => /^http:\/\/localhost:\d+\/(?:oauth2\/|activate)/.test(page.url()));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `no provider page; open: ${app
      .context()
      .pages()
      .map((page) => page.url().split("?")[0])
      .join(", ")}`,
  );
}

/**
 * Signs in through the real login and consent pages; the window then asks whether to keep it.
 * @param {import("playwright-core").ElectronApplication} app
 * @param {string} login
 * @param {(consent: import("playwright-core").Page) => Promise<void>} [onConsent]
 */
export async function signInAtProvider(app, login, onConsent = async () => undefined) {
  const provider = await providerPage(app);
  await provider.getByRole("button", { name: `Sign in as ${login}` }).click();
  const authorize = provider.getByRole("button", { name: "Authorize" });
  await authorize.waitFor();
  await onConsent(provider);
  await authorize.click();
}

/**
 * From the add-account guide to the list. @param {import("playwright-core").ElectronApplication} app
 * @param {import("playwright-core").Page} page @param {string} login
 * @param {RegExp} [client] the registration's name
 */
export async function addSandboxAccount(app, page, login, client = /^Sandbox/) {
  const start = page.getByRole("button", { name: "Start the sandbox" });
  await start
    .or(page.getByRole("link", { name: "Add account" }))
    .first()
    .waitFor();
  if (String(client) === String(/^Sandbox/) && (await start.isVisible())) await start.click();
  else {
    await page.keyboard.press("Control+n");
    await page.getByRole("radio", { name: client }).check();
    // For an app without a secret the guide suggests the device code flow, and folds the others.
    const others = page.locator("details:not([open]) > summary", { hasText: "Other sign-in methods" });
    if ((await others.count()) > 0) await others.click();
    const byCode = page.getByRole("radio", { name: /^Browser sign-in ?Sign in on/ });
    if ((await byCode.count()) > 0) await byCode.check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Open sign-in window" }).click();
  }
  await signInAtProvider(app, login);
  await page.getByRole("heading", { name: `You signed in as ${login}` }).waitFor();
  await page.getByRole("button", { name: "Save account" }).click();
  await page.getByRole("row", { name: new RegExp(login) }).waitFor();
}

/** Waits for the copied text: the app reports a copy before other programs can read it. @param {RegExp} wanted */
export async function copied(wanted) {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const text = readClipboard();
    if (wanted.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the clipboard holds nothing like ${String(wanted)}`);
}

/** The X11 clipboard as another program reads it; empty when no program offers text. */
export function readClipboard() {
  try {
    return execFileSync("xclip", ["-selection", "clipboard", "-o"], {
      encoding: "utf8",
      timeout: 3_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
