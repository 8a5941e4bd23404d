/** Changes to sign-ins that come from outside the keeper: a new sign-in, a restored one, a nickname, a note, a pin. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { ownPartsOf, type SignInRecord } from "../../core/accounts/records.ts";
import { nextValidationMs } from "../../core/lifecycle/schedule.ts";
import type { KeeperContext } from "./ports.ts";
import { chanceOf } from "./retry.ts";

/** How a sign-in came to the keeper. `restored`: by undoing its removal. */
export type Arrival = "signed_in" | "imported" | "restored";

/** What the user can change about a sign-in; an undefined member removes the old value. */
export type OwnParts = Partial<{ readonly [K in "alias" | "note"]: string | undefined }> & {
  readonly onTop?: boolean;
};

/**
 * Changes what the user has added to a sign-in. Fails with `account_unknown`, `storage_failing`, and as
 * `RecordStore.write` does.
 */
export async function changeSignIn(
  { records, watches, changed }: KeeperContext,
  id: string,
  parts: OwnParts,
): Promise<Result<null>> {
  const record = watches.current(id);
  if (record === undefined) return failed({ code: "account_unknown" });
  if (watches.of(id).unsaved !== undefined) return failed({ code: "storage_failing" });
  const { alias: _alias, note: _note, onTop: _onTop, ...rest } = record;
  const { alias, note, onTop } = { ...ownPartsOf(record), ...parts };
  const own = {
    ...(alias !== undefined && { alias }),
    ...(note !== undefined && { note }),
    ...(onTop === true && { onTop }),
  };
  const written = await records.write<SignInRecord>({ ...rest, ...own }, "known");
  changed(id);
  return written.ok ? ok(null) : written;
}

/**
 * Writes a sign-in, in place of an earlier one with the same ID. The ID is a new one where a tombstone still has the old
 * one. A sign-in that has just been signed in counts as validated. Fails as `RecordStore.write` does.
 */
export async function storeSignIn(
  { records, history, clock, random, watches }: KeeperContext,
  record: Omit<SignInRecord, "generation">,
  how: Arrival,
): Promise<Result<SignInRecord>> {
  const taken = records.get("tombstone", record.id) !== undefined;
  const written = await records.write<SignInRecord>(taken ? { ...record, id: random.uuid() } : record);
  if (!written.ok) return written;
  const { id } = written.value;
  watches.drop(id);
  if (how === "signed_in") {
    const health = watches.of(id);
    health.validatedAtMs = clock.nowMs();
    health.nextCheckAtMs = clock.nowMs() + nextValidationMs(chanceOf(random));
    watches.endsIn(written.value);
  }
  if (how !== "restored") history.note({ signIn: id, what: how });
  return written;
}
