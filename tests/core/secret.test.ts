import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../core/secret.ts";

test("no way of printing a secret shows its value", () => {
  const secret = new Secret("hunter2");
  const printed = [
    String(secret),
    `${secret.toString()}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 9, showHidden: true }),
    Object.values(secret).join(),
    JSON.stringify(structuredClone({ ...secret })),
  ].join(" ");
  expect(printed).not.toContain("hunter2");
  expect(secret.reveal()).toBe("hunter2");
});
