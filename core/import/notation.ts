/**
 * How names and values are written in the notations that `scan` reads. Patterns with the flag `y` match where the
 * reader stands. Pure.
 */
import { partOf } from "./names.ts";

export const BLANK = /[ \t\f\v\u00a0]+/y;
/** A name, or a value without a name before it. */
export const WORD = /[^\s"'`=:,;(){}[\]<>&?#|\u2018-\u201f\u0085]+/y;
/** A value without quotes. */
export const VALUE = /[^\s"'`,;(){}[\]<>|\u2018-\u201f\u0085]+/y;
/** Separates a name from its value; `==` and `::` do not. `${NAME:-value}` is a default value in a shell. */
export const SEPARATOR = /[\]}]?[ \t]*(?::=|=>|\?=|:-(?=\S)|:(?!:)|=(?!=))/y;
/** The title of a section of INI or TOML, alone on its line. */
export const SECTION = /\[\[?[ \t]*([A-Za-z_][^\][\r\n,{}]{0,99})\]\]?[ \t]*(?=[\r\n#;\u0085]|$(?![\s\S]))/y;
/** The name and separator of the next line, where the name before had no value. */
export const NEXT_NAME = /[$\w][\w.-]{0,100}[ \t]*(?::=|=>|:(?![:/])|=(?!=))/y;
/** The mark of an item of a YAML list. */
export const DASH = /-[ \t]+/y;
/** An item of a YAML list that is itself a map. */
export const ITEM_WITH_NAMES = /["']?[\w.$-]{1,100}["']?[ \t]*:(?=\s|$)/y;
/** An assignment in the first column: no bracket before it can be open. */
export const ENV_LINE = /(?:export[ \t]+|set[ \t]+)?[A-Za-z_]\w*=\S/y;
/** The start of a command that sends a request. */
export const COMMAND =
  /(?:\$[ \t]+)?(?:curl|wget|https?|xh|iwr|irm|Invoke-(?:RestMethod|WebRequest))(?:\.exe)?[ \t]/iy;
/** PowerShell's drive of environment variables: `$env:NAME`. */
export const ENV_DRIVE = /\$?\{?env:[\\/]?(?=[A-Za-z_])/iy;
/** Letters and signs that some languages write before a string. */
export const STRING_PREFIX = /[bfru@$]{1,2}(?=["'`])/iy;
/** Follows the type in `token: str = "…"`. */
export const AFTER_TYPE = /[ \t]*=(?![=>])/y;
/** `--token`, `-Token`. `-x` and PowerShell's options for a name or a value are no names. */
export const OPTION = /^(?:--[A-Za-z]|-(?!(?:value|path|literalpath|name|force)$)[A-Za-z]{4})[\w.-]*$/i;
/** Schemes of an `Authorization` header. */
export const SCHEME = /^(?:oauth|bearer)$/i;
/** `token: >-`: the value is on the next line. */
export const BLOCK = /[|>][+-]?/y;
/** Could be a name, and is no short word of a sentence such as “is”. */
export const NAME_LIKE = /^(?![a-z]{1,3}$)[$@]?[A-Za-z_][\w.$-]{0,80}$/;
/** Members whose value is the name of another value. */
export const LABEL = /^(?:key|name|variable|header)$/i;
/** “Bot access token: …”, as web pages show a token for copying: all of these words are its name. */
export const NAME_IN_WORDS =
  /^(?:[a-z]{1,20} ){0,3}(?:(?:access|auth|bearer|bot|channel|chat|irc|oauth2?|refresh|streamer|user) tokens?|(?:client|app|application) (?:id|secret))$/i;
/** `BOT_ACCESS_TOKEN` */
export const ENV_NAME = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
/** Parameters of OAuth that are no part of a token. */
const OAUTH_PARAMETER = /^(?:scope|state|code|token_type|expires_in|redirect_uri|grant_type|response_type)$/;
/** Whether a word is a name without doubt. */
export const isPlainlyName = (text: string): boolean =>
  partOf(text) !== undefined || ENV_NAME.test(text) || /^[A-Z]{2,20}$/.test(text);
export const COULD_BE_TOKEN = /^(?:oauth:|(?:oauth|bearer)\s+)?[A-Za-z0-9._~+/-]{20,}=*$/i;
/** Characters of the shortest token. */
export const SHORTEST_VALUE = 20;

/** A percent-encoded text, decoded where that is possible. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
/** In Java properties, a backslash stands before a separator, or before the number of a character. */
export const unescapedProperty = (text: string): string =>
  text.replace(/\\(?:u00([0-9a-f]{2})|([:=#!\\]))/gi, (_all, code?: string, char?: string) =>
    code === undefined ? (char ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
/** The name in `$token`, `--token` and `@token`. */
export const nameOf = (text: string): string => text.replace(/^[$@-]+/, "");

const NAMES_IN_QUERY = /[?#&]([\w.%-]{1,60})=/g;
/** Whether a value is an address, or the end of one, whose query or fragment may hold tokens. */
export function isQuery(text: string): boolean {
  if (!/[?#&]/.test(text) || !text.includes("=")) return false;
  if (text.startsWith("//")) return true;
  return [...text.matchAll(NAMES_IN_QUERY)].some(
    ([, name = ""]) => partOf(name) !== undefined || OAUTH_PARAMETER.test(name),
  );
}

/** The text before the query, and the parameters of query and fragment. */
export function splitQuery(text: string): {
  readonly head: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
} {
  const [head = "", ...parameters] = text.split(/[?#&]/);
  return {
    head,
    parameters: parameters.map((parameter) => {
      const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(parameter) ?? [];
      return { name, value };
    }),
  };
}
