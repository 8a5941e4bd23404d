/** The brackets, sections, list items and indented keys that surround a value in a text. Pure. */

/** The place of a value: an object, a section, an item of a list, or a command line. */
export interface Place {
  /** The name of that object or section in the file. */
  readonly name?: string;
  readonly parent?: Place;
}

export type Bracket = "{" | "[" | "(";
export interface Level {
  readonly place: Place;
  readonly kind: Bracket | "key" | "item" | "section" | "command";
  /** Indentation of the line that opened the level. */
  readonly indent: number;
  /** For parentheses: the called function, or the name that its result is assigned to. */
  readonly callee?: string;
}

/** More levels are not tracked: values in them count as values of the level above. */
const DEEPEST = 500;
const isBracket = ({ kind }: Level): boolean => kind === "{" || kind === "[" || kind === "(";

export class Nesting {
  readonly #root: Place;
  readonly #levels: Level[] = [];
  #brackets = 0;
  /** Open brackets beyond `DEEPEST`. */
  #untracked = 0;

  constructor(root: Place) {
    this.#root = root;
  }

  get top(): Level | undefined {
    return this.#levels.at(-1);
  }
  get place(): Place {
    return this.top?.place ?? this.#root;
  }
  get inBrackets(): boolean {
    return this.#brackets > 0;
  }

  push(level: Level): void {
    this.#levels.push(level);
  }
  /** False when the bracket is too deep to be tracked. */
  open(kind: Bracket, name: string | undefined, callee: string | undefined): boolean {
    if (this.#levels.length >= DEEPEST) {
      this.#untracked += 1;
      return false;
    }
    const place = { ...(name !== undefined && { name }), parent: this.place };
    this.#levels.push({ kind, place, indent: -1, ...(callee !== undefined && { callee }) });
    this.#brackets += 1;
    return true;
  }
  /** Closes the innermost bracket, and the levels without brackets inside of it. */
  close(): void {
    if (this.#untracked > 0) {
      this.#untracked -= 1;
      return;
    }
    if (this.#brackets === 0) return;
    for (let level = this.#levels.pop(); level !== undefined && !isBracket(level);)
      level = this.#levels.pop();
    this.#brackets -= 1;
  }
  /** Leaves the innermost levels for as long as `condition` holds for them. */
  leaveWhile(condition: (level: Level) => boolean): void {
    for (let { top } = this; top !== undefined && condition(top); { top } = this) this.#levels.pop();
  }
  /** Leaves all levels, brackets included: the open brackets turned out to be text, and no levels. */
  leaveAll(): void {
    this.#levels.length = 0;
    this.#brackets = this.#untracked = 0;
  }
}
