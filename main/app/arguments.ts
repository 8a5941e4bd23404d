/**
 * What the app takes from its command line and environment. Chromium reads switches that turn its protections off (a
 * debugging port, a proxy, certificate errors that are ignored), and any program of the user can add them to a start: so
 * the packaged app takes those on this list and ends over every other one. Pure; nothing here is Electron's.
 */

import { LINK_SCHEME } from "../../core/providers/redirects.ts";

/** Far more than an authorization response needs; UTF-8 bytes. */
export const MAX_LINK_BYTES = 8 * 1024;

/** Why the app does not start with these arguments. `switch` is made plain and short: it may be a stranger's. */
export type ArgumentFault =
  | { readonly fault: "switch"; readonly name: string }
  | { readonly fault: "value"; readonly name: string }
  | { readonly fault: "environment"; readonly name: string }
  | { readonly fault: "argument"; readonly name: string }
  | { readonly fault: "link_too_long"; readonly bytes: number }
  | { readonly fault: "links" };

export type Arguments =
  | { readonly ok: true; readonly hidden: boolean; readonly link?: string }
  | ({ readonly ok: false } & ArgumentFault);

/** Switches that the app takes, each with whether it needs a value (`--name=value`; Chromium knows no other form). */
const SWITCHES: ReadonlyMap<string, "plain" | "value"> = new Map([
  ["hidden", "plain"],
  ["user-data-dir", "value"],
  ["no-sandbox", "plain"], // for root alone, which is told; main refuses it to others
  ["disable-gpu", "plain"],
  ["ozone-platform", "value"],
  ["ozone-platform-hint", "value"],
  ["force-device-scale-factor", "value"],
  ["lang", "value"],
  ["password-store", "value"],
]);
/** What our launcher of the command line adds before `--cli` (build/cli/tokenkeep): no window is made there. */
const CLI_SWITCHES: ReadonlyMap<string, "plain" | "value"> = new Map([
  ...SWITCHES,
  ["no-zygote", "plain"],
  ["log-level", "value"],
]);
/** Variables that do what a refused switch does. */
const ENVIRONMENT = ["SSLKEYLOGFILE"] as const;

const SHOWN_LENGTH = 60;
/** For a terminal: no control or formatting characters, and not much of it. */
const plain = (text: string): string => {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return clean.length > SHOWN_LENGTH ? `${clean.slice(0, SHOWN_LENGTH)}…` : clean;
};
const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const isLink = (argument: string): boolean => argument.startsWith(`${LINK_SCHEME}:`);

/** The link among the arguments, wherever Chromium's own switches stand. Undefined: none. */
export const linkIn = (argv: readonly string[]): string | undefined => argv.find(isLink);

/** Chromium trims an argument before it looks for a prefix, and Windows knows one more. */
function switchName(argument: string, platform: string): string | undefined {
  const trimmed = argument.trim();
  if (!(trimmed.startsWith("-") || (platform === "win32" && trimmed.startsWith("/")))) return undefined;
  return trimmed;
}

/** The fault of one switch, undefined where it is on the list. */
function faultOf(
  written: string,
  allowed: ReadonlyMap<string, "plain" | "value">,
  platform: string,
): ArgumentFault | undefined {
  // Added by the Finder of older systems.
  if (platform === "darwin" && /^-psn_\d+_\d+$/.test(written)) return undefined;
  const [, name = "", assigned] = /^--?([a-z0-9-]+)(=[\s\S]*)?$/.exec(written) ?? [];
  const form = allowed.get(name);
  if (form === undefined) return { fault: "switch", name: plain(written.split("=")[0] ?? "") };
  const hasValue = assigned !== undefined && assigned.length > 1;
  return form === "value" && !hasValue ? { fault: "value", name: `--${name}` } : undefined;
}

/**
 * Judges what follows the program's name. Allowed: the switches of the list, and one link of ours. `--` ends the
 * switches, as it does for Chromium. The first fault is the one that is told.
 */
export function judgeArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Arguments {
  return judge(args, env, platform, SWITCHES);
}

/** Judges what stands before `--cli`; what follows it is the command line's own. Undefined: there is no `--cli`. */
export function judgeCliStart(args: readonly string[], platform: string): Arguments | undefined {
  const at = args.indexOf("--cli");
  return at === -1 ? undefined : judge(args.slice(0, at), {}, platform, CLI_SWITCHES); // it opens no TLS connection
}

function judge(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  allowed: ReadonlyMap<string, "plain" | "value">,
): Arguments {
  const variable = ENVIRONMENT.find((name) => (env[name] ?? "") !== "");
  if (variable !== undefined) return { ok: false, fault: "environment", name: variable };
  let link: string | undefined;
  let switches = true;
  let hidden = false;
  for (const argument of args) {
    if (switches && argument === "--") {
      switches = false;
      continue;
    }
    const written = switches ? switchName(argument, platform) : undefined;
    if (written !== undefined) {
      const fault = faultOf(written, allowed, platform);
      if (fault !== undefined) return { ok: false, ...fault };
      hidden ||= /^--?hidden(=|$)/.test(written);
    } else if (!isLink(argument)) return { ok: false, fault: "argument", name: plain(argument) };
    else if (byteLength(argument) > MAX_LINK_BYTES)
      return { ok: false, fault: "link_too_long", bytes: byteLength(argument) };
    else if (link !== undefined) return { ok: false, fault: "links" };
    else link = argument;
  }
  return { ok: true, hidden, ...(link !== undefined && { link }) };
}

/** What is told on standard error, in English as all that programs are told. */
export function argumentSentence(fault: ArgumentFault): string {
  switch (fault.fault) {
    case "switch":
      return `Tokenkeep does not take the switch ${fault.name}. Start it without.`;
    case "value":
      return `${fault.name} needs a value: ${fault.name}=VALUE.`;
    case "environment":
      return `Tokenkeep does not start with ${fault.name} set: it would write the keys of its connections to a file. Unset it.`;
    case "argument":
      return `Tokenkeep does not take the argument “${fault.name}”. It takes one ${LINK_SCHEME}: link.`;
    case "link_too_long":
      return `This link is too long (${String(fault.bytes)} bytes; at most ${String(MAX_LINK_BYTES)}). It was not opened.`;
    case "links":
      return "Tokenkeep takes one link at a time. None was opened.";
  }
}
