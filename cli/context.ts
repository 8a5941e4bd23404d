/** The context of every command: its parsed arguments, the stored credentials, and a connection to Tokenkeep. */
import { Tokenkeep } from "../clients/node/src/keep.ts";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import type { TokenRequest } from "../clients/node/src/messages.ts";
import { fileStore, fromEnvironment, storeFile, type Store } from "../clients/node/src/store.ts";
import { UsageError } from "./errors.ts";

export interface Context {
  readonly command: string;
  /** Values by option name; a list for an option that may be repeated. */
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly operands: readonly string[];
  /** `--json`: stdout carries JSON. */
  readonly json: boolean;
  /** The file that keeps the credentials of this command line. */
  readonly store: Store;
  /** Connects with the credentials of this command line; rejects with `not_paired` when there are none. */
  connect(): Promise<Tokenkeep>;
}

/** The path of the file that keeps the credentials of this command line. */
export const credentialsFile = (): string => storeFile("cli");

/** `start`: the app is started first when it does not run. */
export function createContext(
  parsed: Pick<Context, "command" | "values" | "operands"> & { readonly start: boolean },
): Context {
  const store = fileStore(credentialsFile());
  return {
    ...parsed,
    json: parsed.values["json"] === true,
    store,
    async connect() {
      const credentials = fromEnvironment() ?? (await store.load());
      if (credentials === undefined) throw new TokenkeepError("not_paired", "");
      if (parsed.start) await (await import("./start.ts")).startApp(credentials);
      return new Tokenkeep(credentials, { patienceMs: 0 });
    },
  };
}

/** The text of an option that is given once. */
export const text = ({ values }: Context, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
};
/** The texts of an option that may be repeated; each may hold several, separated by commas. */
export const texts = ({ values }: Context, name: string): readonly string[] | undefined => {
  const value = values[name];
  return Array.isArray(value) ? value.flatMap((one) => String(one).split(",")).filter(Boolean) : undefined;
};

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600 };
/** A duration in seconds, from `90`, `90s`, `5m` or `1h`; throws a `UsageError` for anything else. */
export function seconds(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const [, number, unit = ""] = /^(\d{1,6})([smh]?)$/.exec(duration) ?? [];
  if (number === undefined) throw new UsageError("durationWrong", { given: duration });
  return Number(number) * (UNITS[unit] ?? 1);
}

/** The parameters of `token.get` (docs/socket-protocol.md), from `--account`, `--scope` and `--min-valid`. */
export const tokenRequest = (context: Context): TokenRequest => ({
  account: text(context, "account"),
  scopes: texts(context, "scope"),
  min_valid: seconds(text(context, "min-valid")),
  reason: `tokenkeep ${context.command}`,
});

/** Writes to stdout, which is for programs, and ends the line. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
