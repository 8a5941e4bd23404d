/**
 * Decides what happens when the user closes the main window. The app keeps running, which the window says the first time:
 * where to find the app, or that this desktop has no tray to find it in. A window with a form that is half filled in is
 * hidden and keeps it; any other window is destroyed.
 */
import type { WindowMemory } from "./window-memory.ts";

/** Where the app is found while its window is closed. */
export type Whereabouts = "tray" | "menuBar" | "nowhere";

interface Ports {
  readonly memory: WindowMemory;
  /** Where the app is found on this desktop now. Never rejects. */
  readonly whereabouts: () => Promise<Whereabouts>;
  /** Asks in the window; `answer` gets the user's decision. */
  readonly ask: (whereabouts: Whereabouts) => void;
  readonly hide: () => void;
  readonly destroy: () => void;
}

export interface Closing {
  /** The user closes the window. Resolves after the decision, or after the question has appeared. */
  requested(): Promise<void>;
  /** The user's decision. "stay": the window stays open, and the next close asks again. */
  answer(answer: "close" | "stay"): void;
  /** Whether the window has a form that is half filled in. A hidden window whose form is gone is destroyed. */
  setDrafts(has: boolean): void;
  /** The window is shown, so nothing asked or hidden before counts any more. */
  shown(): void;
  /** Destroys a hidden window, for a lock: a half-filled form may hold a secret. */
  forget(): void;
}

export function createClosing({ memory, whereabouts, ask, hide, destroy }: Ports): Closing {
  let asked: Whereabouts | undefined;
  let hasDrafts = false;
  let hidden = false;
  const knows = (where: Whereabouts): boolean =>
    where === "nowhere" ? memory.current.knowsNoTray : memory.current.knowsOfTray;

  function close(): void {
    asked = undefined;
    if (hasDrafts) {
      hidden = true;
      hide();
    } else {
      hidden = false;
      destroy();
    }
  }
  const learn = (where: Whereabouts): void =>
    memory.note(where === "nowhere" ? { knowsNoTray: true } : { knowsOfTray: true });

  return {
    async requested() {
      if (asked !== undefined) {
        // A second close is an answer, also where the page hangs and cannot ask.
        learn(asked);
        return close();
      }
      const { knowsOfTray, knowsNoTray } = memory.current;
      if (knowsOfTray && knowsNoTray) return close();
      const where = await whereabouts();
      if (knows(where)) return close();
      asked = where;
      ask(where);
    },
    answer(answer) {
      if (asked === undefined) return;
      if (answer === "stay") {
        asked = undefined;
        return;
      }
      learn(asked);
      close();
    },
    setDrafts(has) {
      hasDrafts = has;
      if (!has && hidden) close();
    },
    shown() {
      asked = undefined;
      hidden = false;
    },
    forget() {
      if (!hidden) return;
      hasDrafts = false;
      close();
    },
  };
}
