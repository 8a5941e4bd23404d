/** The browsers are those of the desktop entries; a chosen browser is started with the unchanged address. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installedBrowsers, openInInstalled, pageAddress } from "../../../main/desktop/browsers.ts";
import { until } from "../../support/host.ts";

const URL = "https://id.example/authorize?a=1&b=%24(touch%20x)&c=`d`;\"e'";
let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp("/tmp/tk-browsers-");
  env = {
    ...process.env,
    XDG_DATA_HOME: path.join(folder, "own"),
    XDG_DATA_DIRS: path.join(folder, "shared"),
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const WEB = "text/html;x-scheme-handler/http;x-scheme-handler/https;";
async function entry(where: "own" | "shared", id: string, lines: Record<string, string>): Promise<void> {
  const to = path.join(folder, where, "applications");
  await mkdir(to, { recursive: true });
  const text = Object.entries({ Type: "Application", MimeType: WEB, ...lines }).map(
    ([k, v]) => `${k}=${v}\n`,
  );
  await writeFile(
    path.join(to, id),
    `# comment\n[Desktop Entry]\n${text.join("")}\n[Desktop Action new]\nName=New Window\nExec=nothing\n`,
  );
}

test("browsers are listed by name, and the user's entries override those of the system", async () => {
  await entry("shared", "firefox.desktop", { Name: "Firefox", "Name[de]": "Feuerfuchs", Exec: "firefox %u" });
  await entry("shared", "aardvark.desktop", { Name: "Aardvark", Exec: "aardvark %U" });
  await entry("shared", "editor.desktop", { Name: "Editor", Exec: "editor %F", MimeType: "text/html;" });
  await entry("shared", "helper.desktop", { Name: "Helper", Exec: "helper %u", NoDisplay: "true" });
  await entry("shared", "gone.desktop", { Name: "Gone", Exec: "gone %u" });
  await entry("own", "gone.desktop", { Name: "Gone", Exec: "gone %u", Hidden: "true" });
  await entry("own", "firefox.desktop", { Name: "Firefox of mine", Exec: "firefox -P bot %u" });
  expect(await installedBrowsers(env)).toEqual([
    { id: "aardvark.desktop", name: "Aardvark" },
    { id: "firefox.desktop", name: "Firefox of mine" },
  ]);
  expect(await installedBrowsers({ ...env, XDG_DATA_HOME: folder, XDG_DATA_DIRS: folder })).toEqual([]);
});

test.each([
  ["%u alone", (program: string) => `${program} %u`, [URL]],
  [
    "an option with a space",
    (program: string) => `"${program}" "--profile=my bot" --new %U`,
    ["--profile=my bot", "--new", URL],
  ],
  ["escapes and a percent", (program: string) => `${program} "a\\\\"b" 100%% %i %u`, ['a"b', "100%", URL]],
])("the command of a browser is parsed as the specification says: %s", async (_name, exec, expected) => {
  const program = path.join(folder, "browser");
  const out = path.join(folder, "out");
  await writeFile(
    program,
    `#!/bin/sh\nfor each; do printf '%s\\n' "$each"; done > ${out}.new; mv ${out}.new ${out}\n`,
  );
  await chmod(program, 0o755);
  await entry("own", "b.desktop", { Name: "B", Exec: exec(program) });
  expect(await openInInstalled("b.desktop", URL, env)).toBe(true);
  let output = "";
  void (async () => {
    while (output === "") output = await readFile(out, "utf8").catch(() => "");
  })();
  await until(() => output !== "", "the browser's start");
  expect(output.trimEnd().split("\n")).toEqual(expected);
});

test("a missing browser, or one that does not start, opens no page", async () => {
  expect(await openInInstalled("none.desktop", URL, env)).toBe(false);
  await entry("own", "b.desktop", { Name: "B", Exec: "/nowhere/browser %u" });
  expect(await openInInstalled("b.desktop", URL, env)).toBe(false);
});

test.each([
  ["https://id.example/authorize?a=1", "https://id.example/authorize?a=1"],
  ["HTTPS://ID.EXAMPLE", "https://id.example/"],
  ["https://id.example/a b\nc", "https://id.example/a%20bc"],
  ["http://localhost:8127/x", "http://localhost:8127/x"],
  ["http://127.0.0.1:9080/auth", "http://127.0.0.1:9080/auth"],
  ["http://[::1]:9080/auth", "http://[::1]:9080/auth"],
  ["http://keycloak.localhost/auth", "http://keycloak.localhost/auth"],
  ["http://127.1:9080/", "http://127.0.0.1:9080/"],
  ["http://id.example/", undefined],
  ["http://127.0.0.1.id.example/", undefined],
  ["http://0.0.0.0:9080/", undefined],
  ["file:///etc/passwd", undefined],
  ["javascript:alert(1)", undefined],
  ["ms-settings:", undefined],
  ["smb://127.0.0.1/share", undefined],
  ["--help", undefined],
  ["", undefined],
])("for %j a browser gets %j", (url, address) => {
  expect(pageAddress(url)).toBe(address);
});
