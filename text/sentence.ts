import type { Failure } from "../contract/failure.ts";
import type { Translate } from "./words.ts";

/** "42 seconds", "2 minutes": as it stands after "in". */
const wait = (sec: number, t: Translate): string =>
  sec < 90 ? t("wait.seconds", { count: sec }) : t("wait.minutes", { count: Math.ceil(sec / 60) });

/** What happened and what to do next, in words. Total: a code without a sentence does not compile (en-failures.ts). */
export function sentence(failure: Failure, t: Translate): string {
  const say = t as (key: string, values: Readonly<Record<string, unknown>>) => string;
  // Members are facts and names, not numbers to be written: a port has no thousands.
  const facts = Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, String(value)]));
  switch (failure.code) {
    case "client_in_use":
      return t("failure.client_in_use", { count: failure.accounts });
    case "provider_misbehaved":
      return say(`failure.provider_misbehaved_${failure.what}`, facts);
    case "refresh_ambiguous":
      return say(`failure.refresh_ambiguous_${failure.why}`, facts);
    case "import_file":
      return say(`failure.import_file_${failure.why}`, facts);
    case "provider_field":
      return say(`failure.provider_field_${failure.why}`, { field: t(`providers.fields.${failure.field}`) });
    case "profile_unusable":
      return say(`failure.profile_unusable_${failure.why}`, facts);
    case "passphrase_wait":
    case "refresh_budget":
      return say(`failure.${failure.code}`, { ...facts, wait: wait(failure.waitSec, t) });
    default:
      return say(`failure.${failure.code}`, facts);
  }
}
