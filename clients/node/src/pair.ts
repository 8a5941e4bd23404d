/** From “no key” to a `Tokenkeep`: with the user's consent, in Tokenkeep's window. */
import { openConnection } from "./connection.ts";
import { findEndpoint } from "./endpoint.ts";
import { TokenkeepError } from "./errors.ts";
import { Tokenkeep, type KeepOptions } from "./keep.ts";
import type { Grant, PairRequest } from "./messages.ts";
import type { Credentials } from "./proof.ts";
import { fromEnvironment, type Store } from "./store.ts";

export interface PairOptions extends KeepOptions {
  /** Six digits, to be shown: the user compares them with those in Tokenkeep's window. */
  readonly onCode: (code: string) => void;
  /** Withdraws the question. */
  readonly signal?: AbortSignal | undefined;
}
export interface Pairing extends Grant {
  /** Absent with lifetime `once`. To be kept where others do not read it. */
  readonly credentials?: Credentials;
  readonly keep: Tokenkeep;
}

/** Asks the user, for as long as they take. Rejects with `grant_denied` when they say no. */
export async function pair(request: PairRequest, options: PairOptions): Promise<Pairing> {
  const connection = openConnection({
    endpoint: options.endpoint ?? findEndpoint(),
    onNotice: ({ method, params }) => {
      if (method === "pair.code" && typeof params["code"] === "string") options.onCode(params["code"]);
    },
  });
  const withdraw = (): void => connection.close();
  options.signal?.addEventListener("abort", withdraw, { once: true });
  try {
    const { client, key, ...grant } = (await connection.request("pair.request", request, Infinity)) as Grant &
      Partial<Credentials>;
    const credentials = client !== undefined && key !== undefined ? { client, key } : undefined;
    const keep = new Tokenkeep(credentials, options, connection);
    return { ...grant, ...(credentials !== undefined && { credentials }), keep };
  } finally {
    options.signal?.removeEventListener("abort", withdraw);
  }
}

export interface ConnectOptions extends KeepOptions {
  readonly store: Store;
  /** The pairing request for a tool without a key; without it, a missing key fails with `not_paired`. */
  readonly pair?: PairRequest | undefined;
  readonly onCode?: ((code: string) => void) | undefined;
}

/** The key from the environment or the store; where there is none, one that the user gives, which is then kept. */
export async function connect({ store, pair: wish, onCode, ...options }: ConnectOptions): Promise<Tokenkeep> {
  const known = fromEnvironment() ?? (await store.load());
  if (known !== undefined) return new Tokenkeep(known, options);
  if (wish === undefined) throw new TokenkeepError("not_paired", "There is no key yet: pair first.");
  const { credentials, keep } = await pair(wish, {
    ...options,
    onCode:
      onCode ??
      ((code) => console.error(`Tokenkeep asks whether to allow “${wish.name}”. The code: ${code}`)),
  });
  if (credentials !== undefined) await store.save(credentials);
  return keep;
}
