/** What a command has: its arguments, and Tokenkeep. */
import { Tokenkeep } from "../clients/node/src/keep.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import type { TokenRequest } from "../clients/node/src/messages.ts";
import { fileStore, fromEnvironment, storeFile, type Store } from "../clients/node/src/store.ts";

export interface Context {
  readonly command: string;
  /** Options by name; of several values, a list. */
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly operands: readonly string[];
  readonly json: boolean;
  readonly store: Store;
  /** With the key of this command line; rejects with `not_paired` when there is none. */
  keep(): Promise<Tokenkeep>;
}

/** A mistake in the command line: its sentence has a key of the catalogue. */
export class UsageError extends Error {
  readonly key: string;
  readonly facts: Readonly<Record<string, string>>;
  constructor(key: string, facts: Readonly<Record<string, string>> = {}) {
    super(key);
    this.key = key;
    this.facts = facts;
  }
}

export const STORE_FILE = (): string => storeFile("cli");

export function createContext(
  given: Pick<Context, "command" | "values" | "operands"> & { readonly start: boolean },
): Context {
  const store = fileStore(STORE_FILE());
  return {
    ...given,
    json: given.values["json"] === true,
    store,
    async keep() {
      const credentials = fromEnvironment() ?? (await store.load());
      if (credentials === undefined) throw new TokenkeepError("not_paired", "");
      if (given.start) await (await import("./start.ts")).startApp(credentials);
      return new Tokenkeep(credentials, { patienceMs: 0 });
    },
  };
}

export const text = ({ values }: Context, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
};
export const texts = ({ values }: Context, name: string): readonly string[] | undefined => {
  const value = values[name];
  return Array.isArray(value) ? value.flatMap((one) => String(one).split(",")).filter(Boolean) : undefined;
};

/** `--account`, `--scope`, `--min-valid`, as the socket takes them. */
export const tokenRequest = (context: Context): TokenRequest => ({
  account: text(context, "account"),
  scopes: texts(context, "scope"),
  min_valid: seconds(text(context, "min-valid")),
  reason: `tokenkeep ${context.command}`,
});

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600 };
/** `90`, `90s`, `5m`, `1h`, in seconds. */
export function seconds(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const [, number, unit = ""] = /^(\d{1,6})([smh]?)$/.exec(written) ?? [];
  if (number === undefined) throw new UsageError("durationWrong", { given: written });
  return Number(number) * (UNITS[unit] ?? 1);
}

/** One line, or many, for programs. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
