/** What is said in more than one piece. */
import { listOf } from "./format.ts";
import { t } from "./t.ts";

/** How the accounts are, in a sentence or two. `all`: those that are not ended. */
export function summary(needYou: number, all: number): string {
  if (all === 0) return t("accounts.summary.none");
  if (needYou === 0)
    return all === 2 ? t("accounts.summary.both") : t("accounts.summary.looked", { count: all });
  const need = t("accounts.summary.need", { count: needYou });
  return needYou === all ? need : `${need} ${t("accounts.summary.rest", { count: all - needYou })}`;
}

/** What a file for another computer holds: "2 sign-ins and 1 client registration". */
export const contents = (signIns: number, clients: number): string =>
  listOf([
    ...(signIns > 0 || clients === 0 ? [t("settings.signIns", { count: signIns })] : []),
    ...(clients > 0 ? [t("settings.registrations", { count: clients })] : []),
  ]);

/** There may be thousands. */
const NAMED = 8;
export const firstNames = (names: readonly string[]): string =>
  [
    ...names.slice(0, NAMED),
    ...(names.length > NAMED ? [t("settings.namesMore", { count: names.length - NAMED })] : []),
  ].join(", ");

/** The first names of `count`. */
export const namesOf = (names: readonly string[], count: number): string =>
  count > names.length
    ? t("list.namesMore", { names: names.join(", "), count: count - names.length })
    : names.join(", ");
