/** The system's file dialogs, over the focused window. They are asynchronous, so main is not blocked. */
import { dialog, type BrowserWindow, type OpenDialogOptions } from "electron/main";
import type { FileDialogs } from "../../desktop/file-dialogs.ts";
import type { AppTranslator } from "./language.ts";

export function createFileDialogs(
  parent: () => BrowserWindow | null,
  translator: Pick<AppTranslator, "t">,
): FileDialogs {
  const filters = () => [{ name: translator.t("files.export"), extensions: ["tokenkeep"] }];
  return {
    async save(suggestedName, what) {
      const options = {
        defaultPath: suggestedName,
        filters: what === "export" ? filters() : [{ name: "CSV", extensions: ["csv"] }],
      };
      const window = parent();
      const { canceled, filePath } = await (window === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options));
      return canceled || filePath === "" ? undefined : filePath;
    },
    async open(what) {
      const options: OpenDialogOptions =
        what === "export"
          ? { properties: ["openFile"], filters: filters() }
          : { properties: ["openFile", "showHiddenFiles"] };
      const window = parent();
      const { canceled, filePaths } = await (window === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options));
      return canceled ? undefined : filePaths[0];
    },
  };
}
