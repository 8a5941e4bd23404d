/** The client for tools: sends requests over one connection, and opens a new one when that has ended. */
import { setTimeout as delay } from "node:timers/promises";
import { openConnection, type Connection } from "./connection.ts";
import { findEndpoint } from "./endpoint.ts";
import { isLost, TokenkeepError } from "./errors.ts";
import type { Account, Change, Token, TokenRequest, UiRequest } from "./messages.ts";
import type { Credentials } from "./proof.ts";

export interface KeepOptions {
  /** Absent: found again for each connection, since a pipe's name changes with every start. */
  readonly endpoint?: string | undefined;
  /** How long a request keeps trying to connect while Tokenkeep does not run. */
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

  /** `paired`: a connection that is proved already; without credentials it is all there will be. */
  constructor(credentials: Credentials | undefined, options: KeepOptions = {}, paired?: Connection) {
    this.#credentials = credentials;
    this.#options = options;
    this.#connection = paired;
  }

  /** The smallest token that covers `scopes`, renewed first if it has to be. */
  token(ask: TokenRequest = {}): Promise<Token> {
    return this.#ask("token.get", ask) as Promise<Token>;
  }

  async accounts(): Promise<readonly Account[]> {
    return ((await this.#ask("accounts.list")) as { accounts: readonly Account[] }).accounts;
  }

  /**
   * Has the provider asked about a token that an API refused. True: it is valid, and the refusal had another reason.
   */
  async reportInvalid(token_id: string): Promise<boolean> {
    return ((await this.#ask("token.reportInvalid", { token_id })) as { valid: boolean }).valid;
  }

  /** Opens Tokenkeep's own window, where the user does it or does not. False: it waits until the stream has ended. */
  async ui(request: UiRequest): Promise<boolean> {
    return ((await this.#ask("ui.request", request)) as { shown: boolean }).shown;
  }

  /** Gives the key back: it works no more. */
  async revokeSelf(): Promise<void> {
    await this.#ask("grant.revokeSelf");
  }

  /**
   * The changes of the tool's tokens, until the iteration is left or the user revokes the key. Reconnects by itself.
   */
  async *watch({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<Change, void> {
    for (let wait = FIRST_WAIT_MS; signal?.aborted !== true; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const heard = queue<Change>();
      const stop = (): void => heard.end();
      const connection = openConnection({
        endpoint: this.#options.endpoint ?? findEndpoint(),
        credentials: this.#credentials,
        onNotice: ({ method, params }) => heard.push({ ...params, type: method } as Change),
        onClose: stop,
        stay: true,
      });
      signal?.addEventListener("abort", stop, { once: true });
      try {
        await connection.request("token.watch");
        wait = FIRST_WAIT_MS;
        yield { type: "connected" };
        for await (const change of heard) {
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

  /** Every method may be asked twice: what was lost with a connection is asked again on another. */
  async #ask(method: string, params?: object): Promise<unknown> {
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

/** A queue: values that are pushed before they are requested wait. */
function queue<T>() {
  const kept: T[] = [];
  let over = false;
  let wake: () => void = () => undefined;
  return {
    push(value: T): void {
      kept.push(value);
      wake();
    },
    end(): void {
      over = true;
      wake();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
      for (;;) {
        for (let next = kept.shift(); next !== undefined; next = kept.shift()) yield next;
        if (over) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
