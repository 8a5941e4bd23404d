/** What a screen asks main for, once or time and again: the answer, or why there is none. */
import type { Failure, Result } from "../../contract/failure.ts";

export class Asked<V> {
  value = $state.raw<V>();
  failure = $state.raw<Failure>();
  #asked: Promise<Result<V>> | undefined;

  /** What was answered before stays until there is another answer; only the last question's counts. */
  async ask(question: Promise<Result<V>>): Promise<void> {
    this.#asked = question;
    const answer = await question;
    if (question !== this.#asked) return;
    this.failure = answer.ok ? undefined : answer.failure;
    if (answer.ok) this.value = answer.value;
  }
  /** The same from another question. */
  set(value: V): void {
    this.#asked = undefined;
    this.failure = undefined;
    this.value = value;
  }
}
