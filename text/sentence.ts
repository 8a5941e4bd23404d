import type { Failure } from "../contract/failure.ts";
import { en } from "./en.ts";
import type { Translate } from "./words.ts";

/** A waiting time that follows "in": "42 seconds", "2 minutes". */
const wait = (sec: number, t: Translate): string =>
  sec < 90 ? t("wait.seconds", { count: sec }) : t("wait.minutes", { count: Math.ceil(sec / 60) });

const has = <Words extends object>(words: Words, key: PropertyKey): key is keyof Words =>
  Object.hasOwn(words, key);
/** A code of the protocol as words: "access_denied" becomes "access denied". */
const inWords = (code: string): string =>
  /^[a-z]+(?:_[a-z]+)+$/.test(code) ? code.replaceAll("_", " ") : code;

/** The labels of the fields that people fill in, by the members of the messages that carry them to main. */
const FIELD_LABELS = {
  alias: "account.alias",
  accounts: "fields.accounts",
  name: "clients.name",
  client_id: "clients.clientId",
  client_secret: "clients.secret",
  passphrase: "vault.passphrase",
  new: "settings.new",
  current: "settings.current",
  username: "proxy.username",
  password: "proxy.password",
  scopes: "providers.moreScopes",
  lockAfterIdleMin: "fields.lockAfterIdleMin",
} as const;
/** The label of the field at this path of a message; undefined where people fill in none. */
export function labelOf(path: string, t: Translate): string | undefined {
  const member = path.split(".").findLast((part) => !/^\d+$/.test(part)) ?? "";
  if (has(FIELD_LABELS, member)) return t(FIELD_LABELS[member]);
  return has(en.providers.fields, member) ? t(`providers.fields.${member}`) : undefined;
}

/** The key of the sentence within `failure`; some codes have a sentence for each cause. */
function keyOf(failure: Failure): string {
  switch (failure.code) {
    case "provider_misbehaved":
      return `${failure.code}_${failure.what}`;
    case "refresh_ambiguous":
    case "import_file":
    case "provider_field":
    case "profile_unusable":
      return `${failure.code}_${failure.why}`;
    default:
      return failure.code;
  }
}
/** The values of the sentence's placeholders. Codes of the protocol become words. */
function factsOf(failure: Failure, t: Translate): Readonly<Record<string, unknown>> {
  // Members become text, because a number such as a port is written without a separator of thousands.
  const facts = Object.fromEntries(
    Object.entries(failure).map(([name, value]) => [
      name,
      name === "detail" || name === "error" ? inWords(String(value)) : String(value),
    ]),
  );
  switch (failure.code) {
    case "provider_field":
      return { ...facts, field: t(`providers.fields.${failure.field}`) };
    case "id_token_rejected":
      return { ...facts, why: t(`idTokenFaults.${failure.why}`) };
    case "passphrase_wait":
    case "refresh_budget":
      return { ...facts, wait: wait(failure.waitSec, t) };
    default:
      return facts;
  }
}

/**
 * Returns the sentence for a failure. A code without a sentence does not compile (en-failures.ts).
 * @param withAccounts false: there is no account, so the sentence says nothing about tokens
 */
export function sentence(failure: Failure, t: Translate, withAccounts = true): string {
  const translate = t as (key: string, values: Readonly<Record<string, unknown>>) => string;
  if (failure.code === "client_in_use") return t("failure.client_in_use", { count: failure.accounts });
  const facts = factsOf(failure, t);
  if (failure.code === "bad_request") {
    const field = labelOf(failure.field, t);
    return field === undefined ? t("fields.unknown") : t("failure.bad_request", { field });
  }
  const key = keyOf(failure);
  return !withAccounts && has(en.withoutAccounts, key)
    ? translate(`withoutAccounts.${key}`, facts)
    : translate(`failure.${key}`, facts);
}
