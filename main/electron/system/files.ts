/** The system's own dialogs for files, over the window that asks. Asynchronous: main goes on meanwhile. */
import { dialog, type BrowserWindow, type OpenDialogOptions } from "electron/main";
import type { FileDialogs } from "../../desktop/file-dialogs.ts";
import type { AppTranslator } from "./language.ts";

export function createFileDialogs(
  parent: () => BrowserWindow | null,
  translator: Pick<AppTranslator, "t">,
): FileDialogs {
  const filters = () => [{ name: translator.t("files.export"), extensions: ["tokenkeep"] }];
  return {
    async save(suggestedName) {
      const options = { defaultPath: suggestedName, filters: filters() };
      const over = parent();
      const { canceled, filePath } = await (over === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(over, options));
      return canceled || filePath === "" ? undefined : filePath;
    },
    async open(what) {
      const options: OpenDialogOptions =
        what === "export"
          ? { properties: ["openFile"], filters: filters() }
          : { properties: ["openFile", "showHiddenFiles"] };
      const over = parent();
      const { canceled, filePaths } = await (over === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(over, options));
      return canceled ? undefined : filePaths[0];
    },
  };
}
