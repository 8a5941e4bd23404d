import { deDevice } from "./de-device.ts";
import { deFailures } from "./de-failures.ts";
import { en } from "./en.ts";
import type { Catalogue } from "./words.ts";

export const de: Catalogue = { ...en, ...deDevice, failure: deFailures };
