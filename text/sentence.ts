import type { Failure } from "../contract/failure.ts";
import type { Translate } from "./words.ts";

/** A waiting time that follows "in": "42 seconds", "2 minutes". */
const wait = (sec: number, t: Translate): string =>
  sec < 90 ? t("wait.seconds", { count: sec }) : t("wait.minutes", { count: Math.ceil(sec / 60) });

/** Returns the sentence for a failure. A code without a sentence does not compile (en-failures.ts). */
export function sentence(failure: Failure, t: Translate): string {
  const translate = t as (key: string, values: Readonly<Record<string, unknown>>) => string;
  // Members become text, because a number such as a port is written without a separator of thousands.
  const facts = Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, String(value)]));
  switch (failure.code) {
    case "client_in_use":
      return t("failure.client_in_use", { count: failure.accounts });
    case "provider_misbehaved":
      return translate(`failure.provider_misbehaved_${failure.what}`, facts);
    case "refresh_ambiguous":
      return translate(`failure.refresh_ambiguous_${failure.why}`, facts);
    case "import_file":
      return translate(`failure.import_file_${failure.why}`, facts);
    case "provider_field":
      return translate(`failure.provider_field_${failure.why}`, {
        field: t(`providers.fields.${failure.field}`),
      });
    case "profile_unusable":
      return translate(`failure.profile_unusable_${failure.why}`, facts);
    case "passphrase_wait":
    case "refresh_budget":
      return translate(`failure.${failure.code}`, { ...facts, wait: wait(failure.waitSec, t) });
    default:
      return translate(`failure.${failure.code}`, facts);
  }
}
