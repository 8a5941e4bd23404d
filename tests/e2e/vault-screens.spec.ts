/** Settings, locks, export, import and starting over: each screen by axe's rules, and by keyboard alone. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findsNothing, findsNothingAsItStands, fits, tabTo } from "./support/accessible.ts";
import { appStarter } from "./support/running-app.ts";
import { showSection } from "./support/settings.ts";
import { addSandboxAccount } from "../support/app.mjs";

const start = appStarter();
test.beforeEach(() => test.setTimeout(180_000));

const PASSPHRASE = "a lantern by the harbour";
const FOR_FILE = "two gulls on a mast";
const ready = (page: Page) => page.getByRole("button", { name: "Start the sandbox" }).waitFor();
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Adds a registration, which an export contains. */
const addRegistration = (page: Page) =>
  page.evaluate(() =>
    window.tokenkeep["clients.save"]({ provider: "twitch", name: "Stage lights", client_id: "stage" }),
  );
async function setPassphrase(page: Page): Promise<void> {
  await showSection(page, "security");
  await page.getByRole("radio", { name: /and passphrase/ }).check();
  await page.getByLabel("New passphrase", { exact: true }).fill(PASSPHRASE);
  await page.getByLabel("Confirm new passphrase").fill(PASSPHRASE);
  await button(page, "Apply").click();
  await page.getByText("Unlock method changed").waitFor();
}
/** Answers the system's file dialogs with a new file, and returns its path. */
async function answerDialogs(app: ElectronApplication): Promise<string> {
  const file = path.join(tmpdir(), `moved-${String(process.hrtime.bigint())}.tokenkeep`);
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, file);
  return file;
}

test("settings and history are accessible in both themes and every state, and fit", async () => {
  const { app, page } = await start();
  await ready(page);
  await showSection(page, "security");
  await page.getByText("Set a passphrase above").waitFor();
  await findsNothing(page, "settings without a passphrase");
  await page.getByRole("radio", { name: /and passphrase/ }).check();
  await page.getByLabel("New passphrase", { exact: true }).fill("a lantern");
  await button(page, "Apply").click();
  await page.getByText("Passphrases don't match").waitFor();
  await findsNothingAsItStands(page, "a passphrase that was typed twice, differently");
  await button(page, "Cancel").click();
  await setPassphrase(page);
  await page.getByRole("checkbox", { name: "Change passphrase" }).check();
  await findsNothingAsItStands(page, "settings with a passphrase, and another one");
  await fits(page, "settings with a passphrase, and another one");
  await showSection(page, "diagnostics");
  await button(page, "Run diagnostics").click();
  await page.getByText(/records?, all readable/).waitFor();
  await findsNothingAsItStands(page, "the doctor's report");
  await fits(page, "the doctor's report");
  await page.getByRole("link", { name: "Accounts" }).first().click();
  await addSandboxAccount(app, page, "mirrelune");
  await page.getByRole("link", { name: "mirrelune" }).click();
  await page.getByRole("heading", { name: "History" }).waitFor();
  await page.getByRole("listitem").filter({ hasText: "Signed in" }).waitFor();
  await findsNothing(page, "history");
  await fits(page, "history");
});

test("export and import are accessible, and say what was exported and imported", async () => {
  const { app, page } = await start();
  await ready(page);
  await setPassphrase(page);
  await showSection(page, "move");
  await button(page, "Export…").click();
  await page.getByText("Nothing to export yet.").waitFor();
  await findsNothingAsItStands(page, "nothing to export");
  await page.keyboard.press("Escape");
  await addRegistration(page);
  const file = await answerDialogs(app);
  await button(page, "Export…").click();
  await page.getByText("Includes 1 app.").waitFor();
  await page.getByLabel("Passphrase for the file", { exact: true }).fill(FOR_FILE);
  await page.getByLabel("Confirm passphrase for the file").fill(FOR_FILE);
  await page.getByLabel("Your vault's passphrase").fill("a lantern by the sea");
  await button(page, "Choose location…").click();
  await page.getByText("Incorrect passphrase.").waitFor();
  await findsNothingAsItStands(page, "export, refused");
  await fits(page, "export, refused");
  await page.getByLabel("Your vault's passphrase").fill(PASSPHRASE);
  await button(page, "Choose location…").click();
  await page.getByText("Exported 1 app.").waitFor();
  await findsNothingAsItStands(page, "exported");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

  await button(page, "Import…").click();
  await page.getByLabel("Passphrase for the file").fill("two gulls on a boat");
  await button(page, "Choose file…").click();
  await page.getByText("Incorrect passphrase for this file.").waitFor();
  await findsNothingAsItStands(page, "import, refused");
  await fits(page, "import, refused");
  await page.getByLabel("Passphrase for the file").fill(FOR_FILE);
  await button(page, "Try this file again").click();
  await page.getByText("Nothing new in this file.").waitFor();
  await findsNothingAsItStands(page, "imported");
  expect(readFileSync(file, "utf8")).not.toContain("Stage lights");
});

test("the lock screen of window and vault is accessible, and beginning a new vault says where the old one is", async () => {
  const { page, profile } = await start();
  await ready(page);
  await setPassphrase(page);
  await page.evaluate(() => window.tokenkeep["vault.lock"]("window"));
  await page.getByText("Tools keep working while this window is locked.").waitFor();
  await findsNothingAsItStands(page, "window locked");
  await page.getByLabel("Passphrase", { exact: true }).fill("a lantern by the sea");
  await button(page, "Unlock").click();
  await page.getByText("Incorrect passphrase.").waitFor();
  await findsNothingAsItStands(page, "a wrong passphrase");
  await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await button(page, "Unlock").click();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.keyboard.press("Control+l");
  await page.getByText("Tools can't get tokens while Tokenkeep is locked.").waitFor();
  await findsNothingAsItStands(page, "vault locked");
  await fits(page, "vault locked");

  await button(page, "Start over…").click();
  const question = page.getByRole("alertdialog");
  await question.getByText("re-enter every client secret").waitFor();
  await question.getByText(`${profile}/vault-set-aside-…`).waitFor();
  await findsNothingAsItStands(page, "the way out");
  await fits(page, "the way out");
  await button(page, "Cancel").click();
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await button(page, "Start over…").click();
  await button(page, "Create new vault").click();
  const notice = page.getByText(/New vault created\. The old one is in \//);
  await notice.waitFor();
  const folder = ((await notice.textContent()) ?? "").split(" is in ")[1] ?? "";
  expect(readFileSync(path.join(folder, "envelope.json"), "utf8")).toContain('"passphrase"');
  await page.getByText("Set a passphrase above").waitFor();
});

test("a vault whose keychain is lost has an accessible screen, and a new vault can be begun there", async () => {
  const { app, page, profile, runtime } = await start();
  await ready(page);
  await setPassphrase(page);
  await app.close();
  const again = await start({ profile, runtime, args: ["--password-store=basic"] });
  await again.page.getByText("Or unlock with your passphrase.").waitFor();
  await findsNothing(again.page, "closed, with a passphrase");
  await fits(again.page, "closed, with a passphrase");
  await button(again.page, "Start over…").click();
  await button(again.page, "Create new vault").click();
  await again.page.getByRole("heading", { name: "Choose a passphrase" }).waitFor();
  await again.page.getByLabel("Passphrase", { exact: true }).fill("short");
  await again.page.getByLabel("Confirm passphrase").fill("short");
  await button(again.page, "Create vault").click();
  await again.page.getByText("Use at least 8 characters.").waitFor();
  await findsNothingAsItStands(again.page, "choose a passphrase, refused");
  await fits(again.page, "choose a passphrase, refused");
});

test("by keyboard alone: set a passphrase, change it, export, lock, unlock", async () => {
  const { app, page } = await start();
  await ready(page);
  await addRegistration(page);
  const file = await answerDialogs(app);
  const { keyboard } = page;
  const go = (name: string) => tabTo(page, button(page, name));
  const fillIn = async (label: string, value: string): Promise<void> => {
    await tabTo(page, page.getByLabel(label, { exact: true }));
    await keyboard.type(value);
  };

  await tabTo(page, page.getByRole("link", { name: "Settings" }).first());
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("link", { name: "Security" }));
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("radio", { name: /^GNOME Keyring(?! and)/ }));
  await keyboard.press("ArrowDown");
  await fillIn("New passphrase", "a lantern");
  await fillIn("Confirm new passphrase", "a lantern");
  await keyboard.press("Enter");
  await page.getByText("Unlock method changed").waitFor();

  await tabTo(page, page.getByRole("checkbox", { name: "Change passphrase" }));
  await keyboard.press("Space");
  await fillIn("Current passphrase", "a lantern");
  await fillIn("New passphrase", PASSPHRASE);
  await fillIn("Confirm new passphrase", PASSPHRASE);
  await go("Apply");
  await keyboard.press("Enter");
  await expect(page.getByLabel("Current passphrase")).toBeHidden();

  await tabTo(page, page.getByRole("searchbox", { name: "Search settings" }));
  await keyboard.type("export");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Back up and move" })).toBeFocused();
  await go("Export…");
  await keyboard.press("Enter");
  await fillIn("Passphrase for the file", FOR_FILE);
  await fillIn("Confirm passphrase for the file", FOR_FILE);
  await fillIn("Your vault's passphrase", PASSPHRASE);
  await keyboard.press("Enter");
  await page.getByText("Exported 1 app.").waitFor();
  expect(readFileSync(file, "utf8")).toContain('"tokenkeep":"export"');
  await keyboard.press("Escape");
  await expect(button(page, "Export…")).toBeFocused();

  await keyboard.press("Control+l");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await expect(page.getByLabel("Passphrase", { exact: true })).toBeFocused();
  await keyboard.type(PASSPHRASE);
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await expect(page.getByRole("main")).toBeFocused();
});
