/** The user's settings. A missing or unreadable setting has its default. */
import * as v from "valibot";

/** By what the list of accounts is sorted. */
export const ACCOUNT_SORTS = ["name", "status", "ends", "checked", "provider"] as const;
const accountsOrder = v.object({ by: v.picklist(ACCOUNT_SORTS), down: v.boolean() });
export type AccountsOrder = v.InferOutput<typeof accountsOrder>;
const DEFAULT_ORDER: AccountsOrder = { by: "name", down: false };

/** Tools are served during a lock unless the user chooses otherwise. */
export const settings = v.object({
  /** `window`: only the window is locked. `vault`: tools get no tokens either. */
  lockWhat: v.optional(v.fallback(v.picklist(["window", "vault"]), "window"), "window"),
  /** Locks after this many minutes without keyboard or mouse input; 0: never. */
  lockAfterIdleMin: v.optional(
    v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60)), 0),
    0,
  ),
  lockOnScreenLock: v.optional(v.fallback(v.boolean(), false), false),
  lockOnSuspend: v.optional(v.fallback(v.boolean(), false), false),
  /** Shows the pictures of accounts, which the app gets from the provider's picture hosts. */
  pictures: v.optional(v.fallback(v.boolean(), false), false),
  /** The order of the list of accounts. */
  accountsOrder: v.optional(v.fallback(accountsOrder, DEFAULT_ORDER), DEFAULT_ORDER),
  /** Streamer mode masks names, and opens no window by itself. `auto`: it is on while recording software (OBS) runs. */
  streamer: v.optional(v.fallback(v.picklist(["auto", "on", "off"]), "auto"), "auto"),
  /** Tools whose pairing requests are blocked, by the names in their requests. */
  deniedTools: v.optional(
    v.fallback(v.pipe(v.array(v.object({ name: v.string(), developer: v.string() })), v.maxLength(200)), []),
    [],
  ),
  /** The language of window, tray and notifications. */
  language: v.optional(v.fallback(v.picklist(["system", "en", "de"]), "system"), "system"),
  /** The colours of all windows. `system`: light or dark, as the desktop is. */
  theme: v.optional(v.fallback(v.picklist(["system", "light", "dark"]), "system"), "system"),
  /** How tall the rows of the account list are. */
  density: v.optional(v.fallback(v.picklist(["comfortable", "compact"]), "comfortable"), "comfortable"),
  /** A copied token is cleared from the clipboard after this many seconds. */
  clearClipboardAfterSec: v.optional(
    v.fallback(v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(600)), 30),
    30,
  ),
  /** The browser for providers' pages: the ID of a desktop entry; empty: the system's default browser. */
  browser: v.optional(v.fallback(v.pipe(v.string(), v.maxLength(255)), ""), ""),
  /** The user allowed one-time refresh tokens to be sent although no lock keeps other processes out of this profile. */
  withoutLock: v.optional(v.fallback(v.boolean(), false), false),
});
export type Settings = v.InferOutput<typeof settings>;
