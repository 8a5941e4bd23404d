/** Whether the keeper works: not while the vault is closed or closing, and not while the machine sleeps. */
import { failed, type Result } from "../../contract/failure.ts";

export class Activity {
  #active = false;
  #suspended = false;
  #starting: Promise<void> | undefined;
  #leaving = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** True from the start until a pause, also while the machine sleeps. */
  get active(): boolean {
    return this.#active;
  }
  get suspended(): boolean {
    return this.#suspended;
  }
  /** The start under way; undefined: there is none. */
  get starting(): Promise<void> | undefined {
    return this.#starting;
  }
  /** Whether work may begin. A refresh that began during a pause or a suspend could lose its answer. */
  get mayStart(): boolean {
    return this.#active && !this.#suspended;
  }
  /** Aborted at a pause or a suspend: requests that have not left by then do not leave. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Runs `begin`; callers that come meanwhile share its promise. */
  start(begin: () => Promise<void>): Promise<void> {
    return (this.#starting ??= begin().finally(() => (this.#starting = undefined)));
  }
  activate(): void {
    this.#active = true;
    this.#suspended = false;
    this.#leaving = new AbortController();
  }
  deactivate(): void {
    this.#active = false;
    this.#leaving.abort();
  }
  suspend(): void {
    this.#suspended = true;
    this.#leaving.abort();
  }
  resume(): void {
    this.#suspended = false;
    if (this.#leaving.signal.aborted) this.#leaving = new AbortController();
  }

  /** Counts `work` as running until it ends, so that a pause waits for it. */
  track<V>(work: Promise<V>): Promise<V> {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work)).catch(() => undefined);
    return work;
  }
  /** Runs `work` once a start under way has ended. Fails with `vault_locked` while the keeper is not active. */
  async whileActive<V>(work: () => Promise<Result<V>>): Promise<Result<V>> {
    await this.#starting;
    return this.#active ? this.track(work()) : failed({ code: "vault_locked" });
  }
  /** Resolves when all tracked work has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }
}
