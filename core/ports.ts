/** Interfaces for the effects that the rules need. `main/` implements them; tests replace them and nothing else. */

export interface Clock {
  /** Wall clock, epoch milliseconds. It may jump. */
  nowMs(): number;
  /** Milliseconds since some fixed point; it never jumps and may stand still during sleep. */
  monotonicMs(): number;
  /** Calls `run` once after `inMs`; the answer cancels it. */
  after(inMs: number, run: () => void): () => void;
}

/** The system's knowledge about the network, without a request. */
export interface Network {
  /** False: there is no connection at all. True: there may be one. */
  online(): boolean;
}

export interface Randomness {
  /** Fresh bytes from the operating system's generator. */
  bytes(count: number): Uint8Array;
  uuid(): string;
}

/** A request to a provider. Token requests are POST forms; validate and API calls are GET. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `application/x-www-form-urlencoded`, already encoded. May hold secrets: never logged. */
  readonly body?: string;
  /** For the whole exchange, the last byte included. */
  readonly timeoutMs: number;
}

/**
 * How a request ended. The difference between `not_sent` and `lost` decides whether a one-time refresh token may be
 * spent again, so an adapter says `not_sent` only when no byte of the request can have reached the server.
 */
export type HttpOutcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** At most 64 KiB, decoded as UTF-8. */
      readonly body: string;
      readonly retryAfterMs?: number;
      /** `WWW-Authenticate` (RFC 9110 §11.6.1): a resource server names its error there (RFC 6750 §3). */
      readonly challenge?: string;
      /** The server's clock, from `Date` (RFC 9110 §6.6.1). */
      readonly dateMs?: number;
    }
  /** Redirects are never followed (RFC 9700 §4.12; docs/twitch-auth.md §17 B11). */
  | {
      readonly kind: "redirected";
      readonly status: number;
      /** The target as an absolute URL; it may contain secrets. */
      readonly location?: string;
    }
  | { readonly kind: "too_large"; readonly status: number }
  | { readonly kind: "not_sent"; readonly cause: string }
  | { readonly kind: "lost"; readonly cause: string };

/** How a request waits until it may be sent: all requests to a host share one rate limit. */
export interface Turn {
  /**
   * Who waits for the answer: requests that nobody waits for (undefined) are sent after the others. It may change while
   * the request waits. Absent: the user waits.
   */
  readonly waiter?: () => "user" | "tool" | undefined;
  /** When it is aborted, a request that has not been sent yet ends as `not_sent`. */
  readonly signal?: AbortSignal;
  /** For `HttpClient.turn`: the number of requests that the turn is for; absent: one. */
  readonly requests?: number;
  /** The caller has awaited `HttpClient.turn` for this request. */
  readonly taken?: true;
}

export interface HttpClient {
  /** Sends the request once, on a connection of its own, and never repeats it. Never rejects. */
  send(request: HttpRequest, turn?: Turn): Promise<HttpOutcome>;
  /**
   * Waits until a request to this URL may be sent; the caller then calls `send` with `taken`. Resolves with an outcome
   * when the request may not be sent. Absent when this client has no rate limit.
   */
  turn?(url: string, turn?: Turn): Promise<HttpOutcome | undefined>;
}

/** Fetches a picture, without token, cookies or redirects. Undefined: there is none to be had. Never rejects. */
export type FetchPicture = (url: string) => Promise<Uint8Array | undefined>;

/** The app's log: names of events and facts about them. Facts never hold a secret; `Secret`s print as `[secret]`. */
export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}
