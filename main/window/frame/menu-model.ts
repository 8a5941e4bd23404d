/** The window's menu as data: the menu bar of macOS, and on other systems the bar that Alt shows. */
import type { WindowCommand } from "../../../contract/ipc.ts";
import type { Translate } from "../../../text/words.ts";

/** Entries that Electron implements. */
export type MenuRole =
  | "about"
  | "services"
  | "hide"
  | "hideOthers"
  | "unhide"
  | "undo"
  | "redo"
  | "cut"
  | "copy"
  | "paste"
  | "selectAll"
  | "minimize"
  | "zoom"
  | "front"
  | "togglefullscreen"
  | "close"
  | "quit";
/** Entries that change the zoom; the app remembers it. */
export type ZoomCommand = "zoomIn" | "zoomOut" | "zoomReset";

export type MenuEntry =
  | { readonly kind: "separator" }
  | { readonly kind: "role"; readonly role: MenuRole; readonly label: string; readonly keys?: string }
  | {
      readonly kind: "command";
      readonly command: WindowCommand | ZoomCommand;
      readonly label: string;
      readonly keys: string;
      /** More keys for the same command, which the menu does not show. */
      readonly moreKeys?: readonly string[];
    };
export interface MenuGroup {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** macOS adds entries of its own to these menus. */
  readonly role?: "window" | "help";
}

const SEPARATOR: MenuEntry = { kind: "separator" };

/** `platform`: as `process.platform`. Keys are Electron accelerators. */
export function menuModel(platform: NodeJS.Platform, t: Translate): readonly MenuGroup[] {
  const mac = platform === "darwin";
  const role = (name: MenuRole, keys?: string): MenuEntry => ({
    kind: "role",
    role: name,
    label: t(`menu.${name}`),
    ...(keys !== undefined && { keys }),
  });
  const command = (
    name: WindowCommand | ZoomCommand,
    keys: string,
    moreKeys?: readonly string[],
  ): MenuEntry => ({
    kind: "command",
    command: name,
    label: name === "settings" ? `${t("app.settings")}…` : t(`menu.${name}`), // as the screen is called
    keys,
    ...(moreKeys !== undefined && { moreKeys }),
  });
  const settings = command("settings", "CommandOrControl+,");
  const quit = role("quit", "CommandOrControl+Q");
  const close = role("close", "CommandOrControl+W");
  const add = command("add", "CommandOrControl+N");
  const application: MenuGroup = {
    label: t("app.name"),
    entries: [
      ...[role("about"), SEPARATOR, settings, SEPARATOR, role("services"), SEPARATOR],
      ...[role("hide"), role("hideOthers"), role("unhide"), SEPARATOR, quit],
    ],
  };
  const file: MenuGroup = {
    label: t("menu.file"),
    entries: mac ? [add, SEPARATOR, close] : [add, settings, SEPARATOR, close, quit],
  };
  const edit: MenuGroup = {
    label: t("menu.edit"),
    entries: [
      ...[role("undo"), role("redo"), SEPARATOR, role("cut"), role("copy"), role("paste")],
      ...[role("selectAll"), SEPARATOR, command("find", "CommandOrControl+F")],
    ],
  };
  const view: MenuGroup = {
    label: t("menu.view"),
    entries: [
      command("palette", "CommandOrControl+K"),
      SEPARATOR,
      command("back", mac ? "Command+[" : "Alt+Left"),
      command("forward", mac ? "Command+]" : "Alt+Right"),
      SEPARATOR,
      // "+" is Shift and "=" on many keyboards, and users press it without Shift.
      command("zoomIn", "CommandOrControl+Plus", ["CommandOrControl+=", "CommandOrControl+numadd"]),
      command("zoomOut", "CommandOrControl+-", ["CommandOrControl+numsub"]),
      command("zoomReset", "CommandOrControl+0", ["CommandOrControl+num0"]),
      SEPARATOR,
      role("togglefullscreen", mac ? "Control+Command+F" : "F11"),
    ],
  };
  const windowGroup: MenuGroup = {
    label: t("menu.window"),
    role: "window",
    entries: [role("minimize", "Command+M"), role("zoom"), SEPARATOR, role("front")],
  };
  const help: MenuGroup = { label: t("menu.helpGroup"), role: "help", entries: [command("help", "F1")] };
  return mac ? [application, file, edit, view, windowGroup, help] : [file, edit, view, help];
}
