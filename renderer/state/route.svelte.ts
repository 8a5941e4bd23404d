/** Which screen is shown; kept in the address, so that going back works as everywhere. */
export type Place =
  | { readonly screen: "accounts" | "add" | "clients" | "tools" | "settings" }
  | { readonly screen: "account" | "signIn"; readonly id: string };

export const hrefOf = (place: Place): string =>
  "id" in place ? `#/${place.screen}/${place.id}` : `#/${place.screen}`;

function placeOf(hash: string): Place {
  const [, screen, id] = hash.split("/");
  switch (screen) {
    case "add":
    case "clients":
    case "tools":
    case "settings":
      return { screen };
    case "account":
    case "signIn":
      return id === undefined ? { screen: "accounts" } : { screen, id };
    default:
      return { screen: "accounts" };
  }
}

export class Route {
  place = $state.raw<Place>(placeOf(location.hash));

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
}
