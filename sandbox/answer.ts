/** What a handler answers with, before anything is written: faults can still take its place. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
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

/** TA §14: the code word is in `message`; there is no RFC 6749 `error`. */
export const refusal = (status: number, message: string): Answer => json(status, { status, message });

/** A redirect that no cache keeps: the address may hold a code. */
export const redirect = (location: string, headers: Record<string, string> = {}): Answer => ({
  status: 302,
  headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer", ...headers },
  body: "",
});
