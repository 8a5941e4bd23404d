/**
 * A desktop's handling of links: Debian's Chromium is the default browser, and links of the scheme app.tokenkeep open the
 * app under test. Desktop entries set up both, as on a real desktop; the test drives the browser.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { appArguments, electronPath, isRoot } from "../../support/app.mjs";

const CHROMIUM = [
  "/usr/bin/chromium",
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-default-browser-check",
  "--no-first-run",
  "--password-store=basic",
];

export function makeDesktop() {
  const folder = mkdtempSync(path.join("/tmp", "tk-desktop-"));
  const [data, config, browserProfile] = ["data", "config", "chromium"].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  const applications = path.join(data, "applications");
  for (const each of [applications, config, path.join(browserProfile, "Default")])
    mkdirSync(each, { recursive: true });
  const entry = (id: string, name: string, command: readonly string[], types: readonly string[]): void =>
    writeFileSync(
      path.join(applications, id),
      `[Desktop Entry]\nType=Application\nName=${name}\nExec=${command.join(" ")} %U\nMimeType=${types.join(";")};\n`,
    );
  const web = ["x-scheme-handler/http", "x-scheme-handler/https", "text/html"];
  entry(
    "test-browser.desktop",
    "Test browser",
    [...CHROMIUM, `--user-data-dir=${browserProfile}`, "--remote-debugging-port=0"],
    web,
  );
  const defaults = (types: readonly string[]): string =>
    ["[Default Applications]", ...types.map((line) => `${line};`), ""].join("\n");
  const browserTypes = web.map((type) => `${type}=test-browser.desktop`);
  writeFileSync(path.join(config, "mimeapps.list"), defaults(browserTypes));
  const env = { XDG_DATA_HOME: data, XDG_CONFIG_HOME: config };

  let browser: Browser | undefined;
  /** Resolves when the browser runs. */
  async function connect(): Promise<Browser> {
    for (const end = Date.now() + 30_000; browser === undefined;) {
      try {
        const [port = ""] = readFileSync(path.join(browserProfile, "DevToolsActivePort"), "utf8").split("\n");
        browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      } catch (cause) {
        if (Date.now() > end) throw new Error("no browser was started", { cause });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    return browser;
  }
  return {
    env,
    /** Makes the app's links open the app of this profile; a page of `origin` may open them without a question. */
    installApp(profile: string, origin: string): void {
      const scheme = "app.tokenkeep";
      const command = [electronPath, ...appArguments(profile)];
      entry("tokenkeep.desktop", "Tokenkeep", command, [`x-scheme-handler/${scheme}`]);
      writeFileSync(
        path.join(config, "mimeapps.list"),
        defaults([...browserTypes, `x-scheme-handler/${scheme}=tokenkeep.desktop`]),
      );
      const protocol_handler = { allowed_origin_protocol_pairs: { [origin]: { [scheme]: true } } };
      writeFileSync(path.join(browserProfile, "Default/Preferences"), JSON.stringify({ protocol_handler }));
    },
    /** Opens a link, as a program or a page does. */
    open: (url: string) =>
      execFileSync("xdg-open", [url], { env: { ...process.env, ...env }, stdio: "ignore", timeout: 20_000 }),
    /** The tab with an address like this. */
    async tab(address: RegExp): Promise<Page> {
      const contexts = (await connect()).contexts();
      for (const end = Date.now() + 20_000; Date.now() < end;) {
        const found = contexts.flatMap((one) => one.pages()).find((page) => address.test(page.url()));
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no tab shows ${String(address)}`);
    },
    async close(): Promise<void> {
      const end = async (): Promise<void> => {
        const session = await browser?.newBrowserCDPSession();
        await session?.send("Browser.close");
      };
      await end().catch(() => undefined); // the browser ends before it answers
    },
  };
}
