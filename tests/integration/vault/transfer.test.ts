/** Exporting accounts, and importing them on another computer. */
import { existsSync } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { signIn, signsInAs, startBench, type Bench } from "../../support/host.ts";
import { provider, registration } from "../../support/rotating.ts";

const passphrase = "two harbours and a boat";

test("an export is sealed, leaves one-time refresh tokens out, and names their accounts", async () => {
  await using here = await startBench({ providers: (origin) => [provider(origin)] });
  const safe = await signIn(here, await registration(here, "tokenkeep-sandbox"));
  here.person = signsInAs("700000002");
  await signIn(here, await registration(here, "sandbox-rotating"));
  expect(await here.app.handlers["vault.export"]({ passphrase: "short" })).toMatchObject({
    failure: { code: "passphrase_too_short" },
  });
  expect(await here.app.handlers["vault.export"]({ passphrase })).toMatchObject({
    value: { signIns: 2, clients: 2, needSignIn: ["mirrelune"] },
  });
  await here.app.handlers["signIns.copy"]({ id: safe, form: "token" });
  const file = await readFile(here.chosenFile, "utf8");
  for (const secret of [here.clipboard.text, "sandbox-only-not-a-secret", "harborlights_tv", passphrase])
    expect(file).not.toContain(secret);
  expect((await stat(here.chosenFile)).mode & 0o077).toBe(0);

  await using there = await startBench({ providers: () => [provider(here.sandbox.origin)] });
  await writeFile(there.chosenFile, file);
  const load = (word: string) => there.app.handlers["vault.import"]({ passphrase: word, sameFile: false });
  expect(await load("two harbours and a ship")).toMatchObject({
    failure: { code: "import_passphrase_wrong" },
  });
  expect(await load(passphrase)).toMatchObject({
    value: { added: 2, known: 0, clients: 2, needSignIn: ["mirrelune"] },
  });
  expect(await load(passphrase)).toMatchObject({ value: { added: 0, known: 2, clients: 0 } });
  const rows = there.app.state.snapshot().signIns;
  expect(rows).toMatchObject([
    { login: "harborlights_tv", status: "signed_in" },
    { login: "mirrelune", status: "needs_sign_in", reason: { code: "moved_here" } },
  ]);
  expect(await there.app.handlers["signIns.refresh"](rows[0]?.id ?? "")).toMatchObject({ ok: true });
});

const own = "a lantern by the harbour";
async function withPassphrase(): Promise<Bench> {
  const bench = await startBench({ providers: (origin) => [provider(origin)] });
  await registration(bench, "tokenkeep-sandbox");
  await bench.app.handlers["vault.reseal"]({ keychain: true, passphrase: { new: own } });
  return bench;
}

test(
  "an export asks for the vault's passphrase first, and wrong tries are slow",
  { timeout: 120_000 },
  async () => {
    await using bench = await withPassphrase();
    const write = (current?: string) =>
      bench.app.handlers["vault.export"]({ passphrase, ...(current !== undefined && { current }) });
    expect(await write()).toMatchObject({ failure: { code: "passphrase_wrong" } });
    for (const wrong of ["", passphrase, "a lantern", "another lantern"])
      expect(await write(wrong)).toMatchObject({ failure: { code: "passphrase_wrong" } });
    for (let waitSec = 1; waitSec <= 4; waitSec *= 2) {
      await bench.pass(waitSec);
      expect(await write("wrong")).toMatchObject({ failure: { code: "passphrase_wrong" } });
    }
    expect(await write(own)).toMatchObject({ failure: { code: "passphrase_wait" } }); // for 8 seconds
    expect(existsSync(bench.chosenFile)).toBe(false);
    await bench.advance(8);
    expect(await write(own)).toMatchObject({ value: { signIns: 0, clients: 1 } });
  },
);

test.each(["window", "vault"] as const)(
  "a %s that locks while the file dialog is open stops the export and the import",
  async (what) => {
    await using bench = await withPassphrase();
    const { handlers } = bench.app;
    expect(await handlers["vault.export"]({ passphrase, current: own })).toMatchObject({ ok: true });
    bench.whileChoosing = () => handlers["vault.lock"](what);
    const load = () => handlers["vault.import"]({ passphrase, sameFile: false });
    expect(await load()).toMatchObject({ failure: { code: "vault_locked" } });
    expect(await handlers["vault.unlock"]({ passphrase: own })).toMatchObject({ ok: true });
    await rm(bench.chosenFile);
    expect(await handlers["vault.export"]({ passphrase, current: own })).toMatchObject({
      failure: { code: "vault_locked" },
    });
    expect(existsSync(bench.chosenFile)).toBe(false);
  },
);

test.each([
  ["not an export", "hello", "import_unreadable"],
  ["torn", '{"tokenkeep":"export","format":1', "import_unreadable"],
  [
    "newer",
    JSON.stringify({
      tokenkeep: "export",
      format: 2,
      kdf: { name: "scrypt", N: 2 ** 17, r: 8, p: 1, salt: "AAAA" },
      sealed: "AAAA",
    }),
    "import_newer",
  ],
  [
    "an attack on memory",
    JSON.stringify({
      tokenkeep: "export",
      format: 1,
      kdf: { name: "scrypt", N: 2 ** 30, r: 8, p: 1, salt: "AAAA" },
      sealed: "AAAA",
    }),
    "import_unreadable",
  ],
])("an import of %s fails with its own code and changes nothing", async (_name, text, code) => {
  await using bench = await startBench();
  await writeFile(bench.chosenFile, text);
  expect(await bench.app.handlers["vault.import"]({ passphrase, sameFile: false })).toMatchObject({
    failure: { code },
  });
  expect(bench.app.state.snapshot()).toMatchObject({ clients: [], signIns: [] });
});
