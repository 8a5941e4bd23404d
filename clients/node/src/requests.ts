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

  /** An id that no request of this connection had before. */
  nextId(): number {
    return ++this.#lastId;
  }
  /** `onTimeout` is called after `timeoutMs`; Infinity: never. */
  wait(id: number, timeoutMs: number, onTimeout: () => void): Promise<unknown> {
    const timer = Number.isFinite(timeoutMs) ? setTimeout(onTimeout, timeoutMs) : undefined;
    return new Promise((resolve, reject) => void this.#pending.set(id, { resolve, reject, timer }));
  }
  /** Removes the request that an answer is for; undefined when there is none. */
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
