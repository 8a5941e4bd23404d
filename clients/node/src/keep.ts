/**
 * The client of a tool. It sends requests over one connection, and opens a new connection after the end of the last
 * one.
 */
import { setTimeout as delay } from "node:timers/promises";
import { openConnection, type Connection } from "./connection.ts";
import { findEndpoint } from "./endpoint.ts";
import { isLost, TokenkeepError } from "./errors.ts";
import type { Account, Change, Token, TokenRequest, UiRequest } from "./messages.ts";
import type { Credentials } from "./proof.ts";

export interface KeepOptions {
  /** Absent: searched for each connection, because a pipe's name changes with every start of Tokenkeep. */
  readonly endpoint?: string | undefined;
  /** How long a request is tried again while Tokenkeep is not running. Default: 10 seconds. */
  readonly patienceMs?: number | undefined;
}

const PATIENCE_MS = 10_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;

export class Tokenkeep {
  readonly #credentials: Credentials | undefined;
  readonly #options: KeepOptions;
  #connection: Connection | undefined;
  #closed = false;

  /** `paired`: an open connection of a pairing. Without credentials, no other connection follows it. */
  constructor(credentials: Credentials | undefined, options: KeepOptions = {}, paired?: Connection) {
    this.#credentials = credentials;
    this.#options = options;
    this.#connection = paired;
  }

  /** Returns the token with the fewest scopes that has all of `scopes`. Tokenkeep refreshes it first if needed. */
  token(request: TokenRequest = {}): Promise<Token> {
    return this.#request("token.get", request) as Promise<Token>;
  }

  /** Returns the accounts that the tool may use. */
  async accounts(): Promise<readonly Account[]> {
    return ((await this.#request("accounts.list")) as { accounts: readonly Account[] }).accounts;
  }

  /**
   * Makes Tokenkeep validate a token that an API refused. True: the token is valid, so the refusal had another cause.
   * False: request another token.
   */
  async reportInvalid(token_id: string): Promise<boolean> {
    return ((await this.#request("token.reportInvalid", { token_id })) as { valid: boolean }).valid;
  }

  /**
   * Shows a screen in Tokenkeep's window, where only the user can act. False: streamer mode is on, so it is shown
   * later.
   */
  async ui(request: UiRequest): Promise<boolean> {
    return ((await this.#request("ui.request", request)) as { shown: boolean }).shown;
  }

  /** Ends the tool's grant. Its key is invalid afterwards. */
  async revokeSelf(): Promise<void> {
    await this.#request("grant.revokeSelf");
  }

  /**
   * Yields the changes of the tool's tokens, until the caller leaves the loop or the user revokes the grant. Reconnects
   * by itself.
   */
  async *watch({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<Change, void> {
    for (let wait = FIRST_WAIT_MS; signal?.aborted !== true; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const changes = queue<Change>();
      const stop = (): void => changes.end();
      const connection = openConnection({
        endpoint: this.#options.endpoint ?? findEndpoint(),
        credentials: this.#credentials,
        onNotice: ({ method, params }) => changes.push({ ...params, type: method } as Change),
        onClose: stop,
        stay: true,
      });
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await connection.request("token.watch");
        wait = FIRST_WAIT_MS;
        yield { type: "connected" };
        for await (const change of changes) {
          yield change;
          if (change.type === "grant.revoked") return;
        }
        yield { type: "disconnected" };
      } catch (error) {
        if (!isLost(error)) throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
        connection.close();
      }
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Closes the connection; later requests fail with `disconnected`. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }
  [Symbol.dispose](): void {
    this.close();
  }

  #open(): Connection {
    const open = this.#connection;
    if (open?.open === true) return open;
    if (open !== undefined && this.#credentials === undefined)
      throw new TokenkeepError("not_paired", "The pairing was for one connection, which has ended.");
    if (this.#closed) throw new TokenkeepError("disconnected", "The connection was closed.");
    const endpoint = this.#options.endpoint ?? findEndpoint();
    return (this.#connection = openConnection({ endpoint, credentials: this.#credentials }));
  }

  /** Sends a request, and sends it again after a lost connection: every method can safely run twice. */
  async #request(method: string, params?: object): Promise<unknown> {
    const end = performance.now() + (this.#options.patienceMs ?? PATIENCE_MS);
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const connection = this.#open();
      try {
        return await connection.request(method, params);
      } catch (error) {
        if (!isLost(error) || this.#closed || performance.now() + wait > end) throw error;
        await delay(wait);
      }
    }
  }
}

/** An asynchronous queue: values wait until the loop reads them. */
function queue<T>() {
  const values: T[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  return {
    push(value: T): void {
      values.push(value);
      wake();
    },
    end(): void {
      ended = true;
      wake();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
      for (;;) {
        for (let next = values.shift(); next !== undefined; next = values.shift()) yield next;
        if (ended) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
