/** Shapes for numbers in files of ours (core/bounds.ts), as entries of valibot's objects. */
import * as v from "valibot";
import { instantMs } from "./bounds.ts";

/** A stored instant that may be unknown: what is out of bounds reads as absent. For valibot's object entries. */
export const storedInstant = v.optional(
  v.pipe(
    v.unknown(),
    v.transform((value) => instantMs(value)),
  ),
);

/** An instant as a file of ours should hold it; anything else is refused. */
export const instant = v.pipe(
  v.number(),
  v.check((value) => instantMs(value) !== undefined),
);
/** How often something happened. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
