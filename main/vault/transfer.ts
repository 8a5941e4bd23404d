/**
 * Exports accounts to a file for another computer, sealed by a passphrase, and imports them from it
 * (docs/vault-format.md). One-time refresh tokens are not exported, because two computers would spend them twice; nor
 * are the sandbox's records and the tools' keys, which belong to this computer.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ExportView, ImportView } from "../../contract/views/vault.ts";
import {
  decodeRecord,
  encodeRecord,
  ownPartsOf,
  type ClientRecord,
  type Draft,
  type SignInRecord,
  type VaultRecord,
} from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { SANDBOX } from "../../core/providers/registry.ts";
import type { Secret } from "../../core/secret.ts";
import { writeDurably } from "../storage/durable-file.ts";
import { kdfShape, openByPassphrase, sealByPassphrase } from "./keys/passphrase.ts";
import type { RecordStore } from "./types.ts";

const EXPORT_FORMAT = 1;
const CONTEXT = `tokenkeep export ${String(EXPORT_FORMAT)}`;
const fileShape = v.object({
  tokenkeep: v.literal("export"),
  format: v.number(),
  kdf: kdfShape,
  sealed: v.string(),
});
const payloadShape = v.object({ createdAtMs: v.number(), records: v.array(v.unknown()) });

/** The sign-in as it is exported: without a refresh token that only one computer may have. */
function exported(record: SignInRecord, nowMs: number): SignInRecord {
  const { access_token: _access, refresh_token: _refresh, ...bare } = record;
  const mustStay =
    record.state.name === "refresh_ambiguous" ||
    (record.refreshReuse === "one_time" && record.refresh_token !== undefined);
  if (mustStay) return { ...bare, state: { name: "needs_sign_in", sinceMs: nowMs, why: "moved" } };
  return record.state.name === "refreshing" ? { ...record, state: { name: "signed_in" } } : record;
}

/** `current`: the sign-ins as the keeper knows them now. Fails with `export_failing`. */
export async function exportVault(
  records: RecordStore,
  current: readonly SignInRecord[],
  file: string,
  passphrase: Secret,
  { clock, random }: { readonly clock: Clock; readonly random: Randomness },
): Promise<Result<ExportView>> {
  const isReal = ({ provider }: { readonly provider: string }) => provider !== SANDBOX;
  const signIns = current.filter(isReal).map((record) => exported(record, clock.nowMs()));
  const clients = records.list("client").filter(isReal);
  const encoded = [...clients, ...signIns].map(encodeRecord).join(",");
  const text = `{"createdAtMs":${String(clock.nowMs())},"records":[${encoded}]}`;
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
    return unreadable(); // no cause: the parser's message quotes the file, which may hold secrets
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
 * Adds the file's clients and sign-ins that this vault lacks. A sign-in of the same account with the same client and
 * scopes stays as it is, unless it has no token. `store`: the keeper's way to store a sign-in.
 *
 * Fails with `import_unreadable`, `import_newer`, `import_passphrase_wrong`, and as `RecordStore.write`; what was added
 * before a failure stays, and a second import continues from there.
 */
export async function importVault(
  records: RecordStore,
  file: string,
  passphrase: Secret,
  random: Randomness,
  store: (record: Draft<SignInRecord>) => Promise<Result<SignInRecord>>,
): Promise<Result<ImportView>> {
  const read = await readExport(file, passphrase);
  if (!read.ok) return read;
  const clients = await importClients(records, read.value, random);
  if (!clients.ok) return clients;
  let added = 0;
  let known = 0;
  const needSignIn: string[] = [];
  for (const record of read.value) {
    if (record.kind !== "sign_in") continue;
    const client = clients.value.ids.get(record.client) ?? record.client;
    const before = records
      .list("sign_in")
      .find((one) => one.client === client && one.user_id === record.user_id && sameScopes(one, record));
    if (before?.access_token !== undefined || (before !== undefined && record.access_token === undefined)) {
      known += 1;
      continue;
    }
    const { alias: _exported, ...rest } = record;
    const { alias: _kept, ...own } = ownPartsOf(before);
    const written = await store({
      ...rest,
      ...own,
      ...aliasFor(records, record, before),
      client,
      id: before?.id ?? random.uuid(),
    });
    if (!written.ok) return written;
    added += 1;
    if (record.state.name === "needs_sign_in") needSignIn.push(record.login);
  }
  return ok({ added, known, clients: clients.value.added, needSignIn });
}

/** Adds clients, and client secrets, that this vault lacks. `ids`: from a client's id in the file to its id here. */
async function importClients(
  records: RecordStore,
  imported: readonly VaultRecord[],
  random: Randomness,
): Promise<Result<{ readonly ids: ReadonlyMap<string, string>; readonly added: number }>> {
  const ids = new Map<string, string>();
  let added = 0;
  for (const record of imported) {
    if (record.kind !== "client") continue;
    const known = records
      .list("client")
      .find(({ provider, client_id }) => provider === record.provider && client_id === record.client_id);
    const id = known?.id ?? random.uuid();
    ids.set(record.id, id);
    if (known?.client_secret !== undefined || (known !== undefined && record.client_secret === undefined))
      continue;
    const written = await records.write<ClientRecord>({ ...record, ...known, id, ...secretOf(record) });
    if (!written.ok) return written;
    added += 1;
  }
  return ok({ ids, added });
}

function sameScopes(a: SignInRecord, b: SignInRecord): boolean {
  return [...a.scopes].sort().join(" ") === [...b.scopes].sort().join(" ");
}

function secretOf({ client_secret }: ClientRecord): Pick<ClientRecord, "client_secret"> {
  return client_secret === undefined ? {} : { client_secret };
}

/** The alias that the sign-in has in this vault, or else its alias in the file, unless another account has that name. */
function aliasFor(
  records: RecordStore,
  record: SignInRecord,
  before: SignInRecord | undefined,
): { alias?: string } {
  const alias = before?.alias ?? record.alias;
  if (alias === undefined) return {};
  const taken = records
    .list("sign_in")
    .some((other) => other.id !== before?.id && (other.alias === alias || other.login === alias));
  return taken ? {} : { alias };
}
