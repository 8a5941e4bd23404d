/**
 * Text that must not be printed: a token, a client secret, a key, a passphrase.
 * However it is logged, joined, serialised or inspected it reads `[secret]`. `reveal()` is the one way out, so that
 * every use can be found by name.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The text itself. Say why at every call that is not a request to the provider or a sealing. */
  reveal(): string {
    return this.#value;
  }
  /** In UTF-8 octets; sizes are not secret, and padding needs them. */
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
