/** Sentences that are put together from several texts. */
import { listOf } from "./format.ts";
import { t } from "./t.ts";

/** Sums up the accounts in a sentence or two. `all` counts those that have not ended. */
export function summary(needYou: number, all: number): string {
  if (all === 0) return t("accounts.summary.none");
  if (needYou === 0)
    return all === 2 ? t("accounts.summary.both") : t("accounts.summary.looked", { count: all });
  const need = t("accounts.summary.need", { count: needYou });
  return needYou === all ? need : `${need} ${t("accounts.summary.rest", { count: all - needYou })}`;
}

/** The contents of a file for another computer: "2 sign-ins and 1 client registration". */
export const contents = (signIns: number, clients: number): string =>
  listOf([
    ...(signIns > 0 || clients === 0 ? [t("settings.signIns", { count: signIns })] : []),
    ...(clients > 0 ? [t("settings.registrations", { count: clients })] : []),
  ]);

/** The most names in one sentence: there may be thousands. */
const NAMED = 8;
export const firstNames = (names: readonly string[]): string =>
  [
    ...names.slice(0, NAMED),
    ...(names.length > NAMED ? [t("settings.namesMore", { count: names.length - NAMED })] : []),
  ].join(", ");

/** The given names, and how many of the `count` are not among them. */
export const namesOf = (names: readonly string[], count: number): string =>
  count > names.length
    ? t("list.namesMore", { names: names.join(", "), count: count - names.length })
    : names.join(", ");
