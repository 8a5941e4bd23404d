/** Draws the tray model. The menu contains everything, because Linux desktops show nothing else. */
import { nativeImage } from "electron/common";
import { Menu, Tray, type MenuItemConstructorOptions } from "electron/main";
import path from "node:path";
import type { TrayEntry, TrayModel } from "../../window/tray-model.ts";

export interface TrayActions {
  readonly copy: (signIn: string) => void;
  readonly open: () => void;
  readonly pairing: () => void;
  readonly validateAll: () => void;
  readonly lock: () => void;
  readonly pause: (paused: boolean) => void;
  readonly quit: () => void;
}

const ICONS: Record<TrayModel["icon"], string> = {
  well: "tray",
  attention: "tray-attention",
  locked: "tray-locked",
};

/** Returns the function that shows a newer model. */
export function createTray(folder: string, actions: TrayActions): (model: TrayModel) => void {
  const image = (icon: TrayModel["icon"]) =>
    nativeImage.createFromPath(path.join(folder, `${ICONS[icon]}.png`));
  const tray = new Tray(image("locked"));
  tray.on("click", actions.open);
  let shown = "";

  const item = (entry: TrayEntry): MenuItemConstructorOptions => {
    switch (entry.kind) {
      case "separator":
        return { type: "separator" };
      case "note":
        return { label: entry.label, enabled: false };
      case "copy":
        return { label: entry.label, enabled: entry.enabled, click: () => actions.copy(entry.signIn) };
      case "pause":
      case "resume":
        return { label: entry.label, click: () => actions.pause(entry.kind === "pause") };
      case "open":
      case "pairing":
      case "validateAll":
      case "lock":
      case "quit":
        return { label: entry.label, click: actions[entry.kind] };
    }
  };
  return (model) => {
    const drawing = JSON.stringify(model);
    if (drawing === shown) return; // a new menu closes the open one on Linux
    shown = drawing;
    tray.setImage(image(model.icon));
    tray.setToolTip(model.tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(model.entries.map(item)));
  };
}
