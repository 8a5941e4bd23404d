// @ts-check
/** The main job in eleven steps, each of which can fail. tooling/demo.mjs starts it on a desktop of its own. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import {
  addSandboxAccount,
  copied,
  newProfile,
  newRuntimeFolder,
  providerPage,
  signInAtProvider,
  startApp,
} from "../support/app.mjs";
import { connectTool, parseConnection } from "../support/socket-client.mjs";
import { startTrayWatcher } from "../support/tray-watcher.mjs";

const json = process.argv.includes("--json");
const output = process.env["TOKENKEEP_OUTPUT"] ?? "out/demo";
mkdirSync(output, { recursive: true });
const [FIRST, SECOND] = ["harborlights_tv", "mirrelune"];

/** @type {{ name: string, ok: boolean, ms: number, detail: string }[]} */
const steps = [];
/** @type {string[]} */
const screenshots = [];
let ok = true;

/** @param {string} name @param {() => Promise<string>} run */
async function step(name, run) {
  if (!ok) return; // each step needs the one before
  const startedAt = performance.now();
  /** @type {string} */
  let detail;
  try {
    detail = await run();
  } catch (error) {
    ok = false;
    detail = String(error instanceof Error ? error.message : error)
      .split("\n")
      .slice(0, 6)
      .join(" | ");
  }
  const ms = Math.round(performance.now() - startedAt);
  steps.push({ name, ok, ms, detail });
  console.error(`${ok ? "✓" : "✗"} ${name.padEnd(14)} ${String(ms).padStart(6)} ms  ${detail}`);
}

/** @param {import("playwright-core").Page} page @param {string} name */
async function shoot(page, name) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    const file = `${name}.${colorScheme}.png`;
    await page.screenshot({ path: path.join(output, file), animations: "disabled" });
    screenshots.push(`out/demo/${file}`);
  }
  await page.emulateMedia({ colorScheme: null });
}

const profile = newProfile();
const runtime = newRuntimeFolder();
const watcher = await startTrayWatcher();
const nextTray = watcher.nextItem();
let { app, page } = await startApp({ profile, runtime });
let tray = await nextTray;
const electron = await app.evaluate(() => process.versions.electron);
const keychain = await app.evaluate(({ safeStorage }) => safeStorage.getSelectedStorageBackend());
let origin = "";
let token = "";

await step("sandbox-up", async () => {
  await page.getByRole("heading", { name: /Every tool gets a fresh token/ }).waitFor();
  await shoot(page, "empty");
  await page.getByRole("button", { name: "Start the sandbox" }).click();
  const provider = await providerPage(app);
  origin = new URL(provider.url()).origin;
  const discovery = await fetch(`${origin}/oauth2/.well-known/openid-configuration`);
  assert.equal(discovery.status, 200);
  return origin;
});
await step("sign-in-first", async () => {
  await signInAtProvider(app, FIRST, (consent) => shoot(consent, "consent"));
  await page.getByRole("heading", { name: `You signed in as ${FIRST}` }).waitFor();
  await shoot(page, "confirm");
  await page.getByRole("button", { name: "Save account" }).click();
  await page.getByRole("row", { name: new RegExp(FIRST) }).waitFor();
  return `${FIRST} through login and consent in a BrowserWindow`;
});
await step("sign-in-second", async () => {
  await addSandboxAccount(app, page, SECOND);
  assert.equal(await page.locator("[data-row]").count(), 2);
  return `${SECOND} through the guide`;
});
await step("vault-sealed", async () => {
  const vault = path.join(profile, "vault");
  const envelope = readFileSync(path.join(vault, "envelope.json"), "utf8");
  assert.match(envelope, /"backend": "gnome_libsecret"/);
  const records = readdirSync(path.join(vault, "records")).filter((name) => name.endsWith(".json"));
  for (const name of records)
    assert.doesNotMatch(
      readFileSync(path.join(vault, "records", name), "utf8"),
      /access_token|harborlights|mirrelune/,
    );
  return `${String(records.length)} sealed records, key wrapped by ${keychain}`;
});
await step("validate", async () => {
  await page.getByRole("button", { name: "Check all accounts" }).click();
  await page.getByText("2 accounts checked").waitFor();
  await page
    .getByText(/Checked just now/)
    .first()
    .waitFor();
  await shoot(page, "accounts");
  return "both validated, and shown so";
});
await step("refresh", async () => {
  await page.getByRole("link", { name: FIRST }).click();
  await page.getByRole("heading", { name: FIRST }).waitFor();
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText(`Token refreshed for ${FIRST}`).waitFor();
  await shoot(page, "account");
  return "a new token, on disk before it counted";
});
await step("tray-copy", async () => {
  const { entries } = await tray.click(`Copy token of ${FIRST}`);
  token = await copied(/^[a-z0-9]{30}$/);
  return `${String(entries.length)} entries over D-Bus; read back by another program`;
});
await step("socket-token", async () => {
  await page.getByRole("link", { name: "Tools" }).first().click();
  await page.getByRole("button", { name: "Connect tool" }).click();
  await page.getByLabel("Tool name").fill("Demo overlay");
  await page.getByRole("button", { name: "Create and copy credentials" }).click();
  await page.getByText("Paste them into the settings of Demo overlay.").waitFor();
  await shoot(page, "tools");
  const tool = await connectTool(parseConnection(await copied(/TOKENKEEP_KEY=/)));
  const { accounts } = await tool.ask("accounts.list");
  assert.equal(accounts.length, 2);
  const given = await tool.ask("token.get", { account: FIRST, scopes: ["user:read:chat"] });
  tool.close();
  assert.equal(given.access_token, token);
  return `${given.login}, ${String(given.scopes.length)} scopes`;
});
await step("api-call", async () => {
  const answer = await fetch(`${origin}/helix/users`, {
    headers: { authorization: `Bearer ${token}`, "client-id": "tokenkeep-sandbox" },
  });
  const body = /** @type {{ data: { login: string }[] }} */ (await answer.json());
  assert.equal(answer.status, 200);
  assert.equal(body.data[0]?.login, FIRST);
  return `GET /helix/users says ${FIRST}`;
});
await step("restart", async () => {
  await app.close();
  const again = watcher.nextItem();
  ({ app, page } = await startApp({ profile, runtime }));
  tray = await again;
  for (const login of [FIRST, SECOND]) await page.getByRole("row", { name: new RegExp(login) }).waitFor();
  await page
    .getByText(/Checked just now/)
    .nth(1)
    .waitFor();
  return "both accounts are back, and validated at start";
});
await step("revoke", async () => {
  await page.getByRole("button", { name: `More for ${SECOND}` }).click();
  await page.getByRole("menuitem", { name: "Revoke…" }).click();
  await page.getByRole("button", { name: "Revoke token" }).click();
  await page.getByText(`Token revoked for ${SECOND}`).waitFor();
  await page.getByRole("row", { name: new RegExp(`${SECOND}.*Revoked`) }).waitFor();
  await shoot(page, "revoked");
  return `${SECOND} is revoked at the provider, and says so`;
});

if (!ok) await page.screenshot({ path: path.join(output, "failed.png") }).catch(() => undefined);
await app.close();
watcher.close();
if (json) console.log(JSON.stringify({ ok, electron, keychain, steps, screenshots }, undefined, 2));
process.exit(ok ? 0 : 1);
