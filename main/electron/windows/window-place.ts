/** Brings the main window back to where it was, and remembers where it is. */
import { screen, type BrowserWindow } from "electron/main";
import {
  isTitleBarReachable,
  placeWindow,
  type Display,
  type Placement,
} from "../../window/frame/placement.ts";
import type { WindowMemory } from "../../window/frame/window-memory.ts";

/** The primary display first. */
function displays(): readonly Display[] {
  const primary = screen.getPrimaryDisplay().id;
  return [...screen.getAllDisplays()].sort((a, b) => Number(b.id === primary) - Number(a.id === primary));
}

/** Where a new window appears. Wayland ignores the position, because there the desktop places all windows. */
export const rememberedPlacement = ({ current }: WindowMemory): Placement =>
  placeWindow(current.place, displays());

/** Moves a window back whose display is gone. */
export function bringOnScreen(window: BrowserWindow): void {
  const bounds = window.getBounds();
  const now = displays();
  if (window.isMaximized() || window.isFullScreen() || isTitleBarReachable(bounds, now)) return;
  window.setBounds(placeWindow({ bounds }, now));
}

/** Notes each new place of the window. */
export function rememberPlace(window: BrowserWindow, memory: WindowMemory): void {
  const note = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen() || !window.isVisible()) return;
    const bounds = window.getNormalBounds();
    const { id, workArea } = screen.getDisplayMatching(bounds);
    memory.note({
      place: { bounds, display: { id, x: workArea.x, y: workArea.y } },
      maximised: window.isMaximized(),
    });
  };
  window.on("resize", note);
  window.on("move", note);
  window.on("maximize", note);
  window.on("unmaximize", note);
}
