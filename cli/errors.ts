/** Failures that the command line itself finds, or explains. */
import { TokenkeepError } from "../clients/node/src/errors.ts";

type Facts = Readonly<Record<string, string>>;

/** A mistake in the command line. */
export class UsageError extends Error {
  /** Names the sentence: `usage.<key>` in text/en-cli.ts. */
  readonly key: string;
  /** Values for the placeholders of that sentence. */
  readonly facts: Facts;
  constructor(key: string, facts: Facts = {}) {
    super(key);
    this.key = key;
    this.facts = facts;
  }
}

/** A failure of Tokenkeep with what the user needs for the next step. Its code stays that of the failure. */
export class ExplainedError extends TokenkeepError {
  /** Names the sentence: `failure.<key>` in text/en-cli.ts. */
  readonly key: string;
  readonly facts: Facts;
  constructor(code: TokenkeepError["code"], key: string, facts: Facts = {}) {
    super(code, key);
    this.key = key;
    this.facts = facts;
  }
}
