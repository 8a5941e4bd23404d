/** The effects that the rules need, named here and made in `main/`. Tests replace these and nothing else. */

export interface Clock {
  /** Wall clock, epoch milliseconds. It may jump. */
  nowMs(): number;
  /** Milliseconds since some fixed point; it never jumps and may stand still during sleep. */
  monotonicMs(): number;
  /** Calls `run` once after `inMs`; the answer cancels it. */
  after(inMs: number, run: () => void): () => void;
}

/** What the system knows of the network, without asking it. */
export interface Network {
  /** False only when there is no connection at all; true promises nothing. */
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
      /** What the server's clock says (RFC 9110 §6.6.1). */
      readonly dateMs?: number;
    }
  /** Redirects are never followed (RFC 9700 §4.12; TA §17 B11). */
  | {
      readonly kind: "redirected";
      readonly status: number;
      /** Where to, as an absolute address; may hold what nobody else should see. */
      readonly location?: string;
    }
  | { readonly kind: "too_large"; readonly status: number }
  | { readonly kind: "not_sent"; readonly cause: string }
  | { readonly kind: "lost"; readonly cause: string };

/** How a request waits until it may leave: all requests to one host share a pace. */
export interface Turn {
  /**
   * Who waits for the answer; undefined: nobody, so others go first. It may change while the request waits. Absent: a
   * person does.
   */
  readonly waiter?: () => "person" | "tool" | undefined;
  /** Once it is aborted, a request that has not left is `not_sent`. */
  readonly signal?: AbortSignal;
  /** For `HttpClient.turn`: how many requests follow on it; absent: one. */
  readonly requests?: number;
  /** `HttpClient.turn` was waited for before. */
  readonly taken?: true;
}

export interface HttpClient {
  /** Sends once, on a connection of its own, and never again. Does not reject. */
  send(request: HttpRequest, turn?: Turn): Promise<HttpOutcome>;
  /**
   * Waits until a request to this address may leave, and takes its turn: `send` with `taken` follows. An outcome: it may
   * not leave, and that is what came of it. Absent where nothing is waited for.
   */
  turn?(url: string, turn?: Turn): Promise<HttpOutcome | undefined>;
}

/** The app's log: names of events and facts about them. Facts never hold a secret; `Secret`s print as `[secret]`. */
export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}
