/** What the person can set. A setting that is missing or unreadable has its default. */
import * as v from "valibot";

/** What happens while the person is away. Bots work on unless the person says otherwise. */
export const settings = v.object({
  /** `window`: it asks for the passphrase, tools go on. `vault`: tools get nothing either. */
  lockWhat: v.optional(v.fallback(v.picklist(["window", "vault"]), "window"), "window"),
  /** Minutes without keyboard or mouse; 0: never. */
  lockAfterIdleMin: v.optional(
    v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60)), 0),
    0,
  ),
  lockOnScreenLock: v.optional(v.fallback(v.boolean(), false), false),
  lockOnSuspend: v.optional(v.fallback(v.boolean(), false), false),
  /** Names are masked and nothing comes up by itself. `auto`: while a studio program (OBS) runs. */
  streamer: v.optional(v.fallback(v.picklist(["auto", "on", "off"]), "auto"), "auto"),
  /** Tools that are not to ask again; as they called themselves. */
  deniedTools: v.optional(
    v.fallback(v.pipe(v.array(v.object({ name: v.string(), developer: v.string() })), v.maxLength(200)), []),
    [],
  ),
  /** Of window, tray and notifications. */
  language: v.optional(v.fallback(v.picklist(["system", "en", "de"]), "system"), "system"),
  /** Where providers' pages open: a desktop entry's id; empty: in the system's default browser. */
  browser: v.optional(v.fallback(v.pipe(v.string(), v.maxLength(255)), ""), ""),
  /** One-time refresh tokens are sent although no lock keeps another process out of this profile: the person said so. */
  withoutLock: v.optional(v.fallback(v.boolean(), false), false),
});
export type Settings = v.InferOutput<typeof settings>;
