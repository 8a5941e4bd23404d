/**
 * Reads a text piece by piece: line ends, comments and strings, which all notations share. Each piece is read once.
 * Pure.
 */

const NEWLINE = /\r\n?|[\n\u0085\u2028\u2029]/y;
const NEWLINES = /\r\n?|[\n\u0085\u2028\u2029]/g;
const REST_OF_LINE = /[^\r\n\u0085\u2028\u2029]*/y;
/** Comments of Lua, SQL, cmd, properties and INI. */
const AT_START_OF_LINE = /(?:--|rem|::)(?=[ \t])|[;!]/iy;
/** A line of `.npmrc` about a registry begins like a comment. */
const NPMRC = /\/\/[\w.-]+(?::\d+)?\/\S*:_?\w+=/y;
const BEFORE_COMMENT = /[\s,;{}[\]()]/;
const ESCAPE = /\\(?:u\{?([0-9a-f]{4,6})\}?|x([0-9a-f]{2})|(\r\n|[\s\S]))/gi;

const BACKSLASH = 92;
const isLineEnd = (code: number): boolean =>
  code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;

/** Replaces escapes such as `\u0041` and `\/`, as JSON and most languages have them, and removes escaped line ends. */
function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (_all, long?: string, short?: string, one?: string) => {
    if (one !== undefined) return one === "n" ? "\n" : one === "t" ? "\t" : /[\r\n]/.test(one) ? "" : one;
    const code = Number.parseInt(long ?? short ?? "", 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

export class Reader {
  readonly text: string;
  at = 0;
  /** The first line is 1. */
  line: number;
  /**
   * By opening sign, the position up to which no closing sign follows. Without it, unclosed quotes take quadratic time.
   */
  readonly #unclosed = new Map<string, number>();

  constructor(text: string, line: number) {
    this.text = text;
    this.line = line;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }
  get char(): string {
    return this.text.charAt(this.at);
  }
  /** The match of a sticky pattern at this position. */
  peek(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text);
  }
  /** Returns the match as `peek` does, and moves the reader behind it. */
  take(pattern: RegExp): string | undefined {
    const found = this.peek(pattern)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
  atLineEnd(): boolean {
    return this.ended || isLineEnd(this.text.charCodeAt(this.at));
  }
  newline(): boolean {
    if (this.take(NEWLINE) === undefined) return false;
    this.line += 1;
    return true;
  }

  /** Skips a comment that begins here; false when none does. */
  comment(atStartOfLine: boolean): boolean {
    const { char } = this;
    if (atStartOfLine && this.peek(AT_START_OF_LINE) !== null) return this.#restOfLine();
    if (char !== "#" && char !== "/" && char !== "<") return false;
    const before = this.at === 0 ? " " : this.text.charAt(this.at - 1);
    if (char === "#") return /\s/.test(before) && this.#restOfLine();
    if (char === "<") return this.text.startsWith("<!--", this.at) && this.#until("<!--", "-->");
    if (!BEFORE_COMMENT.test(before)) return false;
    if (this.text.startsWith("/*", this.at)) return this.#until("/*", "*/");
    return this.text.startsWith("//", this.at) && this.peek(NPMRC) === null && this.#restOfLine();
  }
  #restOfLine(): true {
    this.take(REST_OF_LINE);
    return true;
  }
  #until(opening: string, closing: string): boolean {
    return this.#between(opening, closing) !== undefined;
  }
  #between(opening: string, closing: string): string | undefined {
    if ((this.#unclosed.get(opening) ?? -1) > this.at) return undefined;
    const from = this.at + opening.length;
    const to = this.text.indexOf(closing, from);
    if (to === -1) {
      this.#unclosed.set(opening, this.text.length);
      return undefined;
    }
    const inside = this.text.slice(from, to);
    this.at = to + closing.length;
    this.line += inside.match(NEWLINES)?.length ?? 0;
    return inside;
  }

  /** The string that opens here with `"`, `'` or a backtick; undefined: it is not closed, so it is none. */
  string(): string | undefined {
    const quote = this.char;
    const triple = quote.repeat(3);
    if (this.text.startsWith(triple, this.at)) {
      const long = this.#between(triple, triple);
      if (long !== undefined) return long;
    }
    if ((this.#unclosed.get(quote) ?? -1) > this.at) return undefined;
    const wanted = quote.charCodeAt(0);
    const { text } = this;
    let to = this.at + 1;
    for (; to < text.length; to++) {
      const code = text.charCodeAt(to);
      if (code === wanted) break;
      if (code === BACKSLASH) to += 1;
      else if (quote !== "`" && isLineEnd(code)) break;
    }
    if (text.charCodeAt(to) !== wanted) {
      this.#unclosed.set(quote, to);
      return undefined;
    }
    const inside = text.slice(this.at + 1, to);
    this.at = to + 1;
    if (quote === "`" || inside.includes("\\")) this.line += inside.match(NEWLINES)?.length ?? 0;
    return unescaped(inside);
  }
}
