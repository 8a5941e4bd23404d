/**
 * Judges the app's command line and environment. Chromium reads switches that turn its protections off (a debugging
 * port, a proxy, ignored certificate errors), and any program of the user can start the app with them. So the packaged
 * app takes the switches of a list, and does not start with any other.
 */

import { LINK_SCHEME } from "../../core/providers/redirects.ts";

/** In bytes of UTF-8. An authorization response needs far less. */
export const MAX_LINK_BYTES = 8 * 1024;

/** Why the app does not start with these arguments. `name` is shortened and has no control characters. */
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

/** The switches that the app takes, and whether each needs a value (`--name=value`, Chromium's only form). */
const SWITCHES: ReadonlyMap<string, "plain" | "value"> = new Map([
  ["hidden", "plain"],
  ["user-data-dir", "value"],
  ["no-sandbox", "plain"], // for root alone, with a warning; main refuses it to others
  ["disable-gpu", "plain"],
  ["ozone-platform", "value"],
  ["ozone-platform-hint", "value"],
  ["force-device-scale-factor", "value"],
  ["lang", "value"],
  ["password-store", "value"],
]);
/**
 * The launcher of the command line (build/cli/tokenkeep) also passes these before `--cli`; such a start opens no
 * window.
 */
const CLI_SWITCHES: ReadonlyMap<string, "plain" | "value"> = new Map([
  ...SWITCHES,
  ["no-zygote", "plain"],
  ["log-level", "value"],
]);
/** Environment variables with the effect of a refused switch. */
const ENVIRONMENT = ["SSLKEYLOGFILE"] as const;

const SHOWN_LENGTH = 60;
/** Makes an argument safe to print: no control or formatting characters, at most SHOWN_LENGTH long. */
const printable = (text: string): string => {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return clean.length > SHOWN_LENGTH ? `${clean.slice(0, SHOWN_LENGTH)}…` : clean;
};
const byteLength = (text: string): number => new TextEncoder().encode(text).length;
const isLink = (argument: string): boolean => argument.startsWith(`${LINK_SCHEME}:`);

/** Finds the link among the arguments, wherever Chromium put its own switches; undefined: there is none. */
export const linkIn = (argv: readonly string[]): string | undefined => argv.find(isLink);

/** Returns an argument that Chromium would read as a switch: it trims first, and on Windows `/` starts one, too. */
function switchName(argument: string, platform: string): string | undefined {
  const trimmed = argument.trim();
  if (!(trimmed.startsWith("-") || (platform === "win32" && trimmed.startsWith("/")))) return undefined;
  return trimmed;
}

/** The fault of one switch; undefined where the app takes it. */
function faultOf(
  written: string,
  allowed: ReadonlyMap<string, "plain" | "value">,
  platform: string,
): ArgumentFault | undefined {
  // The Finder of older systems adds it.
  if (platform === "darwin" && /^-psn_\d+_\d+$/.test(written)) return undefined;
  const [, name = "", assigned] = /^--?([a-z0-9-]+)(=[\s\S]*)?$/.exec(written) ?? [];
  const form = allowed.get(name);
  if (form === undefined) return { fault: "switch", name: printable(written.split("=")[0] ?? "") };
  const hasValue = assigned !== undefined && assigned.length > 1;
  return form === "value" && !hasValue ? { fault: "value", name: `--${name}` } : undefined;
}

/**
 * Judges the arguments after the program's name. Allowed are the switches of the list and one link of ours. `--` ends
 * the switches, as for Chromium. Reports the first fault.
 */
export function judgeArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Arguments {
  return judge(args, env, platform, SWITCHES);
}

/** Judges the arguments before `--cli`; those after it belong to the command line. Undefined: there is no `--cli`. */
export function judgeCliStart(args: readonly string[], platform: string): Arguments | undefined {
  const at = args.indexOf("--cli");
  return at === -1 ? undefined : judge(args.slice(0, at), {}, platform, CLI_SWITCHES); // no environment: the command line opens no TLS connection
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
    } else if (!isLink(argument)) return { ok: false, fault: "argument", name: printable(argument) };
    else if (byteLength(argument) > MAX_LINK_BYTES)
      return { ok: false, fault: "link_too_long", bytes: byteLength(argument) };
    else if (link !== undefined) return { ok: false, fault: "links" };
    else link = argument;
  }
  return { ok: true, hidden, ...(link !== undefined && { link }) };
}

/** The sentence for standard error, in English like all messages to programs. */
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
