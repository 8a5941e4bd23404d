/** Navigation requests (wishes): a tool, the tray or the command line asks the window to show a screen. */
import type { NavigationRequest } from "../../contract/views/snapshot.ts";
import type { Route } from "./route.svelte.ts";
import type { Session } from "./session.svelte.ts";

/** A failure of `wish.done` is ignored: the next request, or a lock, replaces the wish in main. */
const ignore = (): void => undefined;

export class Wishes {
  readonly #session: Session;
  readonly #route: Route;
  #waiting = $state.raw<NavigationRequest>();
  #shownId: string | undefined;

  constructor(session: Session, route: Route) {
    this.#session = session;
    this.#route = route;
  }

  /** Goes to the screen of a wish, once. The user decides there what to do. */
  show(wish: NavigationRequest): void {
    const { id, action, account } = wish;
    if (this.#shownId === id) return;
    this.#shownId = id;
    void this.#session.call(`wish ${id}`, () => this.#session.api["wish.done"](id), ignore);
    this.#waiting = wish;
    const signIn = this.#session.snapshot?.signIns.find((one) => one.account === account)?.id;
    if (action === "pairing" || action === "add") this.#route.go({ screen: action });
    else if (action === "export") this.#route.go({ screen: "settings", section: "move" });
    else if (signIn !== undefined) this.#route.go({ screen: "account", id: signIn });
    else this.#route.go({ screen: "accounts" });
  }

  /** Takes the waiting wish of this kind, for the screen that serves it; undefined when no such wish waits. */
  take(action: NavigationRequest["action"]): NavigationRequest | undefined {
    const wish = this.#waiting;
    if (wish?.action !== action) return undefined;
    this.#waiting = undefined;
    return wish;
  }
}
