/** What the app refuses to pages of others, even at the address of its own page. */
import { expect, test } from "@playwright/test";
import path from "node:path";
import { providerPage, startApp } from "../support/app.mjs";

test("the provider's page has no bridge, no permission and no second window", async () => {
  const { app, page } = await startApp();
  await page.getByRole("button", { name: "Start the sandbox" }).click();
  const provider = await providerPage(app);
  await provider.getByRole("button", { name: "Sign in as mirrelune" }).waitFor();
  const windows = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  const before = await windows();
  const found = await provider.evaluate(async () => {
    const state = async (name: string) =>
      (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      globals: ["tokenkeep", "require", "process", "module"].filter((name) => name in window),
      opened: window.open("about:blank") !== null,
      notifications: await Notification.requestPermission(),
      asked: await Promise.all(["geolocation", "camera", "microphone", "clipboard-read"].map(state)),
    };
  });
  expect(found).toEqual({
    globals: [],
    opened: false,
    notifications: "denied",
    asked: ["denied", "denied", "denied", "denied"],
  });
  expect(await windows()).toBe(before);
  await app.close();
});

test("main answers calls only from the top frame of its own window", async () => {
  const { app, page } = await startApp();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const stranger = app.waitForEvent("window");
  await app.evaluate(async ({ BrowserWindow }, preload) => {
    const window = new BrowserWindow({ webPreferences: { preload, sandbox: true } });
    await window.loadURL("tokenkeep-window://app/index.html"); // even on the app's own origin
  }, path.resolve("out/preload/index.cjs"));
  const ask = () => window.tokenkeep["state.get"]();
  expect(await (await stranger).evaluate(ask)).toEqual({ ok: false, failure: { code: "sender_rejected" } });
  expect(await page.evaluate(ask)).toMatchObject({ ok: true });
  await app.close();
});
