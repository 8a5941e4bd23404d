/** The menus of the window as data: the keys that each system's users expect, and words in each language. */
import { describe, expect, test } from "vitest";
import { contextMenuModel, type ContextTarget } from "../../../main/window/frame/context-menu-model.ts";
import { menuModel } from "../../../main/window/frame/menu-model.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { createWords } from "../../../text/words.ts";

const t = createWords("en", en);

/** Each entry's name with its keys. */
const keysOn = (platform: NodeJS.Platform): Record<string, string> =>
  Object.fromEntries(
    menuModel(platform, t)
      .flatMap(({ entries }) => entries)
      .flatMap((entry) =>
        entry.kind === "separator"
          ? []
          : [[entry.kind === "role" ? entry.role : entry.command, entry.keys ?? ""] as const],
      ),
  );

describe.each(["darwin", "linux", "win32"] as const)("the menu on %s", (platform) => {
  test("has the standard keys", () => {
    expect(keysOn(platform)).toMatchObject({
      ...{ quit: "CommandOrControl+Q", close: "CommandOrControl+W", settings: "CommandOrControl+," },
      ...{ find: "CommandOrControl+F", add: "CommandOrControl+N", palette: "CommandOrControl+K" },
      ...{ zoomIn: "CommandOrControl+Plus", zoomOut: "CommandOrControl+-", zoomReset: "CommandOrControl+0" },
      ...{ undo: "", redo: "", cut: "", copy: "", paste: "", selectAll: "" }, // Electron's own
      ...(platform === "darwin"
        ? { togglefullscreen: "Control+Command+F", back: "Command+[", forward: "Command+]" }
        : { togglefullscreen: "F11", back: "Alt+Left", forward: "Alt+Right" }),
    });
  });
  test("zooms in without Shift and from the number pad, too", () => {
    const [zoomIn] = menuModel(platform, t)
      .flatMap(({ entries }) => entries)
      .filter((entry) => entry.kind === "command" && entry.command === "zoomIn");
    expect(zoomIn).toMatchObject({ moreKeys: ["CommandOrControl+=", "CommandOrControl+numadd"] });
  });
  test("uses no key twice", () => {
    const used = menuModel(platform, t)
      .flatMap(({ entries }) => entries)
      .flatMap((entry) =>
        entry.kind === "separator"
          ? []
          : [entry.keys ?? [], entry.kind === "command" ? (entry.moreKeys ?? []) : []].flat(),
      );
    expect(used).toEqual([...new Set(used)]);
  });
  test("is in German, too", () => {
    const labels = (translate: typeof t) =>
      menuModel(platform, translate).flatMap(({ label, entries }) => [
        label,
        ...entries.flatMap((entry) => (entry.kind === "separator" ? [] : [entry.label])),
      ]);
    const german = labels(createWords("de", de));
    expect(german).toHaveLength(labels(t).length);
    expect(german).toContain("Tokenkeep beenden");
  });
});
test("macOS has the app's menu first, with about, settings, hide and quit; other systems have no such menu", () => {
  const [app] = menuModel("darwin", t);
  expect(app?.label).toBe("Tokenkeep");
  expect(app?.entries.at(0)).toMatchObject({ role: "about" });
  expect(app?.entries.at(-1)).toMatchObject({ role: "quit" });
  expect(menuModel("linux", t).map(({ label }) => label)).toEqual(["File", "Edit", "View", "Help"]);
  expect(Object.keys(keysOn("win32"))).not.toContain("hide");
});

const field: ContextTarget = {
  isEditable: true,
  isPassword: false,
  hasSelection: true,
  canCut: true,
  canCopy: true,
  canPaste: true,
  canSelectAll: true,
};
const roles = (target: ContextTarget) =>
  contextMenuModel(target, t).flatMap((entry) => (entry.kind === "role" ? [entry.role] : []));

test("a text field offers cut, copy, paste and select all; what Chromium refuses is shown disabled", () => {
  expect(roles(field)).toEqual(["cut", "copy", "paste", "selectAll"]);
  expect(contextMenuModel({ ...field, canPaste: false }, t)).toContainEqual({
    kind: "role",
    role: "paste",
    label: "Paste",
    enabled: false,
  });
});
test("a password is pasted, and neither cut nor copied", () => {
  expect(roles({ ...field, isPassword: true })).toEqual(["paste", "selectAll"]);
});
test("selected text can be copied; elsewhere no menu opens", () => {
  expect(roles({ ...field, isEditable: false })).toEqual(["copy"]);
  expect(roles({ ...field, isEditable: false, hasSelection: false })).toEqual([]);
});
