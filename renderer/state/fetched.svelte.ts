/** An answer of main that a screen shows: fetched once, or again when something has changed. */
import type { Failure, Result } from "../../contract/failure.ts";

export class Fetched<V> {
  value = $state.raw<V>();
  /** Why the last call failed. */
  failure = $state.raw<Failure>();
  #latest: Promise<Result<V>> | undefined;

  /** Takes the answer of a call; of several calls only the last one counts. Until then the former value stays. */
  async take(call: Promise<Result<V>>): Promise<void> {
    this.#latest = call;
    const answer = await call;
    if (call !== this.#latest) return;
    this.failure = answer.ok ? undefined : answer.failure;
    if (answer.ok) this.value = answer.value;
  }
  /** Sets the value from the answer of another call. */
  set(value: V): void {
    this.#latest = undefined;
    this.failure = undefined;
    this.value = value;
  }
}
