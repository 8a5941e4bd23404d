/** A mistake in the command line. */
export class UsageError extends Error {
  /** Names the sentence: `usage.<key>` in text/en-cli.ts. */
  readonly key: string;
  /** Values for the placeholders of that sentence. */
  readonly facts: Readonly<Record<string, string>>;
  constructor(key: string, facts: Readonly<Record<string, string>> = {}) {
    super(key);
    this.key = key;
    this.facts = facts;
  }
}
