/** One refresher per profile, as the provider counts: instances start together, hang, or are killed. */
import { expect, test, type Page } from "@playwright/test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { report } from "../campaign/campaign.ts";
import { addSandboxAccount, appArguments, electronPath, startApp } from "../support/app.mjs";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";

const firstSignIn = (page: Page) =>
  page.evaluate(async () => {
    const state = await window.tokenkeep["state.get"]();
    return state.ok ? (JSON.parse(state.value) as Snapshot).signIns[0] : undefined;
  });

/** Starts an app with one account, whose refresh token works once. */
async function withOneTimeAccount(proxy: FaultProxy) {
  const running = await startApp({ args: proxy.switches });
  const { app, page } = running;
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await page.evaluate(async () => {
    await window.tokenkeep["sandbox.start"]();
    const client = { provider: "sandbox", name: "Rotating", client_id: "sandbox-rotating" };
    await window.tokenkeep["clients.save"](client);
  });
  await addSandboxAccount(app, page, "mirrelune", /^Rotating/);
  // After the first rotation the record says that the refresh token works once.
  const { id = "" } = (await firstSignIn(page)) ?? {};
  await page.evaluate((signIn) => window.tokenkeep["signIns.refresh"](signIn), id);
  expect(proxy.refreshes).toBe(1);
  return running;
}

test("of several instances that start together one stays, and a due token is refreshed once", async () => {
  test.setTimeout(120_000);
  await using proxy = await startFaultProxy();
  const { app, profile, runtime } = await withOneTimeAccount(proxy);
  await app.close();
  // The provider forgets the access token, so that a validation leads to a refresh.
  const kept = path.join(profile, "sandbox/state.json");
  writeFileSync(kept, JSON.stringify({ ...JSON.parse(readFileSync(kept, "utf8")), access: [] }));

  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const started = Array.from({ length: 4 }, () =>
    spawn(electronPath, appArguments(profile, ["--hidden", ...proxy.switches]), { env, stdio: "ignore" }),
  );
  const alive = () => started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await expect.poll(() => alive().length, { timeout: 60_000 }).toBe(1);
  await expect.poll(() => proxy.refreshes, { timeout: 20_000 }).toBe(2);
  const [left] = alive();
  expect(started.filter((one) => one !== left).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  const announced = () => existsSync(path.join(runtime, "tokenkeep/endpoint.json"));
  await expect.poll(announced).toBe(true);
  left?.kill("SIGTERM"); // as at the end of a session: the app finishes its work and tidies up
  if (left !== undefined) await once(left, "exit");
  expect(announced()).toBe(false);
  const figures = { refreshes: proxy.refreshes - 1, "spent tokens sent again": proxy.spentAgain };
  report({ part: "one refresher", case: "four at once", ...figures });
  expect(figures).toEqual({ refreshes: 1, "spent tokens sent again": 0 });
});

test("an instance that hangs during a refresh is not ended, and keeps the answer once it goes on", async () => {
  test.setTimeout(120_000);
  await using proxy = await startFaultProxy();
  const { app, page, profile, runtime } = await withOneTimeAccount(proxy);
  const { id = "", expiresAtMs: before = 0 } = (await firstSignIn(page)) ?? {};
  const first = app.process();
  proxy.fault("hold");
  const acted = proxy.acted();
  await page.evaluate((signIn) => void window.tokenkeep["signIns.refresh"](signIn), id);
  await acted; // the provider has replaced the token; the answer is on its way
  first.kill("SIGSTOP");

  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const second = spawn(electronPath, appArguments(profile, ["--hidden", ...proxy.switches]), {
    env,
    stdio: "ignore",
  });
  const [code] = (await once(second, "exit")) as [number];
  expect(code).toBe(1);
  expect([first.exitCode, first.signalCode]).toEqual([null, null]);
  first.kill("SIGCONT");
  proxy.release();
  await expect.poll(async () => (await firstSignIn(page))?.expiresAtMs ?? 0).toBeGreaterThan(before);
  await expect.poll(async () => (await firstSignIn(page))?.status).toBe("signed_in");
  await app.close();
  const figures = { refreshes: proxy.refreshes - 1, "spent tokens sent again": proxy.spentAgain };
  report({ part: "one refresher", case: "the first hangs", ...figures });
  expect(figures).toEqual({ refreshes: 1, "spent tokens sent again": 0 });
});

test("after an instance was killed during a refresh, the next one does not send the token again", async () => {
  test.setTimeout(120_000);
  await using proxy = await startFaultProxy();
  const { app, page, profile, runtime } = await withOneTimeAccount(proxy);
  const { id = "" } = (await firstSignIn(page)) ?? {};
  const first = app.process();
  const gone = once(first, "exit");
  proxy.fault("hold");
  const acted = proxy.acted();
  await page.evaluate((signIn) => void window.tokenkeep["signIns.refresh"](signIn), id);
  await acted; // the provider has replaced the token; the answer is on its way
  first.kill("SIGKILL");
  await gone;

  const { app: second, page: shown } = await startApp({ profile, runtime, args: proxy.switches });
  await shown.getByRole("row", { name: /mirrelune/ }).waitFor({ timeout: 40_000 });
  proxy.release();
  await expect
    .poll(async () => (await firstSignIn(shown))?.status)
    .toMatch(/^(?:refresh_ambiguous|needs_sign_in)$/);
  await shown.getByRole("link", { name: "mirrelune" }).click();
  await shown.getByRole("link", { name: "Change permissions…" }).waitFor();
  await second.close();
  const figures = { refreshes: proxy.refreshes - 1, "spent tokens sent again": proxy.spentAgain };
  report({ part: "one refresher", case: "the first is killed", ...figures });
  expect(figures).toEqual({ refreshes: 1, "spent tokens sent again": 0 });
});
