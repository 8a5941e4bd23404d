/** Secrets that the test knows, and every place where they must not be found: the real app, keyring, sandbox. */
import { expect, test, type ElectronApplication, type Page } from "@playwright/test";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { OWN_CLIENT } from "../../sandbox/seeds.ts";
import { addSandboxAccount, copied, electronPath, newProfile, startApp } from "../support/app.mjs";
import {
  createSearch,
  family,
  formsOf,
  heapOf,
  searchFiles,
  searchProcesses,
  type Secrets,
  type Shown,
} from "../support/leaks.ts";
import { showSection } from "./support/settings.ts";
import { startRecordingProxy, type RecordingProxy } from "./support/recording-proxy.ts";
import { connectTool, parseConnection } from "../support/socket-client.mjs";

/** Made at run time, because a constant would be in the compiled test. */
const canary = (words: string) => `${words}${randomBytes(12).toString("hex")}`;

/** Types key by key, as a user does: a value set at once would itself leave a copy in the window. */
async function type(page: Page, label: string, value: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.focus();
  await field.press("ControlOrMeta+a");
  await page.keyboard.type(value);
}

const open = (page: Page, screen: string) => page.getByRole("link", { name: screen }).first().click();

/** Which of the app's processes are like that, by what they are. */
const named = (root: number, wanted: (shown: Shown) => boolean) =>
  family(root)
    .filter(wanted)
    .map(
      ({ commandLine, coreLimits }) =>
        `${/--type=\S+?(?=\0)/.exec(commandLine)?.[0] ?? "main"} ${coreLimits}`,
    );

interface Driven {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
  readonly proxy: RecordingProxy;
  readonly clientSecret: string;
  /** Secrets that the test made or read itself. `proxy.secrets` has those that went over the network. */
  readonly own: Map<string | Buffer, string>;
}
const secretsOf = ({ proxy, own }: Driven): Secrets => new Map([...proxy.secrets, ...own]);

/** Reports every finding and goes on. */
async function findsNothing(driven: Driven, when: string): Promise<void> {
  const { app, page } = driven;
  const search = createSearch(secretsOf(driven));
  expect.soft(search(await heapOf(app, page), "heap"), when).toEqual([]);
  expect.soft(search(Buffer.from(await page.content()), "page"), when).toEqual([]);
}

async function signInAndUse({ app, page, own }: Driven): Promise<void> {
  await addSandboxAccount(app, page, "harborlights_tv");
  await addSandboxAccount(app, page, "mirrelune");
  await choose(page, "Check");
  await page.getByText("Token for mirrelune is valid").waitFor();
  await choose(page, "Refresh");
  await page.getByText("Token refreshed for mirrelune").waitFor();
  await page.getByRole("button", { name: "Copy token of mirrelune" }).click();
  await page.getByText(/Copied\./).waitFor();
  own.set(await copied(/^[a-z0-9]{30}$/), "copied token");

  await open(page, "Tools");
  await page.getByRole("button", { name: "Connect tool" }).click();
  await page.getByLabel("Tool name").fill("overlay");
  await page.getByRole("button", { name: "Create and copy credentials" }).click();
  await page.getByRole("dialog", { name: "overlay is connected" }).waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  const connection = parseConnection(await copied(/TOKENKEEP_KEY=/));
  own.set(connection.key, "tool key").set(Buffer.from(connection.key, "base64url"), "tool key");
  const tool = await connectTool(connection);
  const { access_token } = (await tool.ask("token.get", { account: "mirrelune" })) as {
    access_token: string;
  };
  tool.close();
  own.set(access_token, "token handed out");
}

async function choose(page: Page, item: string): Promise<void> {
  await open(page, "Accounts");
  await page.getByRole("button", { name: "More for mirrelune" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

/** Adds two registrations whose secret is typed: one to be exported, one to be sent. */
async function registerClients({ page, clientSecret, own }: Driven): Promise<void> {
  own.set(clientSecret, "client secret");
  await open(page, "Apps");
  await page.getByRole("button", { name: "Add app" }).click();
  await page.getByLabel("Client ID").fill("stage-lights");
  await page.getByLabel("Name", { exact: true }).fill("Stage lights"); // the field before is left, so the ID is checked
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await type(page, "Client secret", clientSecret);
  await page.getByRole("button", { name: "Save app" }).click();
  await page.getByText("Stage lights saved").waitFor();

  await page.evaluate(
    (client_id) => window.tokenkeep["clients.save"]({ provider: "sandbox", name: "Foghorn", client_id }),
    OWN_CLIENT.client_id,
  );
  await page.getByRole("button", { name: "Edit Foghorn" }).click();
  await page.getByRole("radio", { name: /^Confidential/ }).check();
  await type(page, "Client secret", clientSecret);
  await page.getByRole("button", { name: "Save app" }).click();
  await page.getByText("Foghorn saved").waitFor();
}

/** The provider's error repeats the secrets of the request, and the app shows none of them. */
async function failWithEchoes({ page, proxy }: Driven): Promise<void> {
  proxy.echo(403);
  await page.getByRole("button", { name: "Get app token for Foghorn" }).click();
  await page
    .getByText(/client secret/i)
    .last()
    .waitFor();
  await expect.poll(() => proxy.echoed).toBe(1);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Save account" }).click();
  await page.getByText("Foghorn added").waitFor();
  proxy.echo(500);
  await choose(page, "Refresh");
  await page
    .getByText(/server problem \(500\)/)
    .first()
    .waitFor();
  expect(proxy.echoed).toBe(2);
  await page.getByRole("link", { name: "mirrelune" }).click();
  await page.getByRole("heading", { name: "Permissions" }).waitFor();
}

async function lockAndUnlock({ app, page, own }: Driven): Promise<string> {
  const [passphrase, wrong] = [canary("a lantern by the harbour "), canary("a lantern by the sea ")];
  own.set(passphrase, "passphrase").set(wrong, "wrong passphrase");
  await open(page, "Settings");
  await showSection(page, "security");
  await page.getByRole("radio", { name: /and passphrase/ }).check();
  await type(page, "New passphrase", passphrase);
  await type(page, "Confirm new passphrase", passphrase);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("Unlock method changed").waitFor();
  await page.keyboard.press("Control+l");
  await page.getByRole("heading", { name: "Locked" }).waitFor();
  await type(page, "Passphrase", wrong);
  const typed = createSearch(new Map([[wrong, "typed"]]))(await heapOf(app, page), "heap");
  expect(typed, "while it stands in the field").toContain("heap: typed, in the clear");
  await page.keyboard.press("Enter");
  await page.getByText("Incorrect passphrase.").waitFor();
  await type(page, "Passphrase", passphrase);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Settings" }).first().waitFor();
  return passphrase;
}

async function exportAndReport({ app, page, own }: Driven, passphrase: string): Promise<void> {
  const forFile = canary("two gulls on a mast ");
  own.set(forFile, "passphrase of the export");
  const file = path.join(tmpdir(), "moved.tokenkeep");
  // The test answers in place of the system's dialog.
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await open(page, "Settings");
  await showSection(page, "move");
  await page.getByRole("button", { name: "Export…" }).click();
  await type(page, "Passphrase for the file", forFile);
  await type(page, "Confirm passphrase for the file", forFile);
  await type(page, "Your vault's passphrase", passphrase);
  await page.getByRole("button", { name: "Choose location…" }).click();
  await page.getByText("Exported 1 app.").waitFor();
  await page.getByRole("button", { name: "Close" }).last().click();
  expect(readFileSync(file, "utf8")).toContain('"sealed"');
  await showSection(page, "diagnostics");
  await page.getByRole("button", { name: "Copy report" }).click();
  await page.getByText("Report copied").waitFor();
}

/** Throws an error that holds secrets, where no code catches it. */
async function throwInMain({ app, profile, clientSecret, own }: Driven): Promise<void> {
  const token = [...own].find(([, what]) => what === "token handed out")?.[0] as string;
  await app.evaluate((_electron, text) => {
    setTimeout(() => {
      void Promise.reject(new Error(`rejected with ${text}`));
      throw new Error(`thrown with ${text}`);
    }, 0);
  }, `${token} and ${clientSecret}`);
  const log = () => readFileSync(path.join(profile, "logs/tokenkeep.log"), "utf8");
  await expect.poll(log).toContain("thrown with [redacted]");
  await expect.poll(log).toContain("rejected with [redacted]");
}

test("no secret is readable in the window, profile, logs, command lines, environments or temporary files", async () => {
  test.setTimeout(180_000);
  const clientSecret = canary("foghorn");
  await using proxy = await startRecordingProxy({ ours: clientSecret, theirs: OWN_CLIENT.client_secret });
  const { app, page, profile, runtime } = await startApp({ args: proxy.switches });
  const driven: Driven = { app, page, profile, proxy, clientSecret, own: new Map() };
  let output = "";
  for (const stream of [app.process().stdout, app.process().stderr])
    stream?.on("data", (chunk) => (output += String(chunk)));
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  const envelope = JSON.parse(readFileSync(path.join(profile, "vault/envelope.json"), "utf8")) as {
    wraps: [{ sealed: string }];
  };
  const key = await app.evaluate(
    ({ safeStorage }, sealed) => safeStorage.decryptString(Buffer.from(sealed, "base64")),
    envelope.wraps[0].sealed,
  );
  driven.own.set(key, "vault key").set(Buffer.from(key, "base64"), "vault key");

  await signInAndUse(driven);
  await findsNothing(driven, "signed in, copied, handed out");
  await registerClients(driven);
  await findsNothing(driven, "client secrets were typed and sent");
  await failWithEchoes(driven);
  await findsNothing(driven, "the provider repeated what it was sent");
  const passphrase = await lockAndUnlock(driven);
  await findsNothing(driven, "passphrases were typed and sent");
  await exportAndReport(driven, passphrase);
  const report = await copied(/Vault: open/);
  await findsNothing(driven, "exported and reported");
  await throwInMain(driven);

  const secrets = secretsOf(driven);
  const kinds = new Set(proxy.secrets.values());
  for (const kind of ["access_token", "refresh_token", "code", "code_verifier", "client_secret"])
    expect(kinds, "it passed the proxy").toContain(kind);
  expect.soft(createSearch(secrets)(Buffer.from(report), "report")).toEqual([]);
  expect(report).toContain("Vault: open");
  expect.soft(searchProcesses(secrets)).toEqual([]);
  const pids = family(app.process().pid ?? 0);
  expect(pids.some(({ commandLine }) => commandLine.includes("node.mojom.NodeService"))).toBe(true); // the sandbox
  expect(named(app.process().pid ?? 0, ({ environment }) => environment === undefined)).toEqual([]);
  const folders = [tmpdir(), runtime, process.env["XDG_RUNTIME_DIR"] ?? runtime, homedir()];
  expect.soft(searchFiles(secrets, folders).found, "while it runs").toEqual([]);
  await app.close();
  const { files, found } = searchFiles(secrets, folders);
  expect.soft(found, "after its end").toEqual([]);
  expect(files).toBeGreaterThan(40);
  expect.soft(createSearch(secrets)(Buffer.from(output), "output")).toEqual([]);
});

test("the search for secrets finds a planted one in every form and place", async () => {
  const planted = canary("this one is meant to be found %/+= ");
  const secrets: Secrets = new Map([[planted, "planted"]]);
  const search = createSearch(secrets);
  for (const [form, bytes] of formsOf(planted))
    expect(search(Buffer.concat([Buffer.from("x"), bytes, Buffer.from("y")]), "text").join(), form).toContain(form); // prettier-ignore
  for (const before of ["", "a", "ab"])
    expect(search(Buffer.from(Buffer.from(`${before}${planted}b`).toString("base64")), "text")).toContain("text: planted, base64"); // prettier-ignore

  const folder = mkdtempSync(path.join(tmpdir(), "planted-"));
  writeFileSync(path.join(folder, "deep"), encodeURIComponent(planted));
  expect(searchFiles(secrets, [folder]).found).toEqual([`${folder}/deep: planted, percent-encoded`]);
  writeFileSync(path.join(folder, "deep"), "");

  const child = spawn("sh", ["-c", "read line", "sh", planted], { env: { PLANTED: planted } });
  await new Promise((resolve) => child.once("spawn", resolve));
  const pid = String(child.pid);
  await expect
    .poll(() => searchProcesses(secrets))
    .toEqual([
      `command line of ${pid}: planted, in the clear`,
      `environment of ${pid}: planted, in the clear`,
    ]);
  child.stdin.end();

  const { app, page } = await startApp();
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
  expect(search(await heapOf(app, page), "heap")).toEqual([]);
  await page.evaluate((text) => Object.assign(window, { kept: { deep: [`oauth:${text}`] } }), planted);
  expect(search(await heapOf(app, page), "heap").join()).toContain("heap: planted, in the clear");
  await app.close();
});

test.describe("a crash leaves nothing of our memory on disk", () => {
  /** A session that allows core dumps, as some distributions do. */
  async function startWithCores() {
    const folder = mkdtempSync(path.join(tmpdir(), "cores-"));
    const wrapper = path.join(folder, "electron");
    writeFileSync(wrapper, `#!/bin/sh\ncd "${folder}"\nulimit -c unlimited\nexec "${electronPath}" "$@"\n`);
    chmodSync(wrapper, 0o755);
    const profile = newProfile();
    const started = await startApp({ profile, executable: wrapper });
    await started.page.getByRole("button", { name: "Start the sandbox" }).waitFor();
    const dumps = () =>
      [...readdirSync(folder), ...readdirSync(profile, { recursive: true, encoding: "utf8" })].filter(
        (name) => /\.dmp$|^core/i.test(name),
      );
    return { ...started, dumps };
  }

  test("no process can write a core dump, and no crash reporter runs", async () => {
    const { app, page, dumps } = await startWithCores();
    await addSandboxAccount(app, page, "mirrelune"); // starts two more processes: the sandbox and a provider's page
    const pid = app.process().pid ?? 0;
    await expect.poll(() => named(pid, ({ coreLimits }) => coreLimits !== "0 0")).toEqual([]);
    expect(family(pid).length).toBeGreaterThan(5);
    expect(named(pid, ({ commandLine }) => commandLine.includes("crashpad"))).toEqual([]);
    const gone = page.waitForEvent("crash");
    await app.evaluate(({ BrowserWindow }) => {
      for (const { webContents } of BrowserWindow.getAllWindows()) webContents.forcefullyCrashRenderer();
    });
    await gone;
    const ended = new Promise((resolve) => app.process().once("exit", (_code, signal) => resolve(signal)));
    void app.evaluate(() => void setTimeout(() => process.crash(), 0)).catch(() => undefined);
    expect(await ended).toBe("SIGSEGV");
    expect(dumps()).toEqual([]);
  });
});
