/** Which screen is shown; kept in the address, so that going back works as everywhere. */
/** Those that the navigation leads to, in its order. */
export const SCREENS = ["accounts", "tools", "clients", "activity", "settings"] as const;
export type Screen = (typeof SCREENS)[number];
export type Place =
  | { readonly screen: Screen | "add" | "imports" | "pairing" }
  | { readonly screen: "account" | "renew" | "signIn"; readonly id: string };

export const hrefOf = (place: Place): string =>
  "id" in place ? `#/${place.screen}/${place.id}` : `#/${place.screen}`;

function placeOf(hash: string): Place {
  const [, name, id] = hash.split("/");
  if (name === "add" || name === "imports" || name === "pairing") return { screen: name };
  if ((name === "account" || name === "renew" || name === "signIn") && id !== undefined)
    return { screen: name, id };
  return { screen: SCREENS.find((screen) => screen === name) ?? "accounts" };
}

export class Route {
  place = $state.raw<Place>(placeOf(location.hash));
  /** What lies over the screen because the person asked for it. */
  sheet = $state<"palette" | "help">();

  /** The screen that was left for this one. */
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
  /** Asked before something that takes time: goes where its end leads, unless the person has gone elsewhere by then. */
  onward(): (place: Place) => void {
    const { hash } = location;
    return (place) => {
      if (location.hash === hash) this.go(place);
    };
  }
}
