/** Valibot schemas for numbers in the files of the profile, within the bounds of core/bounds.ts. */
import * as v from "valibot";
import { instantMs } from "./bounds.ts";

/** An optional stored instant; a value out of bounds counts as absent. */
export const storedInstant = v.optional(
  v.pipe(
    v.unknown(),
    v.transform((value) => instantMs(value)),
  ),
);

/** A required stored instant; a value out of bounds is refused. */
export const instant = v.pipe(
  v.number(),
  v.check((value) => instantMs(value) !== undefined),
);
/** A number of occurrences. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
