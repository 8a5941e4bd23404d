/** The commands that work on every screen: one list for the keys, the palette and the help sheet. */
import { t } from "../text/t.ts";
import { isDialogOpen } from "../ui/keyboard.ts";
import { SCREENS } from "./route.svelte.ts";
import type { WindowState } from "./window.ts";

export interface Command {
  readonly id: string;
  readonly words: string;
  /** The keys by their English names, as "Ctrl+1"; `keyName` translates them. On a Mac, Command does the same as Ctrl. */
  readonly keys?: string;
  readonly run: () => void;
}

export const UNDO = "Ctrl+Z";

export function commandsOf(parts: WindowState): readonly Command[] {
  const { session, notices, route, signInActions, vaultActions, settingsActions } = parts;
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
      run: () => route.go({ screen }),
    })),
    { id: "help", words: t("commands.help"), keys: "?", run: () => (route.sheet = "help") },
  ];
}

/** The command of a key; none while the key belongs to a field that is typed in, or while a dialog is open. */
export function commandOf(parts: WindowState, event: KeyboardEvent): Command | undefined {
  const { ctrlKey, metaKey, altKey, shiftKey, key, target } = event;
  if (altKey) return undefined;
  const control = ctrlKey || metaKey;
  const within = (selector: string) => target instanceof Element && target.closest(selector) !== null;
  const keys = `${control ? "Ctrl+" : ""}${control ? key.toUpperCase() : key}`;
  const typed = !control || keys === UNDO;
  if (typed && within("input:not([type=checkbox], [type=radio]), textarea, select")) return undefined;
  if (keys === UNDO && shiftKey) return undefined; // Ctrl+Shift+Z is redo
  const command = commandsOf(parts).find((one) => one.keys === keys);
  return command?.id !== "close" && isDialogOpen() ? undefined : command;
}
