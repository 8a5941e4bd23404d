/**
 * Reads named values out of a text, whatever notation it is in: lines of an `.env` file, a shell, PowerShell, cmd or
 * systemd, INI, properties, YAML, TOML, JSON with or without comments, object literals and calls of programming
 * languages, headers, command lines, and the query or fragment of a URL.
 *
 * One tolerant scanner and no parser for each: nothing tells what a file is, many are no valid file of their kind, and a
 * parser that refuses the whole would hide a token (ADR 0019). It knows strings, comments, brackets, sections, the
 * indentation of YAML, and what separates a name from its value. Linear in the length of the text; never throws. Pure.
 */
import { partOf, type NamedPart } from "./names.ts";
import { Reader } from "./reader.ts";

/** Where a value stands: an object, a section, an item of a list, a command line. */
export interface Scope {
  /** What the file calls it. */
  readonly name?: string;
  readonly parent?: Scope;
}
export interface Found {
  readonly scope: Scope;
  /** Absent: nothing names it. */
  readonly name?: string;
  /** What it is called inside of that value: to be judged by, and not shown, since it may be a piece of a secret. */
  readonly inner?: string;
  readonly part?: NamedPart;
  readonly text: string;
  /** The first is 1. */
  readonly line: number;
  readonly quoted: boolean;
  /** One of several under one name, as in a list: it does not replace the one before it. */
  readonly listed: boolean;
}

const BLANK = /[ \t\f\v\u00a0]+/y;
/** A name, or a value that no name is before. */
const WORD = /[^\s"'`=:,;(){}[\]<>&?#|\u2018-\u201f\u0085]+/y;
/** A value without quotes. */
const VALUE = /[^\s"'`,;(){}[\]<>|\u2018-\u201f\u0085]+/y;
/** Between a name and its value; `==` and `::` are none. `${NAME:-value}` is a shell's, for where there is none. */
const SEPARATOR = /[\]}]?[ \t]*(?::=|=>|\?=|:-(?=\S)|:(?!:)|=(?!=))/y;
const SECTION = /\[\[?[ \t]*([A-Za-z_][^\][\r\n,{}]{0,99})\]\]?[ \t]*(?=[\r\n#;\u0085]|$(?![\s\S]))/y;
/** At the start of a line. */
const NEXT_NAME = /[$\w][\w.-]{0,100}[ \t]*(?::=|=>|:(?![:/])|=(?!=))/y;
const DASH = /-[ \t]+/y;
/** An item of a YAML list that is itself a map. */
const ITEM_WITH_NAMES = /["']?[\w.$-]{1,100}["']?[ \t]*:(?=\s|$)/y;
/** A line of an `.env` file, at the very start: a bracket that seems to be open was none. */
const ENV_LINE = /(?:export[ \t]+|set[ \t]+)?[A-Za-z_]\w*=\S/y;
const COMMAND =
  /(?:\$[ \t]+)?(?:curl|wget|https?|xh|iwr|irm|Invoke-(?:RestMethod|WebRequest))(?:\.exe)?[ \t]/iy;
/** PowerShell's way to a variable of the environment. */
const ENV_DRIVE = /\$?\{?env:[\\/]?(?=[A-Za-z_])/iy;
const STRING_PREFIX = /[bfru@$]{1,2}(?=["'`])/iy;
/** `token: str = "…"` */
const AFTER_TYPE = /[ \t]*=(?![=>])/y;
/** `--token`, `-Token`; `-x` and PowerShell's words for name and value say nothing. */
const OPTION = /^(?:--[A-Za-z]|-(?!(?:value|path|literalpath|name|force)$)[A-Za-z]{4})[\w.-]*$/i;
const SCHEME = /^(?:oauth|bearer)$/i;
/** `token: >-`: the value is on the next line. */
const BLOCK = /[|>][+-]?/y;
/** Not the “is” of a sentence. */
const NAME_LIKE = /^(?![a-z]{1,3}$)[$@]?[A-Za-z_][\w.$-]{0,80}$/;
const LABEL = /^(?:key|name|variable|header)$/i;
/** “Bot access token: …”, as pages show it for copying: the name is all of these words. */
const NAME_IN_WORDS =
  /^(?:[a-z]{1,20} ){0,3}(?:(?:access|auth|bearer|bot|channel|chat|irc|oauth2?|refresh|streamer|user) tokens?|(?:client|app|application) (?:id|secret))$/i;
const ENV_NAME = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const NAMES_IN_QUERY = /[?#&]([\w.%-]{1,60})=/g;
const OAUTH_PARAMETER = /^(?:scope|state|code|token_type|expires_in|redirect_uri|grant_type|response_type)$/;
const isPlainlyName = (text: string): boolean =>
  partOf(text) !== undefined || ENV_NAME.test(text) || /^[A-Z]{2,20}$/.test(text);
const COULD_BE_TOKEN = /^(?:oauth:|(?:oauth|bearer)\s+)?[A-Za-z0-9._~+/-]{20,}=*$/i;
const SHORTEST_VALUE = 20;
/** A string may hold text of another notation, and that strings again. */
const DEPTH = 3;
/** Longer ones are read as one value: what is inside is read in one go. */
const LONGEST_INSIDE = 256 * 1024;
/** Deeper than anybody nests; what is in there counts for the level above. */
const DEEPEST = 500;
/** After so many steps whoever drives the scanner may do something else. */
const STEPS = 1_000;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
/** In properties, a backslash is before what would separate, or before a character's number. */
const unescapedProperty = (text: string): string =>
  text.replace(/\\(?:u00([0-9a-f]{2})|([:=#!\\]))/gi, (_all, code?: string, char?: string) =>
    code === undefined ? (char ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
/** `$token`, `--token`, `@token`. */
const nameOf = (text: string): string => text.replace(/^[$@-]+/, "");

interface Level {
  readonly scope: Scope;
  readonly kind: "{" | "[" | "(" | "key" | "item" | "section" | "command";
  /** Of the line that opened it. */
  readonly indent: number;
  /** What is called with what is in here, or what its answer is given to. */
  readonly callee?: string;
}
const isBracket = ({ kind }: Level): boolean => kind === "{" || kind === "[" || kind === "(";

interface MaybeNamed extends Omit<Found, "name" | "part"> {
  readonly name: string | undefined;
  readonly part: NamedPart | undefined;
}
interface Emitted {
  readonly name: string | undefined;
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly listed?: boolean;
  readonly scope?: Scope;
  readonly inner?: string;
}

class Scanner {
  readonly #reader: Reader;
  readonly #root: Scope;
  readonly #depth: number;
  readonly #levels: Level[] = [];
  readonly #sections = new Map<string, Scope>();
  readonly #found: Found[] = [];
  #brackets = 0;
  #tooDeep = 0;
  #indent = 0;
  #startsLine = true;
  /** The line before goes on in this one. */
  #continued = false;
  /** The word before on this line, which may be the name of the next; `comma`: they are arguments of a call. */
  #subject: { readonly text: string; readonly comma: boolean } | undefined;
  /** What a member called “name” says, until one called “value” comes. */
  #label: { readonly text: string; readonly scope: Scope; readonly line: number } | undefined;
  /** The name whose value is on the next line. */
  #pending: string | undefined;
  /** Words one after the other on this line, with nothing but space between them. */
  #words: readonly string[] = [];
  /** Where this line begins. */
  #lineFrom = 0;

  constructor(text: string, root: Scope, line: number, depth: number) {
    this.#reader = new Reader(text, line);
    this.#root = root;
    this.#depth = depth;
  }

  *run(): Generator<Found | undefined> {
    this.#startLine();
    for (let steps = 1; !this.#reader.ended; steps++) {
      this.#step();
      if (this.#found.length > 0) yield* this.#found.splice(0);
      if (steps % STEPS === 0) yield undefined;
    }
  }
  get #scope(): Scope {
    return this.#levels.at(-1)?.scope ?? this.#root;
  }

  #step(): void {
    const reader = this.#reader;
    if (reader.take(BLANK) !== undefined) return;
    if (reader.atLineEnd()) {
      this.#continued = /[\\^`]/.test(reader.text.charAt(reader.at - 1));
      if (!this.#continued) this.#subject = undefined;
      const name = this.#brackets === 0 && !this.#continued ? this.#words.join(" ") : "";
      const isAlone = name !== "" && reader.text.slice(this.#lineFrom, reader.at).trim() === name;
      if (isAlone && (NAME_IN_WORDS.test(name) || (this.#words.length === 1 && partOf(name) !== undefined)))
        this.#pending = name;
      this.#words = [];
      reader.newline();
      this.#lineFrom = reader.at;
      return this.#startLine();
    }
    const startsLine = this.#startsLine;
    this.#startsLine = false;
    const before = this.#words;
    this.#words = [];
    if (reader.comment(startsLine)) return;
    const { char } = reader;
    if (char === "{" || char === "[" || char === "(") return this.#open(char);
    if (char === "}" || char === "]" || char === ")") return this.#close();
    if (char === '"' || char === "'" || char === "`") {
      const text = this.#opensString() ? reader.string() : undefined;
      if (text === undefined) reader.at += 1;
      else this.#item(text, true);
      return;
    }
    if (/[$e]/i.test(char) && reader.take(ENV_DRIVE) !== undefined) return;
    const word = reader.take(WORD);
    if (word !== undefined) {
      this.#words = [...before, word].slice(-5);
      return this.#item(this.#nameInWords(), false);
    }
    reader.at += 1;
    if (char === "," && this.#levels.at(-1)?.kind === "(" && this.#subject !== undefined)
      this.#subject = { ...this.#subject, comma: true };
    else if (char === "," || char === ";" || char === "&") this.#subject = undefined;
  }
  /** The apostrophe of “don't” opens none, nor a backtick that continues a line. */
  #opensString(): boolean {
    const { text, at, char } = this.#reader;
    if (char === "'") return !/\w{3}$/.test(text.slice(Math.max(0, at - 3), at));
    return char !== "`" || !/[\r\n]/.test(text.charAt(at + 1));
  }

  #open(kind: "{" | "[" | "(", name?: string): void {
    this.#reader.at += 1;
    if (this.#levels.length >= DEEPEST) {
      this.#tooDeep += 1;
      return;
    }
    const scope = { ...(name !== undefined && { name }), parent: this.#scope };
    const callee = kind === "(" ? this.#subject?.text : undefined;
    this.#levels.push({ kind, scope, indent: -1, ...(callee !== undefined && { callee }) });
    this.#brackets += 1;
    this.#subject = this.#pending = undefined;
  }
  #close(): void {
    this.#reader.at += 1;
    this.#subject = this.#pending = undefined;
    if (this.#tooDeep > 0) {
      this.#tooDeep -= 1;
      return;
    }
    if (this.#brackets === 0) return;
    for (let level = this.#levels.pop(); level !== undefined && !isBracket(level);)
      level = this.#levels.pop();
    this.#brackets -= 1;
  }
  #leave(where: (level: Level) => boolean): void {
    for (let top = this.#levels.at(-1); top !== undefined && where(top); top = this.#levels.at(-1))
      this.#levels.pop();
  }

  /** What only the start of a line can tell: sections, items of lists, indentation, a command. */
  #startLine(): void {
    const reader = this.#reader;
    this.#startsLine = true;
    this.#indent = reader.take(BLANK)?.length ?? 0;
    if (reader.atLineEnd()) return;
    if (this.#brackets > 0) {
      if (this.#indent > 0 || reader.peek(ENV_LINE) === null) return;
      this.#leave(() => true);
      this.#brackets = this.#tooDeep = 0;
    }
    if (!this.#continued) this.#leave(({ kind }) => kind === "command");
    const section = reader.peek(SECTION);
    if (section !== null) return this.#startSection(section);
    const dash = reader.take(DASH);
    if (dash === undefined)
      this.#leave(({ kind, indent }) => (kind === "key" || kind === "item") && indent >= this.#indent);
    else {
      const from = this.#indent;
      this.#leave(({ kind, indent }) => (kind === "item" ? indent >= from : kind === "key" && indent > from));
      if (reader.peek(ITEM_WITH_NAMES) !== null)
        this.#levels.push({ kind: "item", scope: { parent: this.#scope }, indent: from });
      this.#indent += dash.length;
      this.#startsLine = false;
    }
    if (reader.peek(COMMAND) !== null && !this.#continued)
      this.#levels.push({ kind: "command", scope: { parent: this.#scope }, indent: Infinity });
  }
  #startSection([all, title = ""]: RegExpExecArray): void {
    this.#reader.at += all.length;
    this.#leave(() => true);
    this.#pending = undefined;
    const name = title.trim().replace(/["']/g, "");
    const known = all.startsWith("[[") ? undefined : this.#sections.get(name);
    const scope = known ?? { name, parent: this.#root };
    this.#sections.set(name, scope);
    this.#levels.push({ kind: "section", scope, indent: -1 });
  }

  /** The last word, or all of them where they are one name that a value follows. */
  #nameInWords(): string {
    const [word = ""] = this.#words.slice(-1);
    const all = this.#words.join(" ");
    const isName = this.#words.length > 1 && NAME_IN_WORDS.test(all) && this.#reader.peek(SEPARATOR) !== null;
    return isName ? all : word;
  }
  /** A word or a string: a name, if something separates it from a value; else a value. */
  #item(text: string, quoted: boolean): void {
    const reader = this.#reader;
    const { line } = reader;
    const separator = text.length > 200 ? undefined : reader.peek(SEPARATOR)?.[0];
    if (separator === undefined) return this.#loose(text, quoted, line);
    if (!quoted && separator === ":" && /^oauth$/i.test(text)) {
      reader.at += 1;
      const value = reader.take(WORD);
      return value === undefined ? undefined : this.#loose(`${text}:${value}`, false, line);
    }
    // `config["token"] =`: the name is in brackets of its own.
    const closed = /^[\]}]/.test(separator);
    if (closed) this.#close();
    reader.at += separator.length - (closed ? 1 : 0);
    this.#subject = this.#pending = undefined;
    this.#value(nameOf(text), separator.trim());
  }

  #value(name: string, separator: string): void {
    const reader = this.#reader;
    const isLater = this.#skipToValue();
    const { line, char } = reader;
    if (isLater && reader.peek(NEXT_NAME) !== null) return; // the name before had no value
    if (reader.atLineEnd()) {
      if (separator !== ":" || this.#brackets > 0) return;
      this.#levels.push({ kind: "key", scope: { name, parent: this.#scope }, indent: this.#indent });
      this.#pending = name;
      return;
    }
    if (char === "{" || char === "[" || char === "(") return this.#open(char, name);
    reader.take(STRING_PREFIX);
    if (/["'`]/.test(reader.char)) {
      const text = reader.string();
      if (text !== undefined) return this.#emit({ name, text, quoted: true, line });
      reader.at += 1;
    }
    let text = this.#unquoted();
    if (text === undefined) return;
    if (text === "") {
      this.#pending = name;
      return;
    }
    // The value is what a call gives, or an item of something: it is not here.
    if (/[([]/.test(reader.char)) {
      this.#subject = { text: name, comma: false };
      return;
    }
    if (/^\w+=$/.test(text) && /["'`]/.test(reader.char)) return this.#value(name, "=");
    if (separator === ":" && reader.take(AFTER_TYPE) !== undefined) return this.#value(name, "=");
    if (SCHEME.test(text) && reader.take(BLANK) !== undefined) text += ` ${reader.take(VALUE) ?? ""}`;
    this.#emit({ name, text: unescapedProperty(text), quoted: false, line });
  }
  /** In brackets it may be on a later line: then true. */
  #skipToValue(): boolean {
    const reader = this.#reader;
    let isLater = false;
    for (;;) {
      if (reader.take(BLANK) !== undefined) continue;
      if (this.#brackets > 0 && reader.newline()) isLater = true;
      else if (!reader.comment(false)) return isLater;
    }
  }
  /** Empty: it is on the next line. After a backslash at the end of a line the next one has more of it. */
  #unquoted(): string | undefined {
    const reader = this.#reader;
    let text = reader.take(VALUE);
    if (text === undefined && reader.take(BLOCK) !== undefined) return "";
    while (text?.endsWith("\\") === true && reader.newline()) {
      reader.take(BLANK);
      text = text.slice(0, -1) + (reader.take(VALUE) ?? "");
    }
    return text;
  }

  /** A value that nothing separates from a name: the word before it may be its name, as in `setx NAME value`. */
  #loose(text: string, quoted: boolean, line: number): void {
    if (SCHEME.test(text)) return;
    if (!quoted && text.startsWith("-")) {
      if (OPTION.test(text)) this.#subject = { text: nameOf(text), comma: false };
      return;
    }
    if (!quoted && /^\/\w$/.test(text)) return; // a switch of cmd
    const subject = this.#subject;
    // Nothing says that the word before is a name: it may as well be a password.
    const before = subject !== undefined && isPlainlyName(subject.text) ? subject.text : undefined;
    const name = this.#pending ?? before;
    this.#pending = undefined;
    this.#subject = NAME_LIKE.test(text) ? { text: nameOf(text), comma: false } : undefined;
    if (text.length < SHORTEST_VALUE && (name === undefined || partOf(name) === undefined)) return;
    const top = this.#levels.at(-1);
    const value = { text, quoted, line };
    if (name === undefined && top?.kind === "[" && top.scope.name !== undefined)
      this.#emit({ ...value, name: top.scope.name, listed: true });
    else {
      // What a call sets belongs to where the call is.
      const scope = subject?.comma === true ? top?.scope.parent : undefined;
      const inner = name === undefined ? (subject?.text ?? top?.callee) : top?.callee;
      this.#emit({
        ...value,
        name,
        ...(scope !== undefined && { scope }),
        ...(inner !== undefined && { inner }),
      });
    }
  }

  /** `{ "name": "TOKEN", "value": "…" }`, as in lists of variables or headers: the name is a value, too. */
  #labelled(emitted: Emitted): Emitted {
    const { name = "", text, line } = emitted;
    const scope = this.#scope;
    if (LABEL.test(name) && NAME_LIKE.test(text)) this.#label = { text, scope, line };
    if (!/^value$/i.test(name) || this.#label?.scope !== scope) return emitted;
    const label = this.#label;
    this.#label = undefined;
    const top = this.#levels.at(-1);
    const isOwnScope = top?.kind === "{" || top?.kind === "item";
    if (!isOwnScope && line - label.line > 1) return emitted;
    return { ...emitted, name: label.text, ...(isOwnScope && scope.parent && { scope: scope.parent }) };
  }
  #emit(emitted: Emitted): void {
    const { name, text, quoted, line, inner, listed = false, scope = this.#scope } = this.#labelled(emitted);
    const part = name === undefined ? undefined : partOf(name);
    if (part === undefined && text.length < SHORTEST_VALUE) return;
    if (this.#isQuery(text)) return this.#query(name, part, text, line);
    const isWhole =
      (part !== undefined && part.part !== "access") ||
      this.#depth >= DEPTH ||
      text.length > LONGEST_INSIDE ||
      !/[=:\n]/.test(text) ||
      COULD_BE_TOKEN.test(text);
    if (isWhole) {
      const judged = inner === undefined ? {} : { inner };
      return this.#add({ scope, name, part, text, quoted, line, listed, ...judged });
    }
    for (const inside of new Scanner(text, scope, line, this.#depth + 1).run()) {
      if (inside === undefined) continue;
      const isName = inside.part !== undefined || (inside.name !== undefined && ENV_NAME.test(inside.name));
      if (isName) this.#found.push(inside);
      else {
        const judged = inside.inner ?? inside.name ?? inner;
        this.#add({ ...inside, name, part, listed: true, ...(judged !== undefined && { inner: judged }) });
      }
    }
  }
  #add({ name, part, ...rest }: MaybeNamed): void {
    this.#found.push({ ...rest, ...(name !== undefined && { name }), ...(part !== undefined && { part }) });
  }

  #isQuery(text: string): boolean {
    if (!/[?#&]/.test(text) || !text.includes("=")) return false;
    if (text.startsWith("//")) return true;
    return [...text.matchAll(NAMES_IN_QUERY)].some(
      ([, name = ""]) => partOf(name) !== undefined || OAUTH_PARAMETER.test(name),
    );
  }
  #query(name: string | undefined, ofName: NamedPart | undefined, text: string, line: number): void {
    const scope: Scope = { parent: this.#scope };
    const common = { scope, line, quoted: false, listed: false };
    const [head = "", ...parameters] = text.split(/[?#&]/);
    if (name !== undefined && !head.startsWith("//"))
      this.#add({ ...common, name, part: ofName, text: head });
    for (const parameter of parameters) {
      const [, called = "", value = ""] = /^([^=]*)=(.*)$/s.exec(parameter) ?? [];
      const part = partOf(called);
      if (value.length >= SHORTEST_VALUE || part !== undefined)
        this.#add({ ...common, name: called, part, text: decoded(value) });
    }
  }
}

/** Every value that is long enough for a token or has a name that says something; `undefined` now and then: a pause. */
export function scan(text: string): Generator<Found | undefined> {
  return new Scanner(text, {}, 1, 0).run();
}
