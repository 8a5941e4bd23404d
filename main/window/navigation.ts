/** Navigation requests: a tool, the tray or a notification asks the window to show a screen. One waits at a time. */
import type { NavigationRequest } from "../../contract/views/snapshot.ts";
import type { Randomness } from "../../core/ports.ts";

export interface Navigation {
  /** The request that waits for the window. */
  readonly view: NavigationRequest | undefined;
  /** Replaces a request that the window has not followed yet. */
  request(request: Omit<NavigationRequest, "id">): void;
  /** The window has followed the request of this id. */
  done(id: string): void;
  /** Drops the request, for a lock: it may name an account. */
  forget(): void;
}

export function createNavigation(random: Randomness, changed: () => void): Navigation {
  let view: NavigationRequest | undefined;
  const set = (next: NavigationRequest | undefined): void => {
    if (view === next) return;
    view = next;
    changed();
  };
  return {
    get view() {
      return view;
    },
    request: (request) => set({ ...request, id: random.uuid() }),
    done(id) {
      if (view?.id === id) set(undefined);
    },
    forget: () => set(undefined),
  };
}
