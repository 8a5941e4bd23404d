/** Last of all, since nothing here can unlock it again: the session's real keyring is locked. */
import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { inspectSecretService } from "../../main/vault/secret-service.ts";
import { startApp } from "../support/app.mjs";
import { lockKeyring } from "../support/keyring.mjs";

const bus = () => process.env["DBUS_SESSION_BUS_ADDRESS"];

test("a locked keyring is asked about, not waited for; the vault stays as it is", async () => {
  expect(await inspectSecretService(undefined)).toBe("absent");
  expect(await inspectSecretService("unix:path=/nowhere")).toBe("failing");
  expect(await inspectSecretService(bus())).toBe("unlocked");
  const first = await startApp();
  await first.page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await first.app.close();
  const envelope = path.join(first.profile, "vault/envelope.json");
  const before = readFileSync(envelope, "utf8");

  await lockKeyring();
  expect(await inspectSecretService(bus())).toBe("locked");
  const { app, page } = await startApp({ profile: first.profile, runtime: first.runtime });
  await page.getByText("The keychain of your computer is locked.").waitFor();
  await page.getByRole("button", { name: "Try again" }).click(); // the window answers all the while
  await page.getByText("Unlock it, then choose “Try again”.").first().waitFor();
  expect(readFileSync(envelope, "utf8")).toBe(before);
  await app.close();
});
