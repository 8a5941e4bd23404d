/** The hub of changes: every part announces its changes here; the window's state and the tools' table listen. */

export interface ChangeListener {
  /**
   * A sign-in changed; without an id any of them may have. `passing`: many change like this all the time (a validation
   * that found nothing new), so the news may wait for other news. `now`: before anything else of this turn.
   */
  readonly signIn?: (id?: string, urgency?: Urgency) => void;
  /** Something other than the sign-ins changed: a pairing request, a bulk action, the socket. */
  readonly part?: () => void;
  /** Streamer mode began or ended, so the window shows every name differently. */
  readonly display?: () => void;
  /** The settings were read or changed. */
  readonly settings?: () => void;
}
export type Urgency = "soon" | "passing" | "now";

export interface Changes extends Required<ChangeListener> {
  /** Adds a listener. Listeners are called in the order in which they were added. */
  on(listener: ChangeListener): void;
}

export function createChanges(): Changes {
  const listeners: ChangeListener[] = [];
  return {
    signIn(id, urgency) {
      for (const listener of listeners) listener.signIn?.(id, urgency);
    },
    part() {
      for (const listener of listeners) listener.part?.();
    },
    display() {
      for (const listener of listeners) listener.display?.();
    },
    settings() {
      for (const listener of listeners) listener.settings?.();
    },
    on(listener) {
      listeners.push(listener);
    },
  };
}
