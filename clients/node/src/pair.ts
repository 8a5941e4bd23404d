/** Pairs a tool: the user consents in Tokenkeep's window, and the tool gets a key and a `Tokenkeep`. */
import { openConnection } from "./connection.ts";
import { findEndpoint } from "./endpoint.ts";
import { TokenkeepError } from "./errors.ts";
import { Tokenkeep, type KeepOptions } from "./keep.ts";
import type { Grant, PairRequest } from "./messages.ts";
import type { Credentials } from "./proof.ts";
import { fromEnvironment, type Store } from "./store.ts";

export interface PairOptions extends KeepOptions {
  /** Receives six digits to display; the user compares them with the digits in Tokenkeep's window. */
  readonly onCode: (code: string) => void;
  /** Withdraws the pairing request. */
  readonly signal?: AbortSignal | undefined;
}
export interface Pairing extends Grant {
  /** Absent with lifetime `once`. Store them where other users cannot read them. */
  readonly credentials?: Credentials;
  readonly keep: Tokenkeep;
}

/** Sends a pairing request and waits for the user's decision. Rejects with `grant_denied` when the user declines. */
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
  /** The pairing request to send when there is no key; absent: `connect` fails with `not_paired`. */
  readonly pair?: PairRequest | undefined;
  readonly onCode?: ((code: string) => void) | undefined;
}

/**
 * Uses the key in the environment or in the store. Without a key, pairs the tool and saves the new key in the store.
 */
export async function connect({
  store,
  pair: request,
  onCode,
  ...options
}: ConnectOptions): Promise<Tokenkeep> {
  const known = fromEnvironment() ?? (await store.load());
  if (known !== undefined) return new Tokenkeep(known, options);
  if (request === undefined) throw new TokenkeepError("not_paired", "There is no key yet: pair first.");
  const { credentials, keep } = await pair(request, {
    ...options,
    onCode:
      onCode ??
      ((code) => console.error(`Tokenkeep asks whether to allow “${request.name}”. The code: ${code}`)),
  });
  if (credentials !== undefined) await store.save(credentials);
  return keep;
}
