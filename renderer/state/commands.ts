/** The commands that work on every screen: one list for the keys, the palette and the help sheet. */
import type { WindowCommand } from "../../contract/ipc.ts";
import { t } from "../text/t.ts";
import { focusSearch, isDialogOpen } from "../ui/keyboard.ts";
import { SCREENS } from "./route.svelte.ts";
import type { WindowState } from "./window.ts";

export interface Command {
  readonly id: string;
  readonly words: string;
  /** The keys by their English names, as "Ctrl+1"; `keyName` translates them. On a Mac, Command does the same as Ctrl. */
  readonly keys?: string;
  /** Other keys that do the same. */
  readonly moreKeys?: readonly string[];
  readonly run: () => void;
}

export const UNDO = "Ctrl+Z";

export function commandsOf(parts: WindowState): readonly Command[] {
  const { session, notices, route, signInActions, vaultActions, settingsActions, frameActions } = parts;
  const { vault, pairing, streamer = false } = session.snapshot ?? {};
  const undo = notices.current?.undo;
  const open = vault?.state === "open" ? vault : undefined;
  if (open === undefined) return [];
  const closing = open.sealedBy.passphrase
    ? t("commands.lock")
    : open.paused
      ? t("commands.resume")
      : t("commands.pause");
  return [
    ...(undo === undefined ? [] : [{ id: "undo", words: t("commands.undo"), keys: UNDO, run: undo }]),
    { id: "find", words: t("commands.find"), keys: "Ctrl+F", run: focusSearch },
    { id: "palette", words: t("commands.palette"), keys: "Ctrl+K", run: () => (route.sheet = "palette") },
    { id: "add", words: t("commands.add"), keys: "Ctrl+N", run: () => route.go({ screen: "add" }) },
    { id: "import", words: t("imports.title"), run: () => route.go({ screen: "imports" }) },
    { id: "validateAll", words: t("commands.validateAll"), run: () => void signInActions.validateAll() },
    { id: "close", words: closing, keys: "Ctrl+L", run: () => void vaultActions.close() },
    {
      id: "streamer",
      words: t(streamer ? "commands.streamerOff" : "commands.streamerOn"),
      run: () => void settingsActions.toggleStreamer(),
    },
    ...(pairing === undefined || pairing === null
      ? []
      : [
          {
            id: "pairing",
            words: streamer ? t("pairing.someone") : t("pairing.wants", { name: pairing.name }),
            run: () => route.go({ screen: "pairing" }),
          },
        ]),
    ...SCREENS.map((screen, at): Command => ({
      id: screen,
      words: t("commands.go", { screen: t(`app.${screen}`) }),
      keys: `Ctrl+${String(at + 1)}`,
      ...(screen === "settings" && { moreKeys: ["Ctrl+,"] }),
      run: () => route.go({ screen }),
    })),
    { id: "back", words: t("commands.back"), keys: "Alt+←", run: () => history.back() },
    { id: "forward", words: t("commands.forward"), keys: "Alt+→", run: () => history.forward() },
    { id: "help", words: t("commands.help"), keys: "?", run: () => (route.sheet = "help") },
    { id: "quit", words: t("commands.quit"), keys: "Ctrl+Q", run: () => void frameActions.quit() },
  ];
}

/** Under an open dialog the screen stays as it is; a lock and a quit need no screen. */
const isAllowed = ({ id }: Command): boolean => id === "close" || id === "quit" || !isDialogOpen();

/** The command of a key; none while the key belongs to a field that is typed in, or while a dialog is open. */
export function commandOf(parts: WindowState, event: KeyboardEvent): Command | undefined {
  const { ctrlKey, metaKey, altKey, shiftKey, key, target } = event;
  const control = ctrlKey || metaKey;
  const within = (selector: string) => target instanceof Element && target.closest(selector) !== null;
  const keys = altKey ? altKeys(event) : `${control ? "Ctrl+" : ""}${control ? key.toUpperCase() : key}`;
  if (keys === undefined) return undefined;
  const typed = (!control && !altKey) || keys === UNDO;
  if (typed && within("input:not([type=checkbox], [type=radio]), textarea, select")) return undefined;
  if (keys === UNDO && shiftKey) return undefined; // Ctrl+Shift+Z is redo
  const command = commandsOf(parts).find((one) => one.keys === keys || one.moreKeys?.includes(keys));
  return command !== undefined && isAllowed(command) ? command : undefined;
}

/** On a Mac, Alt and an arrow move by a word in a field; its own keys are in the menu. */
function altKeys({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string | undefined {
  if (ctrlKey || metaKey || shiftKey || navigator.userAgent.includes("Mac")) return undefined;
  return key === "ArrowLeft" ? "Alt+←" : key === "ArrowRight" ? "Alt+→" : undefined;
}

/** Runs what a menu of the system asks for. Without an open vault there are no commands. */
export function runCommand(parts: WindowState, asked: WindowCommand): void {
  const command = commandsOf(parts).find(({ id }) => id === asked);
  if (command !== undefined && isAllowed(command)) command.run();
}
