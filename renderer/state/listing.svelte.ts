/** Which of the sign-ins the list shows, in what order, and which of them are chosen. Kept while other screens are shown. */
/* eslint-disable svelte/prefer-svelte-reactivity -- maps and sets that no one sees change */
import { untrack } from "svelte";
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

export const SORTS = ["name", "ends", "checked", "provider"] as const;
export type Sort = (typeof SORTS)[number];
/** Main sends them by name; the others are stable on top of that. */
const ORDER: Record<Exclude<Sort, "name">, (a: SignInView, b: SignInView) => number> = {
  ends: (a, b) => (a.expiresAtMs ?? Infinity) - (b.expiresAtMs ?? Infinity) || 0,
  checked: (a, b) => (a.validatedAtMs ?? 0) - (b.validatedAtMs ?? 0),
  provider: (a, b) => byName(a.providerName, b.providerName),
};

export type Section = "needYou" | "lookedAfter" | "ended";
/** A heading, or a row: the sign-in itself, as each keystroke makes a list of thousands. */
export type Item = { readonly id: Section; readonly heading: true } | SignInView;
export const isHeading = (item: Item): item is Extract<Item, { heading: true }> => "heading" in item;
const HEADINGS: Record<Section, Item> = {
  needYou: { id: "needYou", heading: true },
  lookedAfter: { id: "lookedAfter", heading: true },
  ended: { id: "ended", heading: true },
};

const sectionOf = (signIn: SignInView): Section =>
  needsYou(signIn) ? "needYou" : signIn.status === "revoked" ? "ended" : "lookedAfter";

/** What is searched of a row, in lower case: made once, since a keystroke may go through all of them. */
interface Searched {
  readonly signIn: SignInView;
  readonly own: string;
  /** The longer part, and the same for many rows. */
  readonly common: string;
}
const searched = new WeakMap<SignInView, Searched>();
/** Each once: texts that are one text are compared in no time. */
const commons = new Map<string, string>();
export function searchedOf(signIn: SignInView): Searched {
  const known = searched.get(signIn);
  if (known !== undefined) return known;
  const { login, displayName, alias = "", clientName, providerName, scopes } = signIn;
  const names = displayName.toLowerCase() === login && alias === "" ? [login] : [login, displayName, alias];
  const common = [clientName, providerName, ...scopes].join("\n").toLowerCase();
  const made = { signIn, own: names.join("\n").toLowerCase(), common: commons.get(common) ?? common };
  commons.set(common, made.common);
  searched.set(signIn, made);
  return made;
}
/** The words that are looked for. */
export const termsOf = (asked: string): string[] => asked.toLowerCase().split(/\s+/).filter(Boolean);
/** Those that have every word of it, in the order they came in. `commons`: all that they have in common, each once. */
function foundBy(
  asked: string,
  rows: readonly Searched[],
  commons: ReadonlySet<string>,
): readonly Searched[] {
  let left = rows;
  for (const term of termsOf(asked)) {
    const having = new Set([...commons].filter((common) => common.includes(term)));
    if (having.size === commons.size) continue;
    left = left.filter(({ own, common }) => own.includes(term) || having.has(common));
  }
  return left;
}

/** Makes those texts while there is nothing else to do, or the first keystroke would wait for all of them. */
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

function inSections(signIns: readonly SignInView[]): readonly Item[] {
  const sections: Record<Section, SignInView[]> = { needYou: [], lookedAfter: [], ended: [] };
  for (const signIn of signIns) sections[sectionOf(signIn)].push(signIn);
  return (Object.keys(sections) as Section[]).flatMap((section) =>
    sections[section].length === 0 ? [] : [HEADINGS[section], ...sections[section]],
  );
}

export class Listing {
  asked = $state("");
  filter = $state<Filter>("all");
  /** Ids of a provider and names of a scope; empty: any. */
  provider = $state("");
  scope = $state("");
  sort = $state<Sort>("name");
  /** Ids; those that are gone from the list do not count. */
  readonly chosen = new SvelteSet<string>();
  /** The row that the keyboard is at. */
  focused = $state<string>();

  /** As they were when one of them last changed its place, or might have. */
  #all: readonly SignInView[] = $state.raw([]);
  #byId = new Map<string, SignInView>();
  /** Rows that have changed since, and stand where they stood. */
  readonly #since = new SvelteMap<string, SignInView>();
  /** A row as it is now. */
  now(signIn: SignInView): SignInView {
    return this.#since.get(signIn.id) ?? signIn;
  }
  /**
   * All of them. `changed`: those that are not as they were the last time, when nothing else is. Of thousands some are
   * checked each second, which is no reason to make the list anew.
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
  /** All that decides whether and where a row is shown, and what may be done with many. */
  #placeOf(signIn: SignInView): string {
    const { own, common } = searchedOf(signIn);
    return JSON.stringify([
      ...Object.values(FILTERS).map((holds) => holds(signIn)),
      ...[own, common, signIn.provider, signIn.client, signIn.hasToken],
      this.sort === "ends" && signIn.expiresAtMs,
      this.sort === "checked" && signIn.validatedAtMs,
    ]);
  }

  /** Names of the providers there are, by id. */
  readonly providers: ReadonlyMap<string, string> = $derived(
    new Map(this.#all.map(({ provider, providerName }) => [provider, providerName])),
  );
  /** Those that any of them has. */
  readonly scopes: readonly string[] = $derived(
    [...new Set(this.#all.flatMap(({ scopes }) => scopes))].sort(),
  );
  readonly counts = $derived.by(() => {
    const counts: Record<Filter, number> = { all: 0, needYou: 0, unreachable: 0, ended: 0 };
    for (const signIn of this.#all)
      for (const name of Object.keys(FILTERS) as Filter[]) if (FILTERS[name](signIn)) counts[name] += 1;
    return counts;
  });

  /** Those that the filters leave, in order. */
  readonly #filtered: readonly SignInView[] = $derived.by(() => {
    const { filter, provider, scope, sort } = this;
    const left = this.#all.filter(
      (signIn) =>
        FILTERS[filter](signIn) &&
        (provider === "" || signIn.provider === provider) &&
        (scope === "" || signIn.scopes.includes(scope)),
    );
    if (sort === "name") return left;
    // Whose order changes, take() has made the list anew for; other news is no reason to sort it.
    return untrack(() => left.map((signIn) => this.now(signIn))).sort(ORDER[sort]);
  });
  readonly #searched: readonly Searched[] = $derived(this.#filtered.map(searchedOf));
  readonly #commons: ReadonlySet<string> = $derived(new Set(this.#searched.map(({ common }) => common)));
  /** What was found last, and in what: of more letters only that is gone through. */
  #last: {
    readonly asked: string;
    readonly of: readonly Searched[];
    readonly left: readonly Searched[];
    readonly found: readonly SignInView[];
  } = { asked: "", of: [], left: [], found: [] };
  readonly found: readonly SignInView[] = $derived.by(() => {
    const { asked } = this;
    const of = this.#searched;
    const before =
      this.#last.of === of && asked.startsWith(this.#last.asked)
        ? this.#last
        : { left: of, found: this.#filtered };
    const left = foundBy(asked, before.left, this.#commons);
    // The same ones are the same list: nothing is drawn for a letter that changes nothing.
    this.#last =
      left.length === before.left.length
        ? { ...before, asked, of }
        : { asked, of, left, found: left.map(({ signIn }) => signIn) };
    return this.#last.found;
  });

  /** In sections, those that need the person first; a heading before each. */
  readonly items: readonly Item[] = $derived.by(() =>
    this.found === this.#filtered ? this.#filteredItems : inSections(this.found),
  );
  readonly #filteredItems: readonly Item[] = $derived(inSections(this.#filtered));

  readonly chosenIds: readonly string[] = $derived.by(() =>
    this.chosen.size === 0 ? [] : this.#all.map(({ id }) => id).filter((id) => this.chosen.has(id)),
  );

  readonly narrowed = $derived(
    this.asked.trim() !== "" || this.filter !== "all" || this.provider !== "" || this.scope !== "",
  );
  showAll(): void {
    this.asked = this.provider = this.scope = "";
    this.filter = "all";
  }
  choose(id: string, chosen = !this.chosen.has(id)): void {
    if (chosen) this.chosen.add(id);
    else this.chosen.delete(id);
  }
  /** Every row from one to the other, as they stand in the list. */
  chooseRange(from: string, to: string): void {
    const ids = this.items.filter((item) => !isHeading(item)).map(({ id }) => id);
    const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y) as [number, number];
    for (const id of ids.slice(Math.max(0, a), b + 1)) this.chosen.add(id);
  }
  chooseAll(): void {
    for (const { id } of this.found) this.chosen.add(id);
  }
}
