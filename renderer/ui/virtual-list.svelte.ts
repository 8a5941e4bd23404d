/** What a long list draws: as many rows as can be seen, and rows that went out of sight take the ones that come in. */
/* eslint-disable svelte/prefer-svelte-reactivity -- the maps and sets here do not outlive the call that made them */
import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type Range,
} from "@tanstack/virtual-core";

/** A row that is drawn. Its place in the list and what it shows change; its elements stay. */
export class Slot<T> {
  readonly id: number;
  item: T = $state.raw() as T;
  index = $state(0);
  startPx = $state(0);
  /** As its element was last seen; 0 until it is. */
  heightPx = 0;
  /** Waits for the next item that comes in, out of sight: as it is laid out and painted, it need not be then. */
  spare = $state(false);
  /** False: drawn ahead, where nobody sees it. Told when it rests. */
  seen = $state(true);
  constructor(id: number) {
    this.id = id;
  }
}

/** Rows that nobody sees. While it scrolls, where it goes: the compositor is there before the page's script is. */
const AHEAD = 9;
const BEHIND = 1;
/** At rest as many as a scroll will want, and two for what is seen in part: none is made when it begins. */
const ABOVE = 3;
const BELOW = AHEAD + BEHIND + 2;
const UNSEEN_AT_ONCE = 3;
/** A wheel that is turned by hand pauses. To put the rows in order as it does would cost the next turn its frames. */
const SCROLL_REST_MS = 500;
/** Sooner than from the last turn of the wheel to a click. */
const PASS_MS = 150;
/** So many are measured out at once, which is more than anybody sees; of thousands, the others when it rests. */
const FEW = 500;
/** Longer than from one key to the next, and shorter than from there to the wheel. */
const REST_MS = 250;
/** Above the page, where nobody can scroll to. */
const OUT_OF_SIGHT_PX = -10_000;
/** How long unused rows wait: as somebody types, reads and types, few are found, and then many again. */
const SPARE_MS = 10_000;

export interface VirtualOptions<T> {
  /** What it lies in. Undefined until it is mounted. */
  readonly host: () => HTMLElement | undefined;
  /** Rows of a kind have the same elements, and most of them the same height: they are used again for each other. */
  readonly kindOf: (item: T) => string;
  /** A guess in px, until a row of the kind is measured. */
  readonly estimate: (item: T) => number;
}

/** Scrolls with the window. Ids are those of items: a row that stays in sight keeps its elements. */
export class VirtualRows<T extends { readonly id: string }> {
  slots: readonly Slot<T>[] = $state.raw([]);
  /** Of all rows, seen or not. */
  tallPx = $state(0);
  /** While it scrolls, rows pass under a pointer that means none of them. */
  scrolls = $state(false);

  readonly #options: VirtualOptions<T>;
  readonly #virtualizer: Virtualizer<Window, HTMLElement>;
  #items: readonly T[] = [];
  /** Of how many of them, from the first on, the virtualizer knows. */
  #known = FEW;
  #keyOf = (index: number): string | number => index;
  #made = 0;
  /** By kind, as the first was measured: were the guess another, each row that comes in would move all below it. */
  readonly #typicalPx = new Map<string, number>();
  #widthPx = 0;
  #passTimer: ReturnType<typeof setTimeout> | undefined;
  #spareTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #slotOf = new WeakMap<Element, Slot<T>>();
  /** Tells of an element when its height changes, not when it shows another item of the same height. */
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
      overscan: this.#unseen, // tells the virtualizer that its rows are others; #around is who counts them
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
  /** How many rows are drawn at rest, on either side, that nobody sees yet. */
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

  /** Follows the window; returns its own stop. */
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
  /** What can be seen at once; what nobody sees yet, when nothing else has been shown for a moment. */
  show(items: readonly T[]): void {
    const asMany = items.length === this.#items.length; // news of one row, say: nothing is drawn less for it
    this.#items = items;
    // Another function each time: it is what the virtualizer goes by, to see that they are others.
    this.#keyOf = (index) => items[index]?.id ?? index;
    if (asMany) return this.#draw();
    this.#unseen = 0;
    this.#known = scrollY + 2 * innerHeight < FEW * this.#estimate(0) ? FEW : Infinity;
    this.#draw();
    clearTimeout(this.#restTimer);
    cancelIdleCallback(this.#idle);
    this.#restTimer = setTimeout(this.#drawUnseen, REST_MS);
  }
  /** A few at a time, while there is nothing else to do. */
  readonly #drawUnseen = (): void => {
    this.#known = Infinity;
    this.#unseen = Math.min(BELOW, this.#unseen + UNSEEN_AT_ONCE);
    this.#draw();
    if (this.#unseen < BELOW) this.#idle = requestIdleCallback(this.#drawUnseen);
  };
  /** Who scrolls may go anywhere. */
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
  /** Of the element that all rows lie in. */
  tall = (element: HTMLElement) => {
    element.style.height = `${String(this.tallPx)}px`;
  };
  /** Of a slot's element: puts it in its place. */
  placed = (slot: Slot<T>) => (element: HTMLElement) => {
    // Between two pixels, what is drawn again would leave the edges of what was there before.
    element.style.transform = `translateY(${String(Math.round(slot.startPx))}px)`;
  };
  /** Of a slot's element: measures it. */
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
    // A row that somebody is at stays what it is, or a key or a click would be meant for another.
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
    // An element is as tall as it was until its new item makes it another height, of which the observer tells then.
    for (const [at, slot] of drawn.entries())
      if (slot.heightPx > 0 && slot.heightPx !== rows[at]?.size) this.#measure(slot);
  }
  /**
   * In the document they stand as they are read, but an element that is moved takes time, and loses the focus: they are
   * put in order when the scrolling rests, and while nobody is at one of them.
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
