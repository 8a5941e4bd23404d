/** Every failure of the command line says what to do next: the family of its codes, and the cases that need facts. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ExplainedError, UsageError } from "../../../cli/errors.ts";
import { OF_CODE } from "../../../cli/exit.ts";
import { failureMessage } from "../../../cli/messages.ts";
import { nearest } from "../../../cli/nearest.ts";
import { TokenkeepError } from "../../../clients/node/src/errors.ts";
import { fileStore, storeFile } from "../../../clients/node/src/store.ts";
import { SOCKET_ERRORS } from "../../../contract/socket.ts";
import type { SocketServer, TokenTable } from "../../../main/socket/types.ts";
import { deCli } from "../../../text/de-cli.ts";
import { enCli } from "../../../text/en-cli.ts";
import { account, CLIENT, KEY, TABLE, TOKEN } from "../clients/support/paired-tool.ts";
import { accountOf, startServerAt } from "../socket/support/socket-server.ts";

/** The next step of each failure, by its key after `failure.`; every code and every explained case has one. */
const FAILURES: Readonly<Record<string, string>> = {
  not_running: "add --start",
  not_paired: "Run: tokenkeep pair",
  auth_failed: "Run: tokenkeep pair --again",
  store_unsafe: "run: tokenkeep pair --again",
  vault_locked: "Unlock it or resume token access",
  account_unknown: "Run: tokenkeep accounts",
  account_not_found: "Choose one with --account",
  account_unclear: "Choose one with --account",
  account_none: "Run: tokenkeep add",
  scope_missing: "Run: tokenkeep add",
  scope_lacking: "Run: tokenkeep add --scope {{scopes}}",
  scope_apart: "Run: tokenkeep add --scope {{scopes}}",
  grant_denied: "Allow it in Tokenkeep under Tools",
  needs_sign_in: "Run tokenkeep open",
  provider_unreachable: "Check your connection. {{again}}",
  rate_limited: "{{again}}",
  pairing_pending: "Answer it in Tokenkeep. {{again}}",
  too_slow: "{{again}}",
  disconnected: "{{again}}",
  timeout: "Restart it. {{again}}",
  not_tokenkeep: "Restart Tokenkeep",
  params_invalid: "Run tokenkeep {{command}} --help",
  method_unknown: "Update Tokenkeep",
  protocol_error: "Update both",
  internal: "{{again}}",
  unknown: "Update the command line",
  bug: "Try again; if this continues, report it",
};
/** The same of each mistake in the command line, by its key after `usage.`. */
const MISTAKES: Readonly<Record<string, string>> = {
  commandUnknown: "Run tokenkeep --help",
  commandNear: "Did you mean {{near}}?",
  optionUnknown: "Run tokenkeep {{command}} --help",
  optionNear: "Did you mean {{near}}?",
  valueMissing: "Run tokenkeep {{command}} --help",
  valueSurplus: "Remove it",
  surplus: "Remove it",
  dashesMissing: "tokenkeep exec -- {{given}}",
  operandMissing: "Run tokenkeep {{command}} --help",
  durationWrong: "Use 90s, 5m or 1h",
  formatUnknown: "Use one of: {{known}}",
  choiceUnknown: "Use one of: {{known}}",
  showMissing: "add --show",
  pairedAlready: "Add --again",
  appMissing: "Set TOKENKEEP_APP",
};
/** German sentences give the step as a command, an infinitive, or values to choose from. */
const GERMAN_STEP =
  /Ausführen:|ausführen|zeigt|Mehr zeigt|erneut versuchen|\{\{again\}\}|[Ss]tarten|angeben|wählen|aktualisieren|Möglich:|Meintest du|Entfernen|entfernen|gehört --|ersetzt|setzen|prüfen|melden/;

const keysOf = (group: string): string[] =>
  Object.keys(enCli).flatMap((key) => (key.startsWith(`${group}.`) ? [key.slice(group.length + 1)] : []));
const textOf = (catalogue: Readonly<Record<string, string>>, key: string): string => catalogue[key] ?? "";

describe("the family of failures", () => {
  test("holds every code that has an exit code, every code of the socket, and every sentence", () => {
    expect(keysOf("failure").sort()).toEqual(Object.keys(FAILURES).sort());
    expect(keysOf("usage").sort()).toEqual(Object.keys(MISTAKES).sort());
    const codes = [...Object.keys(OF_CODE), ...Object.keys(SOCKET_ERRORS)].filter((code) => code !== "usage");
    expect(codes.filter((code) => !(code in FAILURES))).toEqual([]);
  });
  test.each([
    ...Object.entries(FAILURES).map(([key, step]) => [`failure.${key}`, step] as const),
    ...Object.entries(MISTAKES).map(([key, step]) => [`usage.${key}`, step] as const),
  ])("%s says: %s", (key, step) => {
    expect(textOf(enCli, key)).toContain(step);
    expect(textOf(deCli, key)).toMatch(GERMAN_STEP);
  });
  test.each(Object.keys(FAILURES))("%s is a whole sentence with its facts", (key) => {
    const facts = { given: "bob", accounts: "ann", account: "ann", lacking: "z", scopes: "z" };
    const error =
      /^(?:account|scope)_/.test(key) && !(key in OF_CODE)
        ? new ExplainedError("account_unknown", key, facts)
        : new TokenkeepError(key, "It went wrong.", { retryAfterSec: 57.2 });
    const text = failureMessage(error, key === "bug" ? "bug" : error.code, "token");
    expect(text).not.toMatch(/undefined|[{}]|failure\.|help\.command/);
    if ((FAILURES[key] ?? "").includes("{{again}}")) expect(text).toContain("Try again in 58 s.");
  });
  test("a failure without a time says to try later, and one that is unknown here keeps the server's sentence", () => {
    expect(failureMessage(new TokenkeepError("rate_limited", ""), "rate_limited")).toBe(
      "Rate limited. Try again later.",
    );
    expect(failureMessage(new TokenkeepError("moon_full", "The moon is full."), "moon_full")).toBe(
      "The moon is full. Update the command line to the version of Tokenkeep.",
    );
    expect(failureMessage(new UsageError("surplus", { given: "x" }), "usage", "token")).toContain(
      "tokenkeep token --help",
    );
  });
});

test.each([
  ["tokn", "token"],
  ["tokne", "token"],
  ["acounts", "accounts"],
  ["comp", "completion"],
  ["DOCTOR", "doctor"],
  ["x", undefined],
  ["frobnicate", undefined],
])("the nearest command of %s is %s", (given, near) => {
  expect(nearest(given, ["token", "exec", "accounts", "completion", "doctor", "remove"])).toBe(near);
});

describe("at Tokenkeep", () => {
  const CLI = path.resolve("out/cli/tokenkeep.cjs");
  let folder: string;
  let env: Record<string, string>;
  let server: SocketServer;
  beforeAll(async () => {
    folder = await mkdtemp("/tmp/tk-next-");
    env = { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder };
    server = await startServerAt(path.join(folder, "tokenkeep"), TABLE);
    await fileStore(storeFile("cli", env)).save({ client: CLIENT, key: KEY });
  });
  beforeEach(() => server.push(TABLE));
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function failsWith(...args: string[]): Promise<{ code: number | null; err: string }> {
    const child = spawn(process.execPath, [CLI, ...args], { env, timeout: 20_000 });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    const [code] = (await once(child, "close")) as [number | null];
    expect(out).toBe("");
    return { code, err: err.replace(/^tokenkeep: /, "").trim() };
  }
  const BOB = { ...TOKEN, login: "bob", user_id: "2", token_id: "t2", access_token: "at-bob" };
  const TWO: TokenTable = {
    ...TABLE,
    accounts: [accountOf(account("ann")), accountOf(account("bob"))],
    tokens: [...TABLE.tokens, { signIn: "s2", account: "p:bob", token: BOB, renews: true }],
  };

  test("two accounts and no --account: the accounts are named, and a wrong name gets the same list", async () => {
    await server.push(TWO);
    const several = "Several accounts available. Choose one with --account: ann, bob";
    for (const args of [["token"], ["validate"], ["exec", "--", "true"], ["remove"]])
      expect(await failsWith(...args)).toEqual({ code: 6, err: several });
    expect(await failsWith("token", "-a", "cat")).toEqual({
      code: 6,
      err: "No account “cat”. Choose one with --account: ann, bob",
    });
  });
  test("accounts with the same login are named by their IDs", async () => {
    const other = { ...account("ann"), account: "q:7", provider: "q", user_id: "7" };
    await server.push({ ...TWO, accounts: [accountOf(account("ann")), accountOf(other)] });
    expect((await failsWith("token", "-a", "ann")).err).toBe(
      "Several accounts available. Choose one with --account: p:ann, q:7",
    );
  });
  test("missing scopes are named, with the command that adds them", async () => {
    expect(await failsWith("token", "-s", "a,bits:read")).toEqual({
      code: 6,
      err: "ann lacks bits:read. Run: tokenkeep add --scope a,bits:read",
    });
  });
  test("no account at all: how to add one", async () => {
    await server.push({ ...TABLE, accounts: [], tokens: [] });
    expect(await failsWith("remove")).toEqual({ code: 6, err: "No accounts available. Run: tokenkeep add" });
  });
  test("mistakes in the command line", async () => {
    const says = async (...args: string[]) => (await failsWith(...args)).err;
    expect(await says("tokn")).toBe("Unknown command “tokn”. Did you mean token?");
    expect(await says("frobnicate")).toBe("Unknown command “frobnicate”. Run tokenkeep --help for a list.");
    expect(await says("token", "--formt", "raw")).toBe("Unknown option “--formt”. Did you mean --format?");
    expect(await says("token", "-x")).toBe("Unknown option “-x”. Run tokenkeep token --help for options.");
    expect(await says("token", "--account")).toContain("--account needs a value.");
    expect(await says("token", "-a", "-s", "x")).toContain("-a needs a value.");
    expect(await says("token", "--show=yes")).toBe("--show takes no value. Remove it.");
    expect(await says("token", "extra")).toContain("Unexpected argument “extra”.");
    expect(await says("token", "--min-valid", "5x")).toBe("Invalid duration “5x”. Use 90s, 5m or 1h.");
    expect(await says("completion")).toBe("SHELL is missing. Run tokenkeep completion --help for usage.");
  });
});
