/**
 * Reads named values out of a text in any notation: lines of an `.env` file, a shell, PowerShell, cmd or systemd, INI,
 * properties, YAML, TOML, JSON with or without comments, object literals and calls of programming languages, headers,
 * command lines, and the query or fragment of a URL.
 *
 * One tolerant scanner serves all notations (ADR 0019): nothing tells the notation of a file, many files are not valid
 * in theirs, and a parser that refuses a whole file would hide its token. The scanner knows strings, comments,
 * brackets, sections, the indentation of YAML, and what separates a name from its value. It is linear in the length of
 * the text and never throws. Pure.
 */
import { partOf, type NamedPart } from "./names.ts";
import { Nesting, type Bracket, type Place } from "./nesting.ts";
import {
  AFTER_TYPE,
  BLANK,
  BLOCK,
  COMMAND,
  COULD_BE_TOKEN,
  DASH,
  ENV_DRIVE,
  ENV_LINE,
  ENV_NAME,
  isPlainlyName,
  isQuery,
  ITEM_WITH_NAMES,
  LABEL,
  NAME_IN_WORDS,
  NAME_LIKE,
  nameOf,
  NEXT_NAME,
  OPTION,
  percentDecoded,
  SCHEME,
  SECTION,
  SEPARATOR,
  SHORTEST_VALUE,
  splitQuery,
  STRING_PREFIX,
  unescapedProperty,
  VALUE,
  WORD,
} from "./notation.ts";
import { Reader } from "./reader.ts";

/** A value of the text. */
export interface Found {
  readonly place: Place;
  /** Absent: the value has no name. */
  readonly name?: string;
  /** The name inside of the value itself. It is judged and never shown, since it may be a piece of a secret. */
  readonly inner?: string;
  /** The meaning of the value, by its name. */
  readonly part?: NamedPart;
  readonly text: string;
  /** The first line is 1. */
  readonly line: number;
  readonly quoted: boolean;
  /** One of several values of a name, as in a list: it does not replace the value before it. */
  readonly listed: boolean;
}

/** How many times a string in a string is read as a text of its own. */
const DEPTH = 3;
/** A longer string is one value and is not read as a text, since that is done without a pause. */
const LONGEST_INSIDE = 256 * 1024;
/** Steps between two pauses. */
const STEPS = 1_000;

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
  readonly place?: Place;
  readonly inner?: string;
}

class Scanner {
  readonly #reader: Reader;
  readonly #root: Place;
  readonly #depth: number;
  readonly #nesting: Nesting;
  readonly #sections = new Map<string, Place>();
  /** Values that `run` has not yielded yet. */
  readonly #found: Found[] = [];
  #indent = 0;
  #startsLine = true;
  /** The line before continues on this one. */
  #continued = false;
  /** The word before on this line, which may name the next one. `comma`: both are arguments of a call. */
  #subject: { readonly text: string; readonly comma: boolean } | undefined;
  /** The value of a member called “name”, for the member called “value” that follows. */
  #label: { readonly text: string; readonly place: Place; readonly line: number } | undefined;
  /** The name whose value is on the next line. */
  #pending: string | undefined;
  /** The last words of this line, with nothing but blanks between them. */
  #words: readonly string[] = [];
  /** The position at which this line begins. */
  #lineFrom = 0;

  constructor(text: string, root: Place, line: number, depth: number) {
    this.#reader = new Reader(text, line);
    this.#root = root;
    this.#nesting = new Nesting(root);
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

  #step(): void {
    const reader = this.#reader;
    if (reader.take(BLANK) !== undefined) return;
    if (reader.atLineEnd()) return this.#endLine();
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
    if (char === "," && this.#nesting.top?.kind === "(" && this.#subject !== undefined)
      this.#subject = { ...this.#subject, comma: true };
    else if (char === "," || char === ";" || char === "&") this.#subject = undefined;
  }
  #endLine(): void {
    const reader = this.#reader;
    this.#continued = /[\\^`]/.test(reader.text.charAt(reader.at - 1));
    if (!this.#continued) this.#subject = undefined;
    const name = !this.#nesting.inBrackets && !this.#continued ? this.#words.join(" ") : "";
    const isAlone = name !== "" && reader.text.slice(this.#lineFrom, reader.at).trim() === name;
    if (isAlone && (NAME_IN_WORDS.test(name) || (this.#words.length === 1 && partOf(name) !== undefined)))
      this.#pending = name;
    this.#words = [];
    reader.newline();
    this.#lineFrom = reader.at;
    this.#startLine();
  }
  /** False for the apostrophe of “don't”, and for a backtick that continues a line. */
  #opensString(): boolean {
    const { text, at, char } = this.#reader;
    if (char === "'") return !/\w{3}$/.test(text.slice(Math.max(0, at - 3), at));
    return char !== "`" || !/[\r\n]/.test(text.charAt(at + 1));
  }

  #open(kind: Bracket, name?: string): void {
    this.#reader.at += 1;
    const callee = kind === "(" ? this.#subject?.text : undefined;
    if (this.#nesting.open(kind, name, callee)) this.#subject = this.#pending = undefined;
  }
  #close(): void {
    this.#reader.at += 1;
    this.#subject = this.#pending = undefined;
    this.#nesting.close();
  }

  /** Reads what stands at the start of a line alone: a section, an item of a list, indentation, a command. */
  #startLine(): void {
    const reader = this.#reader;
    const nesting = this.#nesting;
    this.#startsLine = true;
    this.#indent = reader.take(BLANK)?.length ?? 0;
    if (reader.atLineEnd()) return;
    if (nesting.inBrackets) {
      if (this.#indent > 0 || reader.peek(ENV_LINE) === null) return;
      nesting.leaveAll();
    }
    if (!this.#continued) nesting.leaveWhile(({ kind }) => kind === "command");
    const section = reader.peek(SECTION);
    if (section !== null) return this.#startSection(section);
    const dash = reader.take(DASH);
    if (dash === undefined)
      nesting.leaveWhile(({ kind, indent }) => (kind === "key" || kind === "item") && indent >= this.#indent);
    else {
      const from = this.#indent;
      nesting.leaveWhile(({ kind, indent }) =>
        kind === "item" ? indent >= from : kind === "key" && indent > from,
      );
      if (reader.peek(ITEM_WITH_NAMES) !== null)
        nesting.push({ kind: "item", place: { parent: nesting.place }, indent: from });
      this.#indent += dash.length;
      this.#startsLine = false;
    }
    if (reader.peek(COMMAND) !== null && !this.#continued)
      nesting.push({ kind: "command", place: { parent: nesting.place }, indent: Infinity });
  }
  #startSection([all, title = ""]: RegExpExecArray): void {
    this.#reader.at += all.length;
    this.#nesting.leaveWhile(() => true);
    this.#pending = undefined;
    const name = title.trim().replace(/["']/g, "");
    const known = all.startsWith("[[") ? undefined : this.#sections.get(name);
    const place = known ?? { name, parent: this.#root };
    this.#sections.set(name, place);
    this.#nesting.push({ kind: "section", place, indent: -1 });
  }

  /** The last word, or all words where they form one name that a value follows. */
  #nameInWords(): string {
    const [word = ""] = this.#words.slice(-1);
    const all = this.#words.join(" ");
    const isName = this.#words.length > 1 && NAME_IN_WORDS.test(all) && this.#reader.peek(SEPARATOR) !== null;
    return isName ? all : word;
  }
  /** Takes a word or a string: a name when a separator follows, else a value. */
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
    // `config["token"] =`: the brackets belong to the name.
    const closed = /^[\]}]/.test(separator);
    if (closed) this.#close();
    reader.at += separator.length - (closed ? 1 : 0);
    this.#subject = this.#pending = undefined;
    this.#value(nameOf(text), separator.trim());
  }

  /** Takes the value of a name, behind its separator. */
  #value(name: string, separator: string): void {
    const reader = this.#reader;
    const isLater = this.#skipToValue();
    const { line, char } = reader;
    if (isLater && reader.peek(NEXT_NAME) !== null) return; // the name before had no value
    if (reader.atLineEnd()) {
      if (separator !== ":" || this.#nesting.inBrackets) return;
      this.#nesting.push({ kind: "key", place: { name, parent: this.#nesting.place }, indent: this.#indent });
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
    // The value is the result of a call, or an item of a list, and does not stand in this text.
    if (/[([]/.test(reader.char)) {
      this.#subject = { text: name, comma: false };
      return;
    }
    if (/^\w+=$/.test(text) && /["'`]/.test(reader.char)) return this.#value(name, "=");
    if (separator === ":" && reader.take(AFTER_TYPE) !== undefined) return this.#value(name, "=");
    if (SCHEME.test(text) && reader.take(BLANK) !== undefined) text += ` ${reader.take(VALUE) ?? ""}`;
    this.#emit({ name, text: unescapedProperty(text), quoted: false, line });
  }
  /** Skips blanks and comments. In brackets a value may stand on a later line: then the result is true. */
  #skipToValue(): boolean {
    const reader = this.#reader;
    let isLater = false;
    for (;;) {
      if (reader.take(BLANK) !== undefined) continue;
      if (this.#nesting.inBrackets && reader.newline()) isLater = true;
      else if (!reader.comment(false)) return isLater;
    }
  }
  /**
   * A value without quotes; empty when it stands on the next line. A backslash at the end of a line continues the
   * value.
   */
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

  /** Takes a value without a separator before it: the word before may be its name, as in `setx NAME value`. */
  #loose(text: string, quoted: boolean, line: number): void {
    if (SCHEME.test(text)) return;
    if (!quoted && text.startsWith("-")) {
      if (OPTION.test(text)) this.#subject = { text: nameOf(text), comma: false };
      return;
    }
    if (!quoted && /^\/\w$/.test(text)) return; // a switch of cmd
    const subject = this.#subject;
    // Without a sign that the word before is a name, it may be a password.
    const before = subject !== undefined && isPlainlyName(subject.text) ? subject.text : undefined;
    const name = this.#pending ?? before;
    this.#pending = undefined;
    this.#subject = NAME_LIKE.test(text) ? { text: nameOf(text), comma: false } : undefined;
    if (text.length < SHORTEST_VALUE && (name === undefined || partOf(name) === undefined)) return;
    const { top } = this.#nesting;
    const value = { text, quoted, line };
    if (name === undefined && top?.kind === "[" && top.place.name !== undefined)
      this.#emit({ ...value, name: top.place.name, listed: true });
    else {
      // A value that a call sets belongs to the place of the call.
      const place = subject?.comma === true ? top?.place.parent : undefined;
      const inner = name === undefined ? (subject?.text ?? top?.callee) : top?.callee;
      this.#emit({
        ...value,
        name,
        ...(place !== undefined && { place }),
        ...(inner !== undefined && { inner }),
      });
    }
  }

  /**
   * `{ "name": "TOKEN", "value": "…" }`, as in lists of variables or headers: one member names the value of the other.
   */
  #labelled(emitted: Emitted): Emitted {
    const { name = "", text, line } = emitted;
    const { place, top } = this.#nesting;
    if (LABEL.test(name) && NAME_LIKE.test(text)) this.#label = { text, place, line };
    if (!/^value$/i.test(name) || this.#label?.place !== place) return emitted;
    const label = this.#label;
    this.#label = undefined;
    const isOwnPlace = top?.kind === "{" || top?.kind === "item";
    if (!isOwnPlace && line - label.line > 1) return emitted;
    return { ...emitted, name: label.text, ...(isOwnPlace && place.parent && { place: place.parent }) };
  }
  /** Adds a value, or the values in it where it is a text of another notation. */
  #emit(emitted: Emitted): void {
    const {
      name,
      text,
      quoted,
      line,
      inner,
      listed = false,
      place = this.#nesting.place,
    } = this.#labelled(emitted);
    const part = name === undefined ? undefined : partOf(name);
    if (part === undefined && text.length < SHORTEST_VALUE) return;
    if (isQuery(text)) return this.#query(name, part, text, line);
    const isWhole =
      (part !== undefined && part.part !== "access") ||
      this.#depth >= DEPTH ||
      text.length > LONGEST_INSIDE ||
      !/[=:\n]/.test(text) ||
      COULD_BE_TOKEN.test(text);
    if (isWhole) {
      const judged = inner === undefined ? {} : { inner };
      return this.#add({ place, name, part, text, quoted, line, listed, ...judged });
    }
    for (const inside of new Scanner(text, place, line, this.#depth + 1).run()) {
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

  #query(name: string | undefined, ofName: NamedPart | undefined, text: string, line: number): void {
    const place: Place = { parent: this.#nesting.place };
    const common = { place, line, quoted: false, listed: false };
    const { head, parameters } = splitQuery(text);
    if (name !== undefined && !head.startsWith("//"))
      this.#add({ ...common, name, part: ofName, text: head });
    for (const parameter of parameters) {
      const part = partOf(parameter.name);
      if (parameter.value.length >= SHORTEST_VALUE || part !== undefined)
        this.#add({ ...common, name: parameter.name, part, text: percentDecoded(parameter.value) });
    }
  }
}

/**
 * Every value that is long enough for a token, or whose name says something about tokens. Yields `undefined` from time
 * to time, so that the caller can let other work run.
 */
export function scan(text: string): Generator<Found | undefined> {
  return new Scanner(text, {}, 1, 0).run();
}
