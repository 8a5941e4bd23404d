/** An answer as a value. Nothing is sent before the handler returns it, so a fault can still replace it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent in place of `body`. */
  readonly bytes?: Uint8Array;
}
/** A request whose body has been read. `form` holds the parameters of the body, `query` those of the address. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  body: JSON.stringify(value),
});
export const empty = (status: number): Answer => ({ status, headers: {}, body: "" });

/** A refusal in the provider's form: the reason is in `message`, without RFC 6749's `error` (docs/twitch-auth.md §14). */
export const refusal = (status: number, message: string): Answer => json(status, { status, message });

/** A redirect that no cache may store, since its address may contain a code. */
export const redirect = (location: string, headers: Record<string, string> = {}): Answer => ({
  status: 302,
  headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer", ...headers },
  body: "",
});
