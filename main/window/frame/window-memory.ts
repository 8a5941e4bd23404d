/**
 * Remembers how the main window was left: size, place, zoom, and what its user was told. The file holds numbers and
 * nothing about accounts, so it is not encrypted and can be read before the vault opens.
 */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { writeDurably } from "../../storage/durable-file.ts";
import { LARGEST_ZOOM, SMALLEST_ZOOM } from "./zoom.ts";

/** Far beyond every desktop: larger numbers come from a damaged file. */
const FARTHEST = 100_000;
const coordinate = v.pipe(v.number(), v.minValue(-FARTHEST), v.maxValue(FARTHEST));
const length = v.pipe(v.number(), v.minValue(1), v.maxValue(FARTHEST));

/** A member that cannot be read counts as never written. */
const shape = v.object({
  place: v.fallback(
    v.optional(
      v.object({
        bounds: v.object({ x: coordinate, y: coordinate, width: length, height: length }),
        display: v.optional(v.object({ id: v.number(), x: coordinate, y: coordinate })),
      }),
    ),
    undefined,
  ),
  maximised: v.fallback(v.optional(v.boolean(), false), false),
  zoom: v.fallback(v.optional(v.pipe(v.number(), v.minValue(SMALLEST_ZOOM), v.maxValue(LARGEST_ZOOM)), 1), 1),
  /** The user knows that the app runs on after the window closed: on a desktop with a tray, and on one without. */
  knowsOfTray: v.fallback(v.optional(v.boolean(), false), false),
  knowsNoTray: v.fallback(v.optional(v.boolean(), false), false),
});
export type RememberedWindow = v.InferOutput<typeof shape>;

export interface WindowMemory {
  readonly current: RememberedWindow;
  /** Counts at once, and is written soon: a drag changes the place with every pixel. */
  note(part: Partial<RememberedWindow>): void;
  /** Resolves when everything noted is written, for a quit. Never rejects. */
  flush(): Promise<void>;
  /** Called when a write failed; the next change tries again. One listener. */
  onFailure(listener: (cause: unknown) => void): void;
}

/** How long a change waits for the next one. */
const SETTLE_MS = 500;

/** Reads the file of the last run; the defaults where there is none that can be read. Never rejects. */
export async function readRememberedWindow(file: string): Promise<RememberedWindow> {
  const read = await readFile(file, "utf8")
    .then((text): unknown => JSON.parse(text))
    .catch(() => ({}));
  const parsed = v.safeParse(shape, read);
  return parsed.success ? parsed.output : v.parse(shape, {});
}

export function createWindowMemory(file: string, remembered: RememberedWindow): WindowMemory {
  let current = remembered;
  let written = JSON.stringify(remembered);
  let timer: NodeJS.Timeout | undefined;
  let failed: (cause: unknown) => void = () => undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const text = JSON.stringify(current);
    if (text === written) return;
    written = text;
    try {
      await writeDurably(file, text);
    } catch (cause) {
      written = "";
      failed(cause);
    }
  }
  return {
    get current() {
      return current;
    },
    note(part) {
      current = { ...current, ...part };
      clearTimeout(timer);
      timer = setTimeout(() => void flush(), SETTLE_MS);
    },
    flush,
    onFailure: (listener) => void (failed = listener),
  };
}
