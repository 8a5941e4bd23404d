/**
 * The requests that wait for one host. Requests of a user or a tool go before background requests, a token bucket
 * limits the rate, and while the host asks for no requests (Retry-After), only a user's requests leave.
 */
import { setMaxListeners } from "node:events";
import { createTokenBucket, URGENT_RESERVE, type TokenBucket } from "../../core/lifecycle/rate-limit.ts";
import type { Clock, HttpOutcome, Turn } from "../../core/ports.ts";

/** A request waits for the end of a shorter block; during a longer one it fails at once. */
const HOLD_MS = 10_000;
/** The longest block, also when a server asks for a longer one. */
const LONGEST_BLOCK_MS = 24 * 3_600_000;
/** The block after a 429 without Retry-After; each repeated 429 doubles it. */
const REFUSED_MIN_MS = 5_000;
const REFUSED_MAX_MS = 5 * 60_000;
/** The time between two requests after a block, until the host answers normally again. */
const TRIAL_EVERY_MS = 1_000;
/** After this many urgent requests in a row, one background request leaves. */
const URGENT_IN_A_ROW = 4;
/** The most requests that wait for one host; callers have few requests under way at a time. */
const MOST_WAITING = 2_000;

interface Waiting {
  readonly turn: Turn;
  readonly resolve: (outcome: HttpOutcome | undefined) => void;
  readonly abandon: () => void;
}

const ABANDONED: HttpOutcome = { kind: "not_sent", cause: "abandoned" };

/** A request without a `waiter` is a user's (see `Turn`). */
const waiterOf = ({ turn }: Waiting) => (turn.waiter === undefined ? "user" : turn.waiter());

export class HostQueue {
  readonly #clock: Clock;
  readonly #everyMs: () => number;
  readonly #bucket: TokenBucket;
  #waiting: Waiting[] = [];
  /** Urgent requests that have left since the last background request. */
  #urgentInARow = 0;
  #cancelTimer: () => void = () => undefined;
  /** The end of a block by two clocks, because one may be set and the other may stop; the earlier end counts. */
  #block: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  #blockedAtMs = -Infinity;
  /** Refusals in a row. After the first, requests leave one by one until the host answers normally. */
  #refusals = 0;
  /** The monotonic instant before which only a user's requests leave after a refusal. */
  #trialAtMs = -Infinity;

  /** `everyMs`: the time between two requests, in milliseconds. */
  constructor(clock: Clock, everyMs: () => number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#bucket = createTokenBucket(everyMs);
  }

  /** True when nothing is lost if the queue is dropped. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#block === undefined;
  }

  /** Waits until a request may leave. An outcome: it may not leave, and ends with this outcome. */
  takeTurn(turn: Turn): Promise<HttpOutcome | undefined> {
    return new Promise((resolve) => {
      const { signal } = turn;
      if (signal?.aborted === true || this.#waiting.length >= MOST_WAITING) return resolve(ABANDONED);
      const entry: Waiting = { turn, resolve, abandon: () => this.#end(entry, ABANDONED) };
      if (signal !== undefined) {
        setMaxListeners(MOST_WAITING, signal);
        signal.addEventListener("abort", entry.abandon);
      }
      this.#waiting.push(entry);
      this.#serve();
    });
  }

  /** Takes note of an outcome. `leftAtMs`: the monotonic instant at which its request left. */
  report(leftAtMs: number, outcome: HttpOutcome): void {
    this.#followOutcome(leftAtMs, outcome);
    this.#serve();
  }

  #serve(): void {
    this.#cancelTimer();
    const blockedMs = this.#blockedForMs();
    const closedForMs = (): number =>
      Math.max(blockedMs, this.#refusals > 0 ? this.#trialAtMs - this.#clock.monotonicMs() : 0);
    if (blockedMs > HOLD_MS) this.#endBackground(blockedMs);
    for (let next = this.#next(closedForMs() > 0); next !== undefined; next = this.#next(closedForMs() > 0)) {
      const urgent = waiterOf(next) !== undefined;
      // A background request between urgent ones uses their reserve too, because they wait for it.
      const ahead = urgent || this.#urgentInARow >= URGENT_IN_A_ROW ? URGENT_RESERVE : 0;
      const waitMs = this.#bucket.take(this.#clock.monotonicMs(), ahead, next.turn.requests);
      if (waitMs > 0) {
        // The timer runs at each interval, because a user or a tool may start to wait for one of these requests.
        this.#serveAfter(Math.min(waitMs, this.#everyMs()));
        return;
      }
      this.#urgentInARow = urgent ? this.#urgentInARow + 1 : 0;
      this.#trialAtMs = this.#clock.monotonicMs() + TRIAL_EVERY_MS;
      this.#end(next);
    }
    if (this.#waiting.length > 0) this.#serveAfter(closedForMs());
  }
  #serveAfter(waitMs: number): void {
    this.#cancelTimer = this.#clock.after(Math.max(1, waitMs), () => this.#serve());
  }

  /** The request to leave next: an urgent one, and every few turns a background one. */
  #next(blocked: boolean): Waiting | undefined {
    const able = this.#waiting.filter((entry) => !blocked || waiterOf(entry) === "user");
    const urgent = able.find((entry) => waiterOf(entry) !== undefined);
    const background = able.find((entry) => waiterOf(entry) === undefined);
    return this.#urgentInARow >= URGENT_IN_A_ROW ? (background ?? urgent) : (urgent ?? background);
  }
  #end(entry: Waiting, outcome?: HttpOutcome): void {
    this.#waiting = this.#waiting.filter((one) => one !== entry);
    entry.turn.signal?.removeEventListener("abort", entry.abandon);
    entry.resolve(outcome);
  }
  /** During a long block each request but a user's ends with the answer that the host would give. */
  #endBackground(blockedMs: number): void {
    const busy: HttpOutcome = {
      kind: "answered",
      status: 429,
      body: "",
      retryAfterMs: Math.ceil(blockedMs),
    };
    for (const entry of this.#waiting) if (waiterOf(entry) !== "user") this.#end(entry, busy);
  }

  #blockedForMs(): number {
    if (this.#block === undefined) return 0;
    const { wallMs, monotonicMs } = this.#block;
    const leftMs = Math.min(wallMs - this.#clock.nowMs(), monotonicMs - this.#clock.monotonicMs());
    if (leftMs <= 0) this.#block = undefined;
    return Math.max(0, leftMs);
  }
  #followOutcome(leftAtMs: number, outcome: HttpOutcome): void {
    const { status, retryAfterMs } =
      outcome.kind === "answered" ? outcome : { status: 0, retryAfterMs: undefined };
    const asksToWait = status === 429 || (status >= 400 && retryAfterMs !== undefined);
    // The answer to a request that left before the block began tells nothing about the block.
    const isLate = leftAtMs < this.#blockedAtMs;
    if (!asksToWait) {
      if (!isLate) this.#refusals = 0;
      return;
    }
    if (!isLate) this.#refusals += 1;
    const doubledMs = Math.min(REFUSED_MAX_MS, REFUSED_MIN_MS * 2 ** Math.max(0, this.#refusals - 1));
    const blockMs = Math.max(
      Math.min(retryAfterMs ?? (isLate ? 0 : doubledMs), LONGEST_BLOCK_MS),
      this.#blockedForMs(),
    );
    this.#blockedAtMs = this.#clock.monotonicMs();
    this.#block = {
      wallMs: this.#clock.nowMs() + blockMs,
      monotonicMs: this.#clock.monotonicMs() + blockMs,
    };
  }
}
