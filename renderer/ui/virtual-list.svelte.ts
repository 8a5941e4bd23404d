/**
 * Draws a long list: only the rows in sight, and a few around them, have elements. The elements of a row that leaves
 * the view are used again for a row that enters it.
 */
/* eslint-disable svelte/prefer-svelte-reactivity -- the maps and sets here do not outlive the call that made them */
import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type Range,
} from "@tanstack/virtual-core";

/** The elements of one drawn row. The item that they show, and their place, change; the elements stay. */
export class Slot<T> {
  readonly id: number;
  item: T = $state.raw() as T;
  index = $state(0);
  startPx = $state(0);
  /** The last measured height of its element; 0: not measured yet. */
  heightPx = 0;
  /**
   * True: it shows no item now. It is kept out of sight, laid out and painted, for the next row that enters the view.
   */
  spare = $state(false);
  /** False: it is drawn outside the view. Updated when scrolling rests. */
  seen = $state(true);
  constructor(id: number) {
    this.id = id;
  }
}

/**
 * Rows drawn outside the view while it scrolls, ahead and behind: the compositor scrolls before the page's script runs.
 */
const AHEAD = 9;
const BEHIND = 1;
/**
 * Rows drawn outside the view at rest: as many as a scroll needs, and two for rows that are partly in sight, so that
 * the start of a scroll makes none.
 */
const ABOVE = 3;
const BELOW = AHEAD + BEHIND + 2;
const UNSEEN_AT_ONCE = 3;
/** Longer than the pauses of a wheel that is turned by hand: putting rows in order then would drop frames. */
const SCROLL_REST_MS = 500;
/** Shorter than the time from the last turn of the wheel to a click. */
const PASS_MS = 150;
/** The virtualizer gets this many items at once, more than a screen shows; the rest of a longer list once it rests. */
const FEW = 500;
/** Longer than the time between two keystrokes, and shorter than the time from the last one to a turn of the wheel. */
const REST_MS = 250;
/** Above the page: no scroll position shows it. */
const OUT_OF_SIGHT_PX = -10_000;
/** How long spare rows are kept: while a user types a search, few rows match, and soon many again. */
const SPARE_MS = 10_000;

export interface VirtualOptions<T> {
  /** The element that holds the list. Undefined until it is mounted. */
  readonly host: () => HTMLElement | undefined;
  /** Rows of one kind have the same elements, and mostly the same height, so their elements can be exchanged. */
  readonly kindOf: (item: T) => string;
  /** The assumed height in px until a row of the kind is measured. */
  readonly estimate: (item: T) => number;
}

/** The rows of a list that scrolls with the window. A row that stays in sight keeps its elements (by its item's id). */
export class VirtualRows<T extends { readonly id: string }> {
  slots: readonly Slot<T>[] = $state.raw([]);
  /** The height of all rows together, drawn or not. */
  tallPx = $state(0);
  /** True while it scrolls: rows then pass under the pointer, and a click is not meant for them. */
  scrolls = $state(false);

  readonly #options: VirtualOptions<T>;
  readonly #virtualizer: Virtualizer<Window, HTMLElement>;
  #items: readonly T[] = [];
  /** The number of items, from the first on, that the virtualizer has. */
  #known = FEW;
  #keyOf = (index: number): string | number => index;
  #made = 0;
  /**
   * Measured height of the first row of each kind: with another estimate, each row that enters would move the rows
   * below.
   */
  readonly #typicalPx = new Map<string, number>();
  #widthPx = 0;
  #passTimer: ReturnType<typeof setTimeout> | undefined;
  #spareTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #slotOf = new WeakMap<Element, Slot<T>>();
  /** Reports an element when its height changes, not when it shows another item of the same height. */
  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target, borderBoxSize } of entries) {
      const slot = this.#slotOf.get(target);
      if (slot === undefined) continue;
      slot.heightPx = borderBoxSize[0]?.blockSize ?? 0;
      this.#measure(slot);
    }
  });

  constructor(options: VirtualOptions<T>) {
    this.#options = options;
    this.#virtualizer = new Virtualizer<Window, HTMLElement>(this.#settings());
  }
  #settings() {
    return {
      count: Math.min(this.#known, this.#items.length),
      getScrollElement: () => window,
      estimateSize: this.#estimate,
      getItemKey: this.#keyOf,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      overscan: this.#unseen, // a changed number makes the virtualizer compute its rows again
      isScrollingResetDelay: SCROLL_REST_MS,
      rangeExtractor: this.#around,
      scrollMargin: this.#marginPx,
      initialOffset: () => scrollY,
      onChange: () => this.#place(),
    };
  }
  readonly #estimate = (index: number): number => {
    const item = this.#items[index];
    if (item === undefined) return 0;
    return this.#typicalPx.get(this.#options.kindOf(item)) ?? this.#options.estimate(item);
  };
  #marginPx = 0;
  /** How many rows are drawn outside the view at rest, on either side. */
  #unseen = 0;
  readonly #around = ({ startIndex, endIndex, count }: Range): number[] => {
    const { scrollDirection } = this.#virtualizer;
    const [above, below] =
      scrollDirection === "forward"
        ? [BEHIND, AHEAD]
        : scrollDirection === "backward"
          ? [AHEAD, BEHIND]
          : [Math.min(ABOVE, this.#unseen), this.#unseen];
    const first = Math.max(0, startIndex - above);
    const last = Math.min(count - 1, endIndex + below);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  };
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #idle = 0;

  /** Follows the window's size and scrolling. Returns a function that stops it. */
  follow = (): (() => void) => {
    const stop = this.#virtualizer._didMount();
    const above = new ResizeObserver(() => {
      const host = this.#options.host();
      if (host === undefined) return;
      const box = host.getBoundingClientRect();
      const marginPx = box.top + scrollY;
      if (marginPx === this.#marginPx && box.width === this.#widthPx) return;
      if (box.width !== this.#widthPx) this.#typicalPx.clear();
      this.#marginPx = marginPx;
      this.#widthPx = box.width;
      this.show(this.#items);
    });
    above.observe(document.body);
    this.#virtualizer._willUpdate();
    this.#place();
    return () => {
      clearTimeout(this.#passTimer);
      clearTimeout(this.#spareTimer);
      clearTimeout(this.#restTimer);
      cancelIdleCallback(this.#idle);
      above.disconnect();
      this.#sizes.disconnect();
      stop();
    };
  };
  /** Draws the rows in sight at once, and the rows around them once no other items have come for a moment. */
  show(items: readonly T[]): void {
    const asMany = items.length === this.#items.length; // if only rows changed, those around the view stay drawn
    this.#items = items;
    // A new function each time: the virtualizer compares functions to notice that the items changed.
    this.#keyOf = (index) => items[index]?.id ?? index;
    if (asMany) return this.#draw();
    this.#unseen = 0;
    this.#known = scrollY + 2 * innerHeight < FEW * this.#estimate(0) ? FEW : Infinity;
    this.#draw();
    clearTimeout(this.#restTimer);
    cancelIdleCallback(this.#idle);
    this.#restTimer = setTimeout(this.#drawUnseen, REST_MS);
  }
  /** Draws rows around the view, a few at a time, while the browser is idle. */
  readonly #drawUnseen = (): void => {
    this.#known = Infinity;
    this.#unseen = Math.min(BELOW, this.#unseen + UNSEEN_AT_ONCE);
    this.#draw();
    if (this.#unseen < BELOW) this.#idle = requestIdleCallback(this.#drawUnseen);
  };
  /** Gives the virtualizer all items: a scroll may reach any of them. */
  #knowAll(): void {
    if (this.#known >= this.#items.length) return;
    this.#known = Infinity;
    this.#draw();
  }
  #draw(): void {
    this.#virtualizer.setOptions(this.#settings());
    this.#place();
  }
  scrollTo(index: number): void {
    this.#knowAll();
    this.#virtualizer.scrollToIndex(index, { align: "center" });
  }
  /** For the element that holds all rows: sets its height. */
  tall = (element: HTMLElement) => {
    element.style.height = `${String(this.tallPx)}px`;
  };
  /** For a slot's element: moves it to its place. */
  placed = (slot: Slot<T>) => (element: HTMLElement) => {
    // Whole pixels: at a fraction, a redraw would leave the edges of the row that was there before.
    element.style.transform = `translateY(${String(Math.round(slot.startPx))}px)`;
  };
  /** For a slot's element: measures it. */
  measured = (slot: Slot<T>) => (element: HTMLElement) => {
    this.#slotOf.set(element, slot);
    this.#sizes.observe(element);
    return () => this.#sizes.unobserve(element);
  };
  #measure(slot: Slot<T>): void {
    if (slot.heightPx === 0 || slot.spare) return;
    const kind = this.#options.kindOf(slot.item);
    if (this.#typicalPx.has(kind)) return this.#virtualizer.resizeItem(slot.index, slot.heightPx);
    this.#typicalPx.set(kind, slot.heightPx);
    this.#virtualizer.measure();
  }

  #place(): void {
    if (this.#virtualizer.isScrolling) this.#knowAll();
    const rows = this.#virtualizer.getVirtualItems();
    const unknown = Math.max(0, this.#items.length - this.#known);
    this.tallPx = this.#virtualizer.getTotalSize() + unknown * this.#estimate(this.#known);
    clearTimeout(this.#passTimer);
    this.scrolls = this.#virtualizer.isScrolling;
    if (this.scrolls) this.#passTimer = setTimeout(() => (this.scrolls = false), PASS_MS);
    const before = new Map(this.slots.map((slot) => [slot.item.id, slot]));
    const shown = rows.flatMap(({ index, start }) => {
      const item = this.#items[index];
      return item === undefined ? [] : [{ index, start, item, own: before.get(item.id) }];
    });
    // While a row has the focus, no element changes its item: otherwise a key or a click would reach another row.
    const recycles = !this.#options.host()?.contains(document.activeElement);
    const owned = new Set(shown.map(({ own }) => own));
    const free = new Set(recycles ? this.slots.filter((slot) => !owned.has(slot)) : []);
    const freeOf = (kind: string): Slot<T> | undefined => {
      for (const slot of free) if (this.#options.kindOf(slot.item) === kind && free.delete(slot)) return slot;
      return undefined;
    };
    const { isScrolling, range } = this.#virtualizer;
    const drawn = shown.map(({ index, start, item, own }) => {
      const slot = own ?? freeOf(this.#options.kindOf(item)) ?? new Slot<T>((this.#made += 1));
      slot.item = item;
      slot.index = index;
      slot.startPx = start - this.#marginPx;
      slot.spare = false;
      if (!isScrolling) slot.seen = range === null || (index >= range.startIndex && index <= range.endIndex);
      return slot;
    });
    for (const slot of free) {
      slot.spare = true;
      slot.seen = false;
      slot.startPx = OUT_OF_SIGHT_PX;
    }
    this.#arrange(drawn, [...free], recycles);
    clearTimeout(this.#spareTimer);
    if (free.size > 0) this.#spareTimer = setTimeout(() => this.#dropSpares(), SPARE_MS);
    // An element that shows a new item keeps its height until the observer reports another one.
    for (const [at, slot] of drawn.entries())
      if (slot.heightPx > 0 && slot.heightPx !== rows[at]?.size) this.#measure(slot);
  }
  /**
   * Puts the elements into the document in the order of the rows, for screen readers. Moving an element takes time and
   * loses the focus, so this waits until scrolling rests and no row has the focus.
   */
  #arrange(drawn: readonly Slot<T>[], spare: readonly Slot<T>[], mayMove: boolean): void {
    const present = new Set(this.slots);
    const kept = this.slots.filter((slot) => drawn.includes(slot));
    const same = kept.length + spare.length === present.size && drawn.every((slot) => present.has(slot));
    const { isScrolling } = this.#virtualizer;
    if (same && isScrolling) return;
    const ordered = kept.every((slot, at) => at === 0 || slot.index > (kept[at - 1]?.index ?? 0));
    const inOrder = ordered || (mayMove && !isScrolling);
    const next = inOrder ? drawn : [...kept, ...drawn.filter((slot) => !present.has(slot))];
    this.slots = [...next, ...spare];
  }
  #dropSpares(): void {
    this.slots = this.slots.filter(({ spare }) => !spare);
  }
}
