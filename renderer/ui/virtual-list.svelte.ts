/**
 * A virtual list: it draws the rows that can be seen, and uses the elements of hidden rows for rows that come into
 * view.
 */
/* eslint-disable svelte/prefer-svelte-reactivity -- the maps and sets here do not outlive the call that made them */
import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type Range,
} from "@tanstack/virtual-core";

/** A drawn row. Its elements stay; its item and its place in the list change. */
export class Slot<T> {
  readonly id: number;
  item: T = $state.raw() as T;
  index = $state(0);
  startPx = $state(0);
  /** The last measured height; 0 before the first measurement. */
  heightPx = 0;
  /**
   * True: the slot is out of sight and waits for an item. It is already laid out and painted, which saves time later.
   */
  spare = $state(false);
  /** False: the row is drawn outside the visible range. Updated when scrolling rests. */
  seen = $state(true);
  constructor(id: number) {
    this.id = id;
  }
}

/**
 * Hidden rows during scrolling, ahead of the direction and behind it. The compositor scrolls faster than the script.
 */
const AHEAD = 9;
const BEHIND = 1;
/** Hidden rows at rest: enough for scrolling, and two for partly visible rows, so that scrolling creates none. */
const ABOVE = 3;
const BELOW = AHEAD + BEHIND + 2;
/** Hidden rows that one idle period draws. */
const UNSEEN_AT_ONCE = 3;
/**
 * Scrolling rests after this time. It is longer than the pauses of a hand at the wheel, because sorting costs frames.
 */
const SCROLL_REST_MS = 500;
/** `scrolls` ends after this time, which is shorter than the time between the last turn of the wheel and a click. */
const PASS_MS = 150;
/** Rows that the virtualizer knows at once, more than a window shows. It gets to know the others at rest. */
const FEW = 500;
/** Hidden rows are drawn after this time: longer than between two keys, shorter than from a key to the wheel. */
const REST_MS = 250;
/** A position above the page, where no scrolling leads. */
const OUT_OF_SIGHT_PX = -10_000;
/** How long spare slots are kept: a search that the user edits finds few rows and then many again. */
const SPARE_MS = 10_000;

export interface VirtualOptions<T> {
  /** The element that contains the list. Undefined before the mount. */
  readonly host: () => HTMLElement | undefined;
  /** Rows of one kind have the same elements, so they share slots, and most of them have the same height. */
  readonly kindOf: (item: T) => string;
  /** An estimated height in px, used until a row of the kind is measured. */
  readonly estimate: (item: T) => number;
}

/** The rows of a list that scrolls with the window. Items have IDs, so a row that stays in view keeps its elements. */
export class VirtualRows<T extends { readonly id: string }> {
  slots: readonly Slot<T>[] = $state.raw([]);
  /** The height of all rows together. */
  tallPx = $state(0);
  /** True while the list scrolls: rows pass under a pointer that is not meant for them. */
  scrolls = $state(false);

  readonly #options: VirtualOptions<T>;
  readonly #virtualizer: Virtualizer<Window, HTMLElement>;
  #items: readonly T[] = [];
  /** The number of items, from the first on, that the virtualizer knows. */
  #known = FEW;
  #keyOf = (index: number): string | number => index;
  #slotCount = 0;
  /** The measured height of each kind. With a wrong estimate, every new row would move all rows below it. */
  readonly #typicalPx = new Map<string, number>();
  #widthPx = 0;
  #passTimer: ReturnType<typeof setTimeout> | undefined;
  #spareTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #slotOf = new WeakMap<Element, Slot<T>>();
  /** Reports an element when its height changes, and not when it shows another item of the same height. */
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
      overscan: this.#unseen, // makes the virtualizer compute its rows again; #around counts them
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
  /** The number of hidden rows that are drawn at rest on either side. */
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

  /** Follows the window's size and scrolling; returns a function that stops it. */
  follow = (): (() => void) => {
    const stop = this.#virtualizer._didMount();
    const layout = new ResizeObserver(() => {
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
    layout.observe(document.body);
    this.#virtualizer._willUpdate();
    this.#place();
    return () => {
      clearTimeout(this.#passTimer);
      clearTimeout(this.#spareTimer);
      clearTimeout(this.#restTimer);
      cancelIdleCallback(this.#idle);
      layout.disconnect();
      this.#sizes.disconnect();
      stop();
    };
  };
  /** Shows items: visible rows at once, hidden rows after a moment without another call. */
  show(items: readonly T[]): void {
    const sameLength = items.length === this.#items.length; // as after a change of one row: all drawn rows stay
    this.#items = items;
    // A new function tells the virtualizer that the items have changed.
    this.#keyOf = (index) => items[index]?.id ?? index;
    if (sameLength) return this.#draw();
    this.#unseen = 0;
    this.#known = scrollY + 2 * innerHeight < FEW * this.#estimate(0) ? FEW : Infinity;
    this.#draw();
    clearTimeout(this.#restTimer);
    cancelIdleCallback(this.#idle);
    this.#restTimer = setTimeout(this.#drawUnseen, REST_MS);
  }
  /** Draws a few hidden rows in each idle period. */
  readonly #drawUnseen = (): void => {
    this.#known = Infinity;
    this.#unseen = Math.min(BELOW, this.#unseen + UNSEEN_AT_ONCE);
    this.#draw();
    if (this.#unseen < BELOW) this.#idle = requestIdleCallback(this.#drawUnseen);
  };
  /** Makes all items known, because scrolling can lead to any row. */
  #knowAll(): void {
    if (this.#known >= this.#items.length) return;
    this.#known = Infinity;
    this.#draw();
  }
  #draw(): void {
    this.#virtualizer.setOptions(this.#settings());
    this.#place();
  }
  /** Scrolls a row to the middle of the window. */
  scrollTo(index: number): void {
    this.#knowAll();
    this.#virtualizer.scrollToIndex(index, { align: "center" });
  }
  /** An attachment for the element that contains all rows: sets its height. */
  tall = (element: HTMLElement) => {
    element.style.height = `${String(this.tallPx)}px`;
  };
  /** An attachment for a slot's element: moves it to its place. */
  placed = (slot: Slot<T>) => (element: HTMLElement) => {
    // A position between two pixels would leave edges of the former drawing.
    element.style.transform = `translateY(${String(Math.round(slot.startPx))}px)`;
  };
  /** An attachment for a slot's element: measures it. */
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
    const placements = rows.flatMap(({ index, start }) => {
      const item = this.#items[index];
      return item === undefined ? [] : [{ index, start, item, own: before.get(item.id) }];
    });
    // While a row has the focus, slots keep their items; otherwise a key or a click could reach another item.
    const recycles = !this.#options.host()?.contains(document.activeElement);
    const owned = new Set(placements.map(({ own }) => own));
    const free = new Set(recycles ? this.slots.filter((slot) => !owned.has(slot)) : []);
    const freeOf = (kind: string): Slot<T> | undefined => {
      for (const slot of free) if (this.#options.kindOf(slot.item) === kind && free.delete(slot)) return slot;
      return undefined;
    };
    const { isScrolling, range } = this.#virtualizer;
    const drawn = placements.map(({ index, start, item, own }) => {
      const slot = own ?? freeOf(this.#options.kindOf(item)) ?? new Slot<T>((this.#slotCount += 1));
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
    // A slot keeps its measured height for its new item; when the height changes, the observer reports it.
    for (const [at, slot] of drawn.entries())
      if (slot.heightPx > 0 && slot.heightPx !== rows[at]?.size) this.#measure(slot);
  }
  /**
   * Sorts the elements in the document into reading order, when scrolling rests and no row has the focus: moving an
   * element takes time and removes its focus.
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
