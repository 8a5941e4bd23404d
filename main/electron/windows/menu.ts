/** Shows the window's menu, whose keys work also where the bar is hidden, in the user's language. */
import { BrowserWindow, Menu, type MenuItemConstructorOptions } from "electron/main";
import type { App } from "../../app/compose.ts";
import { menuModel, type MenuEntry } from "../../window/frame/menu-model.ts";
import type { AppTranslator } from "../system/language.ts";
import type { MainWindow } from "./main-window.ts";

function run(command: Extract<MenuEntry, { kind: "command" }>["command"], window: MainWindow): void {
  switch (command) {
    case "zoomIn":
      return window.zoom("in");
    case "zoomOut":
      return window.zoom("out");
    case "zoomReset":
      return window.zoom("reset");
    default:
      return window.command(command);
  }
}

function itemsOf(entry: MenuEntry, window: MainWindow): readonly MenuItemConstructorOptions[] {
  switch (entry.kind) {
    case "separator":
      return [{ type: "separator" }];
    case "role": {
      const { role, label, keys } = entry;
      return [{ role, label, ...(keys !== undefined && { accelerator: keys }) }];
    }
    case "command": {
      const { command, label, keys, moreKeys = [] } = entry;
      const click = () => run(command, window);
      return [
        { id: command, label, accelerator: keys, click },
        ...moreKeys.map((accelerator) => ({ label, accelerator, click, visible: false })),
      ];
    }
  }
}

export function showMenu(tokenkeep: App, window: MainWindow, translator: AppTranslator): void {
  let language: string | undefined;
  const follow = (): void => {
    if (translator.language === language) return;
    language = translator.language;
    const template = menuModel(process.platform, translator.t).map(
      ({ label, role, entries }): MenuItemConstructorOptions => ({
        label,
        ...(role !== undefined && { role }),
        submenu: entries.flatMap((entry) => itemsOf(entry, window)),
      }),
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
    // Elsewhere than on macOS every window has got the menu, and a sign-in window is not for these commands.
    if (process.platform === "darwin") return;
    for (const other of BrowserWindow.getAllWindows()) if (!window.is(other)) other.removeMenu();
  };
  follow();
  tokenkeep.state.onChange(({ settings }) => {
    if (settings !== undefined) follow(); // after the translator
  });
}
