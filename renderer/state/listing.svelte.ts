/** The list of sign-ins: what it shows, in which order, and which rows are chosen. It outlives the screen. */
/* eslint-disable svelte/prefer-svelte-reactivity -- the other maps and sets are read by no component */
import { untrack } from "svelte";
import { ACCOUNT_SORTS, type AccountsOrder } from "../../contract/settings.ts";
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { SignInView } from "../../contract/views/account.ts";
import { byName } from "../text/format.ts";
import { needsYou } from "./status.ts";

export const FILTERS = {
  all: () => true,
  needYou: needsYou,
  unreachable: ({ condition }: SignInView) => condition === "unreachable" || condition === "offline",
  ended: ({ status }: SignInView) => status === "revoked",
} as const;
export type Filter = keyof typeof FILTERS;

export { ACCOUNT_SORTS as SORTS };
export type Sort = AccountsOrder["by"];
/** What is worse comes first: the user has to act, no token can be had now, something passes, all is well. */
const severity = (signIn: SignInView): number =>
  needsYou(signIn) ? 3 : !signIn.hasToken ? 2 : signIn.condition !== undefined ? 1 : 0;
/** Main sends the rows by name; the other orders are stable sorts on top. */
const ORDER: Record<Exclude<Sort, "name">, (a: SignInView, b: SignInView) => number> = {
  status: (a, b) => severity(b) - severity(a) || (a.status < b.status ? -1 : Number(a.status > b.status)),
  ends: (a, b) => (a.expiresAtMs ?? Infinity) - (b.expiresAtMs ?? Infinity) || 0,
  checked: (a, b) => (a.validatedAtMs ?? 0) - (b.validatedAtMs ?? 0),
  provider: (a, b) => byName(a.providerName, b.providerName),
};

export type Section = "needYou" | "lookedAfter" | "ended";
/** A heading, or a row. A row is the sign-in itself and no wrapper, since each keystroke makes a list of thousands. */
export type Item = { readonly id: Section; readonly heading: true } | SignInView;
export const isHeading = (item: Item): item is Extract<Item, { heading: true }> => "heading" in item;
const HEADINGS: Record<Section, Item> = {
  needYou: { id: "needYou", heading: true },
  lookedAfter: { id: "lookedAfter", heading: true },
  ended: { id: "ended", heading: true },
};

const sectionOf = (signIn: SignInView): Section =>
  needsYou(signIn) ? "needYou" : signIn.status === "revoked" ? "ended" : "lookedAfter";

/** What streamer mode shows of a note. */
export const HIDDEN_NOTE = "•••";

/** The searchable text of a row, in lower case: made once, since a keystroke searches all rows. */
interface Searched {
  readonly signIn: SignInView;
  readonly own: string;
  /** The longer part, which many rows share. */
  readonly common: string;
}
const searched = new WeakMap<SignInView, Searched>();
/** Each common text once, so that equal texts are one object. */
const commons = new Map<string, string>();
export function searchedOf(signIn: SignInView): Searched {
  const known = searched.get(signIn);
  if (known !== undefined) return known;
  const { login, displayName, alias = "", note = "", clientName, providerName, scopes } = signIn;
  const plain = displayName.toLowerCase() === login && alias === "" && note === "";
  const names = plain ? [login] : [login, displayName, alias, note === HIDDEN_NOTE ? "" : note];
  const common = [clientName, providerName, ...scopes].join("\n").toLowerCase();
  const made = { signIn, own: names.join("\n").toLowerCase(), common: commons.get(common) ?? common };
  commons.set(common, made.common);
  searched.set(signIn, made);
  return made;
}
/** The words of a query. */
export const termsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);
/** The rows that have every word of the query, in their order. `commons` has each of their common texts once. */
function foundBy(
  query: string,
  rows: readonly Searched[],
  commons: ReadonlySet<string>,
): readonly Searched[] {
  let left = rows;
  for (const term of termsOf(query)) {
    const having = new Set([...commons].filter((common) => common.includes(term)));
    if (having.size === commons.size) continue;
    left = left.filter(({ own, common }) => own.includes(term) || having.has(common));
  }
  return left;
}

/** Makes the searchable texts while the window is idle, or the first keystroke would wait for all of them. */
function prepareSearch(signIns: readonly SignInView[]): void {
  let next = 0;
  const some = (idle: IdleDeadline): void => {
    for (
      let signIn = signIns[next];
      signIn !== undefined && idle.timeRemaining() > 1;
      signIn = signIns[next]
    ) {
      searchedOf(signIn);
      next += 1;
    }
    if (next < signIns.length) requestIdleCallback(some);
  };
  requestIdleCallback(some);
}

/** The rows under their headings; the pinned ones are first under each. */
function inSections(signIns: readonly SignInView[]): readonly Item[] {
  const pinned: Record<Section, SignInView[]> = { needYou: [], lookedAfter: [], ended: [] };
  const sections: Record<Section, SignInView[]> = { needYou: [], lookedAfter: [], ended: [] };
  for (const signIn of signIns) (signIn.pinned === true ? pinned : sections)[sectionOf(signIn)].push(signIn);
  return (Object.keys(sections) as Section[]).flatMap((section) => {
    const rows = [...pinned[section], ...sections[section]];
    return rows.length === 0 ? [] : [HEADINGS[section], ...rows];
  });
}

export class Listing {
  query = $state("");
  filter = $state<Filter>("all");
  /** The id of a provider and the name of a scope; empty for any. */
  provider = $state("");
  scope = $state("");
  sort = $state<Sort>("name");
  /** True: the last one comes first. */
  down = $state(false);
  /** Ids of sign-ins, possibly of some that are gone. */
  readonly chosen = new SvelteSet<string>();
  /** The id of the row that has the focus, or had it last. */
  focused = $state<string>();

  /** All sign-ins, as they were when one of them last may have changed its place. */
  #all: readonly SignInView[] = $state.raw([]);
  #byId = new Map<string, SignInView>();
  /** The rows that have changed since then without changing their place. */
  readonly #since = new SvelteMap<string, SignInView>();
  /** The newest version of a row. */
  current(signIn: SignInView): SignInView {
    return this.#since.get(signIn.id) ?? signIn;
  }
  /** The newest version of the row with this id. */
  get(id: string): SignInView | undefined {
    const signIn = this.#all.length === 0 ? undefined : this.#byId.get(id); // `#byId` changes with `#all`
    return signIn && this.current(signIn);
  }
  /** True: the question about the removal of the chosen rows is open. */
  asksToRemove = $state(false);
  /**
   * Takes all sign-ins from a snapshot. `changed`: the only rows that differ from the last snapshot. If none of them
   * moves in the list, the list is not sorted again: of thousands of sign-ins, some are validated each second.
   */
  take(all: readonly SignInView[], changed?: readonly SignInView[]): void {
    const stays = (signIn: SignInView): boolean => {
      const before = this.#byId.get(signIn.id);
      return before !== undefined && this.#placeOf(before) === this.#placeOf(signIn);
    };
    if (changed?.every(stays) === true) {
      for (const signIn of changed) this.#since.set(signIn.id, signIn);
      return;
    }
    this.#all = all;
    this.#byId = new Map(all.map((signIn) => [signIn.id, signIn]));
    this.#since.clear();
    prepareSearch(all);
  }
  /** Everything that decides whether and where a row is shown, and what a bulk action may do with it. */
  #placeOf(signIn: SignInView): string {
    const { own, common } = searchedOf(signIn);
    return JSON.stringify([
      ...Object.values(FILTERS).map((holds) => holds(signIn)),
      ...[own, common, signIn.provider, signIn.client, signIn.hasToken, signIn.pinned === true],
      this.sort === "status" && [signIn.status, severity(signIn)],
      this.sort === "ends" && signIn.expiresAtMs,
      this.sort === "checked" && signIn.validatedAtMs,
    ]);
  }

  /** The names of the providers, by id. */
  readonly providers: ReadonlyMap<string, string> = $derived(
    new Map(this.#all.map(({ provider, providerName }) => [provider, providerName])),
  );
  /** The scopes that any sign-in has. */
  readonly scopes: readonly string[] = $derived(
    [...new Set(this.#all.flatMap(({ scopes }) => scopes))].sort(),
  );
  readonly counts = $derived.by(() => {
    const counts: Record<Filter, number> = { all: 0, needYou: 0, unreachable: 0, ended: 0 };
    for (const signIn of this.#all)
      for (const name of Object.keys(FILTERS) as Filter[]) if (FILTERS[name](signIn)) counts[name] += 1;
    return counts;
  });

  /** The sign-ins that the filters leave, in order. */
  readonly #filtered: readonly SignInView[] = $derived.by(() => {
    const { filter, provider, scope, sort, down } = this;
    const left = this.#all.filter(
      (signIn) =>
        FILTERS[filter](signIn) &&
        (provider === "" || signIn.provider === provider) &&
        (scope === "" || signIn.scopes.includes(scope)),
    );
    if (sort === "name") return down ? left.reverse() : left;
    const order = ORDER[sort];
    // `take` makes the list again when the order may change; other changes are no reason to sort it.
    return untrack(() => left.map((signIn) => this.current(signIn))).sort(
      down ? (a, b) => order(b, a) : order,
    );
  });
  readonly #searched: readonly Searched[] = $derived(this.#filtered.map(searchedOf));
  readonly #commons: ReadonlySet<string> = $derived(new Set(this.#searched.map(({ common }) => common)));
  /** The last result: a longer query searches only that. */
  #last: {
    readonly query: string;
    readonly of: readonly Searched[];
    readonly left: readonly Searched[];
    readonly found: readonly SignInView[];
  } = { query: "", of: [], left: [], found: [] };
  readonly found: readonly SignInView[] = $derived.by(() => {
    const { query } = this;
    const of = this.#searched;
    const before =
      this.#last.of === of && query.startsWith(this.#last.query)
        ? this.#last
        : { left: of, found: this.#filtered };
    const left = foundBy(query, before.left, this.#commons);
    // An equal result is the same list, so that a letter that changes nothing draws nothing.
    this.#last =
      left.length === before.left.length
        ? { ...before, query, of }
        : { query, of, left, found: left.map(({ signIn }) => signIn) };
    return this.#last.found;
  });

  /** The found rows in sections, each under its heading; those that need the user come first. */
  readonly items: readonly Item[] = $derived.by(() =>
    this.found === this.#filtered ? this.#filteredItems : inSections(this.found),
  );
  readonly #filteredItems: readonly Item[] = $derived(inSections(this.#filtered));

  readonly chosenIds: readonly string[] = $derived.by(() =>
    this.chosen.size === 0 ? [] : this.#all.map(({ id }) => id).filter((id) => this.chosen.has(id)),
  );

  readonly narrowed = $derived(
    this.query.trim() !== "" || this.filter !== "all" || this.provider !== "" || this.scope !== "",
  );
  showAll(): void {
    this.query = this.provider = this.scope = "";
    this.filter = "all";
  }
  choose(id: string, chosen = !this.chosen.has(id)): void {
    if (chosen) this.chosen.add(id);
    else this.chosen.delete(id);
  }
  /** Chooses every row between the two, in the order of the list. */
  chooseRange(from: string, to: string): void {
    const ids = this.items.filter((item) => !isHeading(item)).map(({ id }) => id);
    const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y) as [number, number];
    for (const id of ids.slice(Math.max(0, a), b + 1)) this.chosen.add(id);
  }
  chooseAll(): void {
    for (const { id } of this.found) this.chosen.add(id);
  }
  /** How many of the rows that the list shows are chosen. */
  readonly chosenHere: "none" | "some" | "all" = $derived.by(() => {
    if (this.chosen.size === 0 || this.found.length === 0) return "none";
    const chosen = this.found.reduce((count, { id }) => count + Number(this.chosen.has(id)), 0);
    return chosen === 0 ? "none" : chosen === this.found.length ? "all" : "some";
  });
  /** Sorts by this, or the other way round if the list is sorted by it already. */
  sortBy(sort: Sort): void {
    this.down = sort === this.sort && !this.down;
    this.sort = sort;
  }
}
