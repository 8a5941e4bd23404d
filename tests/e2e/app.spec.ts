/** The real app on a real desktop: window, sign-in window, tray, keyring, second instance. */
import { expect, test, type Locator } from "@playwright/test";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { findsNothing, findsNothingAsItStands, hasKeyboard, tabTo } from "./support/accessible.ts";
import { appStarter } from "./support/running-app.ts";
import {
  addSandboxAccount,
  appArguments,
  electronPath,
  newProfile,
  newRuntimeFolder,
  providerPage,
  readClipboard,
  signInAtProvider,
} from "../support/app.mjs";

const start = appStarter();

test("every screen is accessible in both themes, and violates no content security policy", async () => {
  test.setTimeout(180_000); // two dozen runs of axe
  const { app, page } = await start();
  const problems: string[] = [];
  page.on("console", (message) => {
    // A change of the language redraws the window, and components that go away read a value once more.
    if (message.text().endsWith("/derived_inert")) return;
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.getByRole("heading", { name: /Every tool gets a fresh token/ }).waitFor();
  await findsNothing(page, "empty");
  await page.getByRole("link", { name: "Add Twitch account" }).click();
  await page.getByRole("heading", { level: 1, name: "Add your Twitch account" }).waitFor(); // the screen's code is loaded when it is opened
  await findsNothing(page, "guide: new app");
  await page.evaluate(() => window.tokenkeep["sandbox.start"]());
  await page.getByRole("radio", { name: /^Sandbox/ }).check();
  await findsNothingAsItStands(page, "guide: app");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("radio", { name: /Custom/ }).check();
  await page.getByRole("checkbox").first().check();
  await findsNothingAsItStands(page, "guide: scopes");
  await page.getByRole("button", { name: "Open sign-in window" }).click();
  await providerPage(app);
  await findsNothing(page, "waiting");
  await signInAtProvider(app, "mirrelune", (consent) => findsNothing(consent, "consent"));
  await page.getByRole("button", { name: "Save account" }).waitFor();
  await findsNothing(page, "confirm");
  await page.getByRole("button", { name: "Save account" }).click();
  await page.getByRole("row", { name: /mirrelune/ }).waitFor();
  await findsNothing(page, "accounts");
  await page.getByRole("button", { name: "More for mirrelune" }).click();
  await page.getByRole("menuitem", { name: "Remove…" }).click();
  await page.getByRole("alertdialog").waitFor();
  await findsNothingAsItStands(page, "question");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "mirrelune" }).click();
  await page.getByRole("heading", { name: "Permissions" }).waitFor();
  await findsNothing(page, "account");
  for (const screen of ["Tools", "Apps"]) {
    await page.getByRole("link", { name: screen }).first().click();
    await page.getByRole("heading", { level: 1, name: screen }).waitFor();
    await findsNothing(page, screen);
  }
  expect(problems).toEqual([]);
  expect(
    await page.evaluate(
      () =>
        new Promise<string>((done) => {
          setTimeout(() => {
            try {
              window.eval("1 + 1");
              done("ran");
            } catch (error) {
              done((error as Error).name);
            }
          });
        }),
    ),
  ).toBe("EvalError");
  // Trusted Types: a string is not taken as markup, and no code can create a policy.
  const refused = (what: "markup" | "policy") =>
    page.evaluate((kind) => {
      try {
        if (kind === "markup") document.createElement("div").innerHTML = "<b>1</b>";
        // The types of the DOM lack trustedTypes.
        else
          (
            window as unknown as { trustedTypes: { createPolicy: (name: string, rules: object) => unknown } }
          ).trustedTypes.createPolicy("mine", {});
        return "taken";
      } catch (error) {
        return (error as Error).name;
      }
    }, what);
  expect([await refused("markup"), await refused("policy")]).toEqual(["TypeError", "TypeError"]);
});

test("no screen is wider than a window of 360 pixels", async () => {
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await addSandboxAccount(app, page, "harborlights_tv");
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [hash, title] of [
    ["#/accounts", "Accounts"],
    ["#/add", "Add an account"],
    ["#/clients", "Apps"],
    ["#/tools", "Tools"],
  ] as const) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBeLessThanOrEqual(360);
    await page.screenshot({
      path: path.join(process.env["TOKENKEEP_OUTPUT"] ?? "out/e2e", `narrow${hash.slice(2)}.png`),
      animations: "disabled",
    });
  }
});

test("by keyboard alone: copy a token, find an account, open it", async () => {
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await addSandboxAccount(app, page, "harborlights_tv");
  await addSandboxAccount(app, page, "mirrelune");
  const row = page.locator('[data-row][tabindex="0"]'); // one row is a Tab stop
  await tabTo(page, row);
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("[data-row]").nth(1)).toBeFocused();
  await page.keyboard.press("c");
  await page.getByText(/Copied\./).waitFor();
  expect(readClipboard()).toMatch(/^[a-z0-9]{30}$/);
  await page.keyboard.press("/");
  await page.keyboard.type("harbor");
  await expect(page.locator("[data-row]")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await tabTo(page, row);
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "harborlights_tv" }).waitFor();
});

test("by keyboard alone: a refused form focuses its first wrong field, which says what is wrong", async () => {
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await addSandboxAccount(app, page, "harborlights_tv");
  const { keyboard } = page;
  const open = async (screen: string, opener: string): Promise<void> => {
    await page.evaluate((to) => (location.hash = to), screen);
    await page.getByRole("button", { name: opener, exact: true }).press("Enter");
    await page.getByRole("dialog").waitFor();
  };
  const save = async (name: string): Promise<void> => {
    await tabTo(page, page.getByRole("button", { name, exact: true }));
    await keyboard.press("Enter");
  };
  const leadsTo = async (field: Locator, words: RegExp): Promise<void> => {
    await hasKeyboard(field);
    await expect(field).toHaveAccessibleDescription(words);
    await expect(page.getByRole("alert").filter({ hasText: words })).toBeVisible();
  };

  await open("#/clients", "Add app");
  await save("Save app");
  await leadsTo(page.getByLabel("Client ID"), /Enter the client ID/);
  await keyboard.type("an-id");
  await tabTo(page, page.getByLabel("Name", { exact: true })); // Twitch cannot be asked, so the form asks for the type
  await keyboard.press("Control+a");
  await keyboard.press("Delete");
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await save("Save app");
  await leadsTo(page.getByLabel("Client secret"), /Enter the client secret/);
  await keyboard.type("a secret");
  await keyboard.press("Enter");
  await leadsTo(page.getByLabel("Name", { exact: true }), /Enter a name\.$/);
  await keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard changes" }).click();

  await open("#/tools", "Connect tool");
  await save("Create and copy credentials");
  await leadsTo(page.getByLabel("Tool name"), /Enter a name$/);
  await keyboard.type("Bot");
  await tabTo(page, page.getByRole("radio", { name: "All accounts, including new ones" }));
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await leadsTo(page.getByRole("checkbox", { name: "harborlights_tv" }), /^Select at least one account$/);
});

test("a declined sign-in and a closed sign-in window save nothing, and say so", async () => {
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).click();
  const login = await providerPage(app);
  await login.getByRole("button", { name: "Sign in as lanternbot" }).click();
  await login.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Sign-in was declined (access denied)").waitFor();
  await findsNothing(page, "a sign-in that failed");
  await page.getByRole("button", { name: "Try again" }).click();
  await providerPage(app);
  await app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows())
      if (window.getTitle().startsWith("Sign in")) window.close();
  });
  await page.getByText("You closed the sign-in window").waitFor();
});

test("the provider's page reports a client id that it does not know", async () => {
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const opened = await page.evaluate(async () => {
    const api = window.tokenkeep;
    await api["sandbox.start"]();
    const saved = await api["clients.save"]({ provider: "sandbox", name: "x", client_id: "nobody" });
    if (!saved.ok) return saved.failure.code;
    return (await api["authorization.start"]({ client: saved.value.id, scopes: [] })).ok ? "ok" : "failed";
  });
  expect(opened).toBe("ok");
  await (await providerPage(app)).getByText("No app with this client ID is registered here.").waitFor();
});

test("a call of the wrong shape is refused, and the failure names the member", async () => {
  const { page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const answer = await page.evaluate(() => window.tokenkeep["signIns.copy"]({ id: "../..", form: "token" }));
  expect(answer).toEqual({ ok: false, failure: { code: "bad_request", field: "id" } });
});

test("Chromium's sandbox is on for an ordinary user", async () => {
  test.skip(process.getuid?.() === 0, "root cannot have it");
  const { app, page } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const pid = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  expect(readFileSync(`/proc/${String(pid)}/status`, "utf8")).toMatch(/Seccomp:\s*2/);
});

test("without a keychain the app asks for a passphrase, which unlocks the vault after a lock and a restart", async () => {
  const { app, page, profile, runtime } = await start({ args: ["--password-store=basic"] });
  await page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
  await findsNothing(page, "choose a passphrase");
  await page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the harbour");
  await page.getByLabel("Confirm passphrase").fill("a lantern by the sea");
  await page.getByRole("button", { name: "Create vault" }).click();
  await page.getByText("Passphrases don't match").waitFor();
  await page.getByLabel("Confirm passphrase").fill("a lantern by the harbour");
  await page.getByRole("button", { name: "Create vault" }).click();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await page.keyboard.press("Control+l");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await findsNothingAsItStands(page, "locked");
  await app.close();
  const again = await start({ profile, runtime, args: ["--password-store=basic"] });
  await again.page.getByLabel("Passphrase", { exact: true }).fill("something else");
  await again.page.getByRole("button", { name: "Unlock" }).click();
  await again.page.getByText("Incorrect passphrase.").waitFor();
  await again.page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the harbour");
  await again.page.getByRole("button", { name: "Unlock" }).click();
  await again.page.getByRole("button", { name: "Start the sandbox" }).waitFor();
});

test("a vault that a keyring sealed is left untouched by a start without that keyring, which reports it", async () => {
  const { app, page, profile, runtime } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  await app.close();
  const envelope = path.join(profile, "vault/envelope.json");
  const before = readFileSync(envelope, "utf8");
  const again = await start({ profile, runtime, args: ["--password-store=basic"] });
  await again.page.getByText(/Your vault is encrypted with GNOME Keyring/).waitFor();
  await findsNothing(again.page, "closed");
  expect(readFileSync(envelope, "utf8")).toBe(before);
});

test("a second instance brings the first one's window to the front and ends", async () => {
  const { app, page, profile, runtime } = await start();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await close();
  await page.getByRole("alertdialog", { name: "Tokenkeep keeps running" }).waitFor();
  await close(); // the answer to the question of the first close
  const shown = app.waitForEvent("window");
  const code = await new Promise((resolve) => {
    spawn(electronPath, appArguments(profile), { env: { ...process.env, XDG_RUNTIME_DIR: runtime } }).on(
      "exit",
      resolve,
    );
  });
  expect(code).toBe(0);
  await (await shown).getByRole("button", { name: "Start the sandbox" }).waitFor();
});

test("a first instance that hangs is neither ended nor joined by a second, and shows its window once it goes on", async () => {
  test.setTimeout(120_000);
  const profile = newProfile();
  const runtime = newRuntimeFolder();
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const first = spawn(electronPath, appArguments(profile, ["--hidden"]), { env });
  const gone = new Promise((resolve) => first.once("exit", resolve));
  // The vault is open and the socket announced: from here on this instance refreshes.
  const announced = () =>
    [path.join(profile, "vault/envelope.json"), path.join(runtime, "tokenkeep/endpoint.json")].every(
      existsSync,
    );
  await expect.poll(announced, { timeout: 20_000 }).toBe(true);
  first.kill("SIGSTOP");
  const second = spawn(electronPath, appArguments(profile), { env });
  const ended = new Promise((resolve) => second.once("exit", resolve));
  const windows = () => execFileSync("xwininfo", ["-root", "-tree"], { encoding: "utf8" });
  await expect.poll(windows, { timeout: 40_000 }).toContain('"Tokenkeep"'); // the second start's message that the first instance does not respond
  second.kill("SIGTERM");
  expect(await ended).toBe(1);
  await expect.poll(windows).not.toContain('"Tokenkeep"');
  expect([first.exitCode, first.signalCode]).toEqual([null, null]);
  first.kill("SIGCONT");
  await expect.poll(windows, { timeout: 40_000 }).toContain('"Tokenkeep"'); // the window of the first instance
  first.kill("SIGTERM");
  await gone;
});
