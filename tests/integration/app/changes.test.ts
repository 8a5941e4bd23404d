/** The hub of changes: who listens to what, and in which order. */
import { expect, test } from "vitest";
import { createChanges } from "../../../main/app/changes.ts";

test("a change reaches the listeners of its kind alone, in the order in which they came", () => {
  const changes = createChanges();
  const heard: unknown[] = [];
  changes.on({ signIn: (id, urgency) => heard.push(["first", id, urgency]), part: () => heard.push("part") });
  changes.on({ signIn: (id) => heard.push(["second", id]), settings: () => heard.push("settings") });
  changes.signIn("a", "now");
  changes.part();
  changes.settings();
  changes.display(); // nobody listens
  expect(heard).toEqual([["first", "a", "now"], ["second", "a"], "part", "settings"]);
});

test("a listener may announce another change while it is told of one", () => {
  const changes = createChanges();
  const heard: string[] = [];
  changes.on({
    settings() {
      heard.push("settings");
      changes.signIn();
    },
  });
  changes.on({ signIn: () => heard.push("sign-ins"), settings: () => heard.push("settings again") });
  changes.settings();
  expect(heard).toEqual(["settings", "sign-ins", "settings again"]);
});
