/**
 * Accounts on their way to a second computer: one file, sealed by a passphrase (docs/vault-format.md). One-time refresh
 * tokens stay behind, because two computers would spend them twice; so do the sandbox and the tools' keys, which name
 * this computer.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ExportView, ImportView } from "../../contract/views/vault.ts";
import {
  decodeRecord,
  encodeRecord,
  type ClientRecord,
  type SignInRecord,
  type VaultRecord,
} from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { SANDBOX } from "../../core/providers/registry.ts";
import type { Secret } from "../../core/secret.ts";
import { writeDurably } from "../storage/durable-file.ts";
import { kdfShape, openByPassphrase, sealByPassphrase } from "./keys/passphrase.ts";
import type { Vault } from "./types.ts";

const EXPORT_FORMAT = 1;
const CONTEXT = `tokenkeep export ${String(EXPORT_FORMAT)}`;
const fileShape = v.object({
  tokenkeep: v.literal("export"),
  format: v.number(),
  kdf: kdfShape,
  sealed: v.string(),
});
const payloadShape = v.object({ createdAtMs: v.number(), records: v.array(v.unknown()) });

/** What goes: without the tokens that must not be in two places. */
function travelling(record: SignInRecord, nowMs: number): SignInRecord {
  const { access_token: _access, refresh_token: _refresh, ...bare } = record;
  const stays =
    record.state.name === "refresh_ambiguous" ||
    (record.refreshReuse === "one_time" && record.refresh_token !== undefined);
  if (stays) return { ...bare, state: { name: "needs_sign_in", sinceMs: nowMs, why: "moved" } };
  return record.state.name === "refreshing" ? { ...record, state: { name: "signed_in" } } : record;
}

/** `current`: the sign-ins as they count now. Fails with `export_failing`. */
export async function exportVault(
  vault: Vault,
  current: readonly SignInRecord[],
  file: string,
  passphrase: Secret,
  { clock, random }: { readonly clock: Clock; readonly random: Randomness },
): Promise<Result<ExportView>> {
  const here = ({ provider }: { readonly provider: string }) => provider !== SANDBOX;
  const signIns = current.filter(here).map((record) => travelling(record, clock.nowMs()));
  const clients = vault.list("client").filter(here);
  const records: readonly VaultRecord[] = [...clients, ...signIns];
  const text = `{"createdAtMs":${String(clock.nowMs())},"records":[${records.map(encodeRecord).join(",")}]}`;
  const sealed = await sealByPassphrase(passphrase, CONTEXT, Buffer.from(text), random);
  try {
    await writeDurably(
      file,
      `${JSON.stringify({ tokenkeep: "export", format: EXPORT_FORMAT, ...sealed })}\n`,
    );
  } catch (cause) {
    return failed({ code: "export_failing" }, cause);
  }
  const needSignIn = signIns.filter(({ state }) => state.name === "needs_sign_in").map(({ login }) => login);
  return ok({ signIns: signIns.length, clients: clients.length, needSignIn });
}

async function readExport(file: string, passphrase: Secret): Promise<Result<readonly VaultRecord[]>> {
  const unreadable = (cause?: unknown) => failed({ code: "import_unreadable" }, cause);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch {
    return unreadable(); // a parser quotes what it could not read, and that may be anything
  }
  const parsed = v.safeParse(fileShape, value);
  if (!parsed.success) return unreadable();
  const { format } = parsed.output;
  if (format > EXPORT_FORMAT) return failed({ code: "import_newer", format });
  const plain = await openByPassphrase(passphrase, CONTEXT, parsed.output);
  if (plain === undefined) return failed({ code: "import_passphrase_wrong" });
  const payload = v.safeParse(payloadShape, JSON.parse(plain.toString("utf8")));
  if (!payload.success) return unreadable();
  const records = payload.output.records.map((one) => decodeRecord(JSON.stringify(one)));
  return records.includes(undefined) ? unreadable() : ok(records.filter((one) => one !== undefined));
}

/**
 * Adds what is not here yet. A sign-in of the same person with the same client stays as it is, unless it has no token.
 * Fails with `import_unreadable`, `import_newer`, `import_passphrase_wrong`, or what the vault says; what was added
 * before a failure stays, and a second import goes on from there.
 */
export async function importVault(
  vault: Vault,
  file: string,
  passphrase: Secret,
  random: Randomness,
  adopt: (record: Omit<SignInRecord, "generation">) => Promise<Result<SignInRecord>>,
): Promise<Result<ImportView>> {
  const read = await readExport(file, passphrase);
  if (!read.ok) return read;
  const clients = new Map<string, string>();
  let clientsAdded = 0;
  for (const record of read.value) {
    if (record.kind !== "client") continue;
    const known = vault
      .list("client")
      .find(({ provider, client_id }) => provider === record.provider && client_id === record.client_id);
    const id = known?.id ?? random.uuid();
    clients.set(record.id, id);
    if (known?.client_secret !== undefined || (known !== undefined && record.client_secret === undefined))
      continue;
    const written = await vault.write<ClientRecord>({ ...record, ...known, id, ...secretOf(record) });
    if (!written.ok) return written;
    clientsAdded += 1;
  }
  let added = 0;
  let known = 0;
  const needSignIn: string[] = [];
  for (const record of read.value) {
    if (record.kind !== "sign_in") continue;
    const client = clients.get(record.client) ?? record.client;
    const before = vault
      .list("sign_in")
      .find((one) => one.client === client && one.user_id === record.user_id && sameScopes(one, record));
    if (before?.access_token !== undefined || (before !== undefined && record.access_token === undefined)) {
      known += 1;
      continue;
    }
    const { alias: _theirs, ...rest } = record;
    const written = await adopt({
      ...rest,
      ...aliasFor(vault, record, before),
      client,
      id: before?.id ?? random.uuid(),
    });
    if (!written.ok) return written;
    added += 1;
    if (record.state.name === "needs_sign_in") needSignIn.push(record.login);
  }
  return ok({ added, known, clients: clientsAdded, needSignIn });
}

const sameScopes = (a: SignInRecord, b: SignInRecord): boolean =>
  [...a.scopes].sort().join(" ") === [...b.scopes].sort().join(" ");

const secretOf = ({ client_secret }: ClientRecord): Pick<ClientRecord, "client_secret"> =>
  client_secret === undefined ? {} : { client_secret };

/** What it is called here; else what it was called there, unless somebody here is called that. */
function aliasFor(vault: Vault, record: SignInRecord, before: SignInRecord | undefined): { alias?: string } {
  const alias = before?.alias ?? record.alias;
  if (alias === undefined) return {};
  const taken = vault
    .list("sign_in")
    .some((other) => other.id !== before?.id && (other.alias === alias || other.login === alias));
  return taken ? {} : { alias };
}
