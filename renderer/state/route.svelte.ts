/** The route: which screen is shown. It is the fragment of the address, so going back works. */
/** The screens of the navigation, in its order. */
export const SCREENS = ["accounts", "tools", "clients", "activity", "settings"] as const;
export type Screen = (typeof SCREENS)[number];
/** The sections of the settings, in the order of their list. */
export const SECTIONS = [
  "general",
  "appearance",
  "security",
  "clipboard",
  "streamer",
  "providers",
  "move",
  "diagnostics",
  "about",
] as const;
export type Section = (typeof SECTIONS)[number];
export type Place =
  | { readonly screen: Exclude<Screen, "settings"> | "add" | "imports" | "pairing" }
  | { readonly screen: "settings"; readonly section?: Section }
  | { readonly screen: "account" | "renew" | "signIn" | "ready"; readonly id: string }
  /** The guide, where an app is chosen already: a client's ID, or `new`. */
  | { readonly screen: "add"; readonly id: string };

export function hrefOf(place: Place): string {
  const part = "id" in place ? place.id : "section" in place ? place.section : undefined;
  return part === undefined ? `#/${place.screen}` : `#/${place.screen}/${part}`;
}

/** The section of this name; the first one for an unknown name. */
const sectionOf = (name: string | undefined): Section =>
  SECTIONS.find((section) => section === name) ?? SECTIONS[0];

function placeOf(hash: string): Place {
  const [, name, id] = hash.split("/");
  if (name === "add" && id !== undefined) return { screen: name, id };
  if (name === "add" || name === "imports" || name === "pairing") return { screen: name };
  if ((name === "account" || name === "renew" || name === "signIn" || name === "ready") && id !== undefined)
    return { screen: name, id };
  if (name === "settings") return { screen: name, section: sectionOf(id) };
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
