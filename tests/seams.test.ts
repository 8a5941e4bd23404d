/** The rules of the architecture: which folder may import which, and which files may do what. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";

/** The imports that every folder of main/ may have. */
const IN_MAIN = ["contract", "core", "text", "valibot", "node:"];
const MAIN_BELOW_APP = [
  ...["main/window", "main/accounts", "main/sign-in", "main/tools", "main/diagnostics", "main/keeper"],
  ...["main/registrations", "main/vault", "main/socket", "main/net", "main/desktop", "main/storage"],
];

/** What each layer may import besides itself; the longest matching folder decides. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  contract: ["valibot"],
  text: ["contract", "i18next"],
  core: ["contract", "valibot", "oauth4webapi", "jose", "p-limit"],
  // Plain Node, without Electron. Each folder imports only folders below it.
  "main/storage": [...IN_MAIN, "main/desktop", "electron-store"],
  "main/desktop": [...IN_MAIN, "@homebridge/dbus-native"],
  "main/net": IN_MAIN,
  "main/socket": [...IN_MAIN, "main/storage"],
  "main/vault": [...IN_MAIN, "main/storage", "main/desktop"],
  "main/registrations": [...IN_MAIN, "main/vault", "main/storage", "main/desktop"],
  "main/keeper": [...IN_MAIN, "main/registrations", "main/vault", "tinyqueue"],
  "main/sign-in": [...IN_MAIN, "main/keeper", "main/registrations", "main/vault", "main/desktop"],
  "main/accounts": [
    ...IN_MAIN,
    ...["main/keeper", "main/registrations", "main/vault", "main/storage", "main/desktop"],
  ],
  "main/tools": [...IN_MAIN, "main/keeper", "main/vault", "main/socket", "main/storage", "main/desktop"],
  "main/diagnostics": [...IN_MAIN, "main/tools", "main/vault", "main/storage", "pino"],
  "main/window": [
    ...IN_MAIN,
    ...[
      "main/accounts",
      "main/sign-in",
      "main/tools",
      "main/diagnostics",
      "main/registrations",
      "main/keeper",
    ],
    ...["main/vault", "main/storage", "main/desktop", "main/net"],
  ],
  "main/app": [...IN_MAIN, ...MAIN_BELOW_APP],
  "main/electron": [
    ...IN_MAIN,
    ...MAIN_BELOW_APP,
    ...["main/app", "electron/main", "electron/common", "electron"],
  ],
  preload: ["contract", "electron/renderer"],
  renderer: [
    "contract",
    "text",
    "svelte",
    "bits-ui",
    "@lucide/svelte",
    "@tanstack/virtual-core",
    "qr",
    "virtual:licences",
  ],
  sandbox: ["contract", "core", "jose", "node:", "text"],
  "clients/node/src": ["node:", "@twurple/auth"], // only types of twurple are imported
  cli: ["clients/node/src", "text", "node:", "package.json", "core"],
};
const layerOf = (path: string): string =>
  Object.keys(MAY_IMPORT)
    .filter((layer) => path.startsWith(`${layer}/`))
    .sort((a, b) => b.length - a.length)[0] ?? path;
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => /\.(ts|svelte)$/.test(name));
const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?<![."'\w])(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map(
    ([, specifier = ""]) => specifier,
  );

const names = Object.keys(MAY_IMPORT);
const layers = names.filter((layer) => !names.some((other) => layer.startsWith(`${other}/`)));

test.each(layers)("%s imports only allowed modules", (folder) => {
  const strays = filesOf(folder).flatMap((file) => {
    const layer = layerOf(file);
    const allowed = [layer, ...(MAY_IMPORT[layer] ?? [])];
    return importsOf(file)
      .map((specifier) =>
        specifier.startsWith(".") ? layerOf(posix.join(posix.dirname(file), specifier)) : specifier,
      )
      .filter(
        (to) =>
          !allowed.some(
            (ok) => to === ok || (!(ok in MAY_IMPORT) && to.startsWith(ok.endsWith(":") ? ok : `${ok}/`)),
          ),
      )
      .map((to) => `${file} → ${to}`);
  });
  expect(strays).toEqual([]);
});

test("main/ holds only folders, each with at most 14 files of its own", () => {
  const entries = readdirSync("main", { withFileTypes: true });
  expect(entries.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(["tsconfig.json"]);
  const folders = readdirSync("main", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => posix.join(entry.parentPath.replaceAll("\\", "/"), entry.name));
  const crowded = folders.filter(
    (folder) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).length > 14,
  );
  expect(crowded).toEqual([]);
  const unlisted = folders.filter((folder) => folder.split("/").length === 2 && !(folder in MAY_IMPORT));
  expect(unlisted).toEqual([]);
});

describe("one place for each task", () => {
  test("only core/providers names a provider", () => {
    const named = [...layers].flatMap(filesOf).filter((file) => {
      const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*|<!--[\s\S]*?-->/g, "");
      return (
        /twitch/i.test(code) &&
        !file.startsWith("core/providers/") &&
        !file.startsWith("text/") && // what Tokenkeep is for has a name there
        !/providers\/twitch\.ts/.test(code)
      );
    });
    expect(named).toEqual([]);
  });

  test("one function decides which hosts are loopback; other files only make addresses, or listen", () => {
    const named = [...layers].flatMap(filesOf).filter((file) => {
      const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|<!--[\s\S]*?-->/g, "");
      return /["'`/@.(^|[](?:localhost|127\\?\.|::1)/i.test(code) && !file.startsWith("text/");
    });
    expect(named.sort()).toEqual([
      "core/loopback.ts",
      "core/providers/redirects.ts", // makes the redirect URIs
      "main/electron/network/one-send.ts", // listens, and connects to addresses that `loopback` accepts
      "main/registrations/sandbox.ts", // makes the sandbox's address
      "main/sign-in/loopback/listener.ts", // listens
      "renderer/gallery/Pieces.svelte", // an example
      "sandbox/seeds.ts", // the redirect URIs of the sandbox's clients
      "sandbox/server.ts", // listens, and checks the Host header
    ]);
  });

  test("a secret is revealed where it is sent, sealed, compared or handed over, and nowhere else", () => {
    const places = [...layers]
      .flatMap(filesOf)
      .filter((file) => /\.reveal\(\)/.test(readFileSync(file, "utf8")));
    expect(places.sort()).toEqual([
      "core/accounts/records.ts",
      "core/oauth/authorization-request.ts",
      "core/oauth/authorization-response.ts",
      "core/oauth/form.ts",
      "core/oauth/validate.ts",
      "core/oidc/id-token.ts",
      "core/oidc/userinfo.ts",
      "core/providers/pictures.ts",
      "main/accounts/token-copies.ts",
      "main/desktop/clipboard.ts",
      "main/electron/network/http.ts",
      "main/electron/system/clipboard.ts",
      "main/electron/system/keychain.ts",
      "main/tools/grants.ts",
      "main/tools/pairing.ts",
      "main/tools/token-table.ts",
      "main/vault/keys/envelope.ts",
      "main/vault/keys/passphrase.ts",
    ]);
  });

  test("programs are started by absolute paths: few files may start any, and none by a bare name", () => {
    const starters = ["main", "cli"]
      .flatMap(filesOf)
      .filter((file) => importsOf(file).some((to) => to.endsWith("child_process")));
    expect(starters.sort()).toEqual([
      "cli/exec.ts", // the user's own command
      "cli/start.ts", // the app, from a list of absolute paths
      "main/desktop/browsers.ts", // a path from programInPath
      "main/desktop/programs.ts",
      "main/storage/profile-lock.ts", // a path from systemProgram
    ]);
    const bare = starters.filter((file) =>
      /\b(?:exec|execFile|execFileSync|execSync|fork|run|spawn|spawnSync)\(\s*["'`](?!\/)/.test(
        readFileSync(file, "utf8"),
      ),
    );
    expect(bare).toEqual([]);
  });

  test("only tests and the sandbox's own command line load its admin API", () => {
    const users = [...layers]
      .flatMap(filesOf)
      .filter((file) => importsOf(file).some((to) => to.endsWith("/admin.ts")));
    expect(users).toEqual(["sandbox/cli.ts"]);
  });

  test("every decision in the index of docs/adr exists", () => {
    const index = readFileSync("docs/adr/README.md", "utf8");
    const missing = [...index.matchAll(/\]\((\d{4}-[^)]+)\)/g)].filter(
      ([, file = ""]) => !existsSync(`docs/adr/${file}`),
    );
    expect(missing.map(([, file]) => file)).toEqual([]);
  });
});
