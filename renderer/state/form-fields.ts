/** Which field of a form a failure is about: the sentence stands there, and the field gets the focus. Pure. */
import type { Failure } from "../../contract/failure.ts";

interface FormFields {
  /** The field by the failure's code. */
  readonly codes: Partial<Record<Failure["code"], string>>;
  /** The field by the member of the message to main that was refused (`bad_request`). */
  readonly members: Readonly<Record<string, string>>;
}
const PASSPHRASE = { passphrase_wrong: "current", passphrase_wait: "current" } as const;

export const FORMS = {
  unlock: {
    codes: { passphrase_wrong: "passphrase", passphrase_wait: "passphrase" },
    members: { passphrase: "passphrase" },
  },
  create: { codes: { passphrase_too_short: "passphrase" }, members: { passphrase: "passphrase" } },
  seal: {
    codes: { ...PASSPHRASE, passphrase_too_short: "new" },
    members: { current: "current", new: "new", passphrase: "new" },
  },
  otherKeychain: { codes: PASSPHRASE, members: { current: "current" } },
  export: {
    codes: { ...PASSPHRASE, passphrase_too_short: "passphrase" },
    members: { passphrase: "passphrase", current: "current" },
  },
  import: { codes: { import_passphrase_wrong: "passphrase" }, members: { passphrase: "passphrase" } },
  provider: {
    // `provider_field` names the field itself.
    codes: { discovery_none: "issuer", discovery_issuer: "issuer" },
    members: {},
  },
  tool: { codes: {}, members: { name: "name", accounts: "accounts" } },
  alias: { codes: { alias_taken: "alias" }, members: { alias: "alias" } },
  proxy: { codes: {}, members: { username: "username", password: "password" } },
  lock: { codes: {}, members: { lockAfterIdleMin: "idle" } },
  imports: { codes: { import_client_mismatch: "registration" }, members: { client: "registration" } },
} as const satisfies Record<string, FormFields>;
export type Form = keyof typeof FORMS;

/** The field of the form that the failure is about; undefined when it is about none of them. */
export function fieldOf(form: Form, failure: Failure): string | undefined {
  const { codes, members }: FormFields = FORMS[form];
  if (failure.code === "provider_field") return form === "provider" ? failure.field : undefined;
  if (failure.code !== "bad_request") return codes[failure.code];
  const member = failure.field.split(".").findLast((part) => !/^\d+$/.test(part)) ?? "";
  return form === "provider" ? member : members[member];
}
