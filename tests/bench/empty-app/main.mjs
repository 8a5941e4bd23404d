// @ts-check
/** The smallest Electron app: a window, or with `--hidden` a tray icon. */
import { app, BrowserWindow, Menu, Tray } from "electron/main";
import path from "node:path";

/** @type {Tray | undefined} held, because an unreferenced icon is collected */
let tray;
void app.whenReady().then(async () => {
  tray = new Tray(path.join(import.meta.dirname, "../../../resources/tray.png"));
  tray.setContextMenu(Menu.buildFromTemplate([{ label: "Quit", click: () => app.quit() }]));
  app.on("window-all-closed", () => undefined);
  if (app.commandLine.hasSwitch("hidden")) return;
  const window = new BrowserWindow({ width: 1180, height: 800, show: false });
  window.once("ready-to-show", () => window.show());
  await window.loadURL("data:text/html,<!doctype html><title>Empty</title><p>Nothing in here.</p>");
});
