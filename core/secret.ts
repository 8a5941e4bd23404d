/**
 * A text that must not be printed: a token, a client secret, a key, a passphrase. Logging, joining, serialising and
 * inspecting it give `[secret]`. Only `reveal()` returns the text, so every use can be found by that name.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The text. tests/seams.test.ts lists the files that may call this. */
  reveal(): string {
    return this.#value;
  }
  /** Length in UTF-8 octets. It is not secret, and padding needs it. */
  get byteLength(): number {
    return new TextEncoder().encode(this.#value).length;
  }
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
