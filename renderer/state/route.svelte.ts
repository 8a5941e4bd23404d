/** The route: which screen is shown. It is the fragment of the address, so going back works. */
/** The screens of the navigation, in its order. */
export const SCREENS = ["accounts", "tools", "clients", "activity", "settings"] as const;
export type Screen = (typeof SCREENS)[number];
export type Place =
  | { readonly screen: Screen | "add" | "imports" | "pairing" }
  | { readonly screen: "account" | "renew" | "signIn" | "ready"; readonly id: string }
  /** The guide, where an app is chosen already: a client's ID, or `new`. */
  | { readonly screen: "add"; readonly id: string };

export const hrefOf = (place: Place): string =>
  "id" in place ? `#/${place.screen}/${place.id}` : `#/${place.screen}`;

function placeOf(hash: string): Place {
  const [, name, id] = hash.split("/");
  if (name === "add" && id !== undefined) return { screen: name, id };
  if (name === "add" || name === "imports" || name === "pairing") return { screen: name };
  if ((name === "account" || name === "renew" || name === "signIn" || name === "ready") && id !== undefined)
    return { screen: name, id };
  return { screen: SCREENS.find((screen) => screen === name) ?? "accounts" };
}

export class Route {
  place = $state.raw<Place>(placeOf(location.hash));
  /** The sheet or dialog over the screen that the user opened. */
  sheet = $state<"palette" | "help">();

  /** The screen before this one. */
  before: Place | undefined;

  constructor() {
    addEventListener("hashchange", () => {
      this.before = this.place;
      this.place = placeOf(location.hash);
    });
  }
  go(place: Place): void {
    location.hash = hrefOf(place);
  }
  /**
   * Call it before an action that takes time. Returns a function that continues afterwards, unless the user has left
   * the screen meanwhile.
   */
  onward(): (place: Place) => void {
    const { hash } = location;
    return (place) => {
      if (location.hash === hash) this.go(place);
    };
  }
}
