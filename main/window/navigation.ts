/** What a tool, the tray or a notification wants the window to show. The window does it, once, and says so. */
import type { WishView } from "../../contract/views/snapshot.ts";
import type { Randomness } from "../../core/ports.ts";

export interface Wishes {
  /** In place of one that the window has not come to. */
  make(wish: Omit<WishView, "id">): void;
  done(id: string): void;
  /** The window was not unlocked for it in time: it is gone with what it was about. */
  forget(): void;
  readonly view: WishView | undefined;
}

export function createWishes(random: Randomness, changed: () => void): Wishes {
  let view: WishView | undefined;
  return {
    get view() {
      return view;
    },
    make(wish) {
      view = { ...wish, id: random.uuid() };
      changed();
    },
    done(id) {
      if (view?.id !== id) return;
      view = undefined;
      changed();
    },
    forget() {
      if (view === undefined) return;
      view = undefined;
      changed();
    },
  };
}
