/** The requests of a connection that wait for their answers. */
import type { TokenkeepError } from "./errors.ts";

interface PendingRequest {
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** Undefined: the request has no deadline. */
  readonly timer: NodeJS.Timeout | undefined;
}

export class PendingRequests {
  readonly #pending = new Map<unknown, PendingRequest>();
  #lastId = 0;

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Returns an ID that no earlier request of this connection had. */
  nextId(): number {
    return ++this.#lastId;
  }
  /** Waits for an answer; calls `onTimeout` after `timeoutMs`. Infinity: no time limit. */
  wait(id: number, timeoutMs: number, onTimeout: () => void): Promise<unknown> {
    const timer = Number.isFinite(timeoutMs) ? setTimeout(onTimeout, timeoutMs) : undefined;
    return new Promise((resolve, reject) => void this.#pending.set(id, { resolve, reject, timer }));
  }
  /** Removes and returns the request with this ID; undefined: there is none. */
  take(id: unknown): PendingRequest | undefined {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(request?.timer);
    return request;
  }
  rejectAll(error: TokenkeepError): void {
    for (const request of this.#pending.values()) {
      clearTimeout(request.timer);
      request.reject(error);
    }
    this.#pending.clear();
  }
}
