/** The menu of text fields and of selected text, in every window: by the mouse, the menu key, and Shift+F10. */
import { app, BrowserWindow, Menu, webContents, type WebContents } from "electron/main";
import { contextMenuModel } from "../../window/frame/context-menu-model.ts";
import type { AppTranslator } from "../system/language.ts";

/** A page that shows a menu of its own prevents the event, and this menu does not open. */
export function offerContextMenus(translator: AppTranslator): void {
  const follow = (contents: WebContents): void => {
    contents.on("context-menu", (_event, params) => {
      const { isEditable, formControlType, selectionText, editFlags, frame, menuSourceType } = params;
      const model = contextMenuModel(
        {
          isEditable,
          isPassword: formControlType === "input-password",
          hasSelection: selectionText !== "",
          ...editFlags,
        },
        translator.t,
      );
      if (model.length === 0) return;
      const menu = Menu.buildFromTemplate(
        model.map((entry) =>
          entry.kind === "separator"
            ? { type: "separator" }
            : { role: entry.role, label: entry.label, enabled: entry.enabled },
        ),
      );
      const window = BrowserWindow.getFocusedWindow();
      menu.popup({
        ...(window !== null && { window }),
        ...(frame !== null && { frame }),
        sourceType: menuSourceType,
      });
    });
  };
  for (const contents of webContents.getAllWebContents()) follow(contents);
  app.on("web-contents-created", (_event, contents) => follow(contents));
}
