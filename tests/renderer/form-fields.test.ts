import { describe, expect, test } from "vitest";
import type { GenericSchema } from "valibot";
import type { Failure } from "../../contract/failure.ts";
import { ipc, type CallName } from "../../contract/ipc.ts";
import { providerForm } from "../../contract/provider.ts";
import { fieldOf, FORMS, type Form } from "../../renderer/state/form-fields.ts";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { labelOf, sentence } from "../../text/sentence.ts";
import { createWords } from "../../text/words.ts";

/** The calls that each form makes, and the members of their messages that nobody types. */
const CALLS: Record<Form, { readonly calls: readonly CallName[]; readonly set?: readonly string[] }> = {
  unlock: { calls: ["vault.unlock"] },
  create: { calls: ["vault.create"] },
  seal: { calls: ["vault.reseal"], set: ["keychain"] },
  otherKeychain: { calls: ["vault.move"], set: ["backend"] },
  export: { calls: ["vault.export"] },
  import: { calls: ["vault.import"], set: ["sameFile"] },
  provider: { calls: ["providers.discover"] },
  tool: { calls: ["tools.create"] },
  alias: { calls: ["signIns.rename"], set: ["id"] },
  proxy: { calls: ["proxy.logIn"], set: ["id"] },
  lock: { calls: [] }, // of the settings one at a time is changed, by a choice
  imports: { calls: [], set: [] },
};
const membersOf = (name: CallName): string[] =>
  Object.keys((ipc[name].argument as GenericSchema & { entries?: object }).entries ?? {});

describe.each(Object.entries(CALLS) as [Form, (typeof CALLS)[Form]][])("the form “%s”", (form, of) => {
  const typed = of.calls.flatMap(membersOf).filter((member) => of.set?.includes(member) !== true);
  test("shows at a field what is wrong with any member that is typed in", () => {
    const homeless = typed.filter((field) => fieldOf(form, { code: "bad_request", field }) === undefined);
    expect(homeless).toEqual([]);
  });
  test("names each member by the label of its field", () => {
    for (const [t, words] of [
      [createWords("en", en), "en"],
      [createWords("de", de), "de"],
    ] as const) {
      const nameless = typed.filter((member) => labelOf(member, t) === undefined);
      expect(nameless, words).toEqual([]);
    }
  });
  test("has a field for each of its codes", () => {
    const codes = Object.keys(FORMS[form].codes) as Failure["code"][];
    expect(codes.filter((code) => fieldOf(form, { code } as Failure) === undefined)).toEqual([]);
  });
});

test("a fault of a provider's description stands at its field, whichever it is", () => {
  for (const field of Object.keys(providerForm.entries) as (keyof typeof providerForm.entries)[]) {
    expect(fieldOf("provider", { code: "provider_field", field, why: "missing" })).toBe(field);
    expect(fieldOf("provider", { code: "bad_request", field: `form.${field}` })).toBe(field);
  }
});

test("a fault deep in a message is that of its field, and a failure of no field stands at the end of the form", () => {
  expect(fieldOf("seal", { code: "bad_request", field: "passphrase.new" })).toBe("new");
  expect(fieldOf("tool", { code: "bad_request", field: "accounts.3" })).toBe("accounts");
  expect(fieldOf("alias", { code: "storage_failing" })).toBeUndefined();
});

test("a refused request names the field by its label, and never by its internal name", () => {
  const t = createWords("en", en);
  expect(sentence({ code: "bad_request", field: "client_id" }, t)).toContain(en.clients.clientId);
  for (const field of [...new Set(Object.keys(ipc) as CallName[])].filter(
    (name) => ipc[name].kind === "call",
  ))
    for (const member of [field, ...membersOf(field), "tokens.0.key"])
      expect(sentence({ code: "bad_request", field: member }, t)).not.toMatch(
        /[a-z]_[a-z]|\w\.\w|[a-z][A-Z]/,
      );
});
