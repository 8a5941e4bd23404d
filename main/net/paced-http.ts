/**
 * One pace for all requests to a provider's host, whoever asks: refreshes, checks, sign-ins, revocations, imports.
 * A request waits here before it leaves, so its own time-out does not run meanwhile. What a person or a tool waits for
 * goes first. While a host asks to wait (Retry-After), only a request of the person is sent.
 */
import { setMaxListeners } from "node:events";
import { createTokenBucket, URGENT_RESERVE, type TokenBucket } from "../../core/lifecycle/rate-limit.ts";
import type { Clock, HttpClient, HttpOutcome, Turn } from "../../core/ports.ts";

/** A request waits for the end of a block that is this short; for a longer one it fails at once. */
const HOLD_MS = 10_000;
/** A server may ask for more; it is not waited for longer than this. */
const LONGEST_BLOCK_MS = 24 * 3_600_000;
/** After a 429 that does not say how long: doubled each time that the host repeats it. */
const REFUSED_MIN_MS = 5_000;
const REFUSED_MAX_MS = 5 * 60_000;
/** After a block, until the host answers as it should. */
const TRIAL_EVERY_MS = 1_000;
/** After so many requests in a row that somebody waits for, one goes that nobody waits for. */
const URGENT_IN_A_ROW = 4;
/** Thousands of sign-ins are not counted for each request. */
const COUNTED_EVERY_MS = 5_000;
/** More than this waits nowhere: callers have few requests at a time. */
const MOST_WAITING = 2_000;
/** Hosts that are remembered; beyond that, those without a wait are forgotten. */
const MOST_HOSTS = 100;

interface Waiting {
  readonly turn: Turn;
  readonly end: (outcome: HttpOutcome | undefined) => void;
}
interface Host {
  readonly bucket: TokenBucket;
  readonly everyMs: () => number;
  waiting: Waiting[];
  urgentInARow: number;
  cancelTimer: () => void;
  /** By both clocks: one may be set, the other may stop during sleep. The block is over when either says so. */
  block: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  blockedAtMs: number;
  /** In a row. Until another answer follows, requests leave one by one. */
  refusals: number;
  /** No request leaves before this instant of the clock that does not jump, but a person's. */
  trialAtMs: number;
}

const waiterOf = ({ turn }: Waiting) => (turn.waiter === undefined ? "person" : turn.waiter());

/** `everyMs`: the time between two requests to this origin, in milliseconds. */
export function createPacedHttp(
  http: HttpClient,
  clock: Clock,
  everyMs: (origin: string) => number,
): HttpClient & Required<Pick<HttpClient, "turn">> {
  const hosts = new Map<string, Host>();

  function hostOf(url: string): Host {
    const { origin } = new URL(url);
    const known = hosts.get(origin);
    if (known !== undefined) return known;
    if (hosts.size >= MOST_HOSTS)
      for (const [name, { waiting, block }] of hosts)
        if (waiting.length === 0 && block === undefined) hosts.delete(name);
    let counted: { readonly atMs: number; readonly everyMs: number } | undefined;
    const interval = (): number => {
      const atMs = clock.monotonicMs();
      if (counted === undefined || atMs - counted.atMs >= COUNTED_EVERY_MS)
        counted = { atMs, everyMs: everyMs(origin) };
      return counted.everyMs;
    };
    const host: Host = {
      bucket: createTokenBucket(interval),
      everyMs: interval,
      waiting: [],
      urgentInARow: 0,
      cancelTimer: () => undefined,
      block: undefined,
      blockedAtMs: -Infinity,
      refusals: 0,
      trialAtMs: -Infinity,
    };
    hosts.set(origin, host);
    return host;
  }

  function blockedForMs(host: Host): number {
    if (host.block === undefined) return 0;
    const { wallMs, monotonicMs } = host.block;
    const leftMs = Math.min(wallMs - clock.nowMs(), monotonicMs - clock.monotonicMs());
    if (leftMs <= 0) host.block = undefined;
    return Math.max(0, leftMs);
  }

  function end(host: Host, entry: Waiting, outcome?: HttpOutcome): void {
    host.waiting = host.waiting.filter((one) => one !== entry);
    entry.end(outcome);
  }

  /** Whose turn is next: whoever somebody waits for, and every few turns one that nobody waits for. */
  function nextOf(host: Host, blocked: boolean): Waiting | undefined {
    const able = host.waiting.filter((entry) => !blocked || waiterOf(entry) === "person");
    const urgent = able.find((entry) => waiterOf(entry) !== undefined);
    const patient = able.find((entry) => waiterOf(entry) === undefined);
    return host.urgentInARow >= URGENT_IN_A_ROW ? (patient ?? urgent) : (urgent ?? patient);
  }

  function serve(host: Host): void {
    host.cancelTimer();
    const blockedMs = blockedForMs(host);
    const closedForMs = (): number =>
      Math.max(blockedMs, host.refusals > 0 ? host.trialAtMs - clock.monotonicMs() : 0);
    if (blockedMs > HOLD_MS)
      for (const entry of host.waiting)
        if (waiterOf(entry) !== "person")
          // The host would answer the same, so it is not asked.
          end(host, entry, { kind: "answered", status: 429, body: "", retryAfterMs: Math.ceil(blockedMs) });
    for (
      let next = nextOf(host, closedForMs() > 0);
      next !== undefined;
      next = nextOf(host, closedForMs() > 0)
    ) {
      const urgent = waiterOf(next) !== undefined;
      // A background request whose turn comes among urgent ones goes at their pace, or they would have to wait for it.
      const ahead = urgent || host.urgentInARow >= URGENT_IN_A_ROW ? URGENT_RESERVE : 0;
      const waitMs = host.bucket.take(clock.monotonicMs(), ahead, next.turn.requests);
      if (waitMs > 0) {
        // Checked again at each interval: somebody may wait for one of these by then.
        host.cancelTimer = clock.after(Math.max(1, Math.min(waitMs, host.everyMs())), () => serve(host));
        return;
      }
      host.urgentInARow = urgent ? host.urgentInARow + 1 : 0;
      host.trialAtMs = clock.monotonicMs() + TRIAL_EVERY_MS;
      end(host, next);
    }
    if (host.waiting.length > 0)
      host.cancelTimer = clock.after(Math.max(1, closedForMs()), () => serve(host));
  }

  function heed(host: Host, leftAtMs: number, outcome: HttpOutcome): void {
    const { status, retryAfterMs } =
      outcome.kind === "answered" ? outcome : { status: 0, retryAfterMs: undefined };
    const asksToWait = status === 429 || (status >= 400 && retryAfterMs !== undefined);
    // An answer to a request that was sent before the block began says nothing about the block.
    const isLate = leftAtMs < host.blockedAtMs;
    if (!asksToWait) {
      if (!isLate) host.refusals = 0;
      return;
    }
    if (!isLate) host.refusals += 1;
    const doubledMs = Math.min(REFUSED_MAX_MS, REFUSED_MIN_MS * 2 ** Math.max(0, host.refusals - 1));
    const blockMs = Math.max(
      Math.min(retryAfterMs ?? (isLate ? 0 : doubledMs), LONGEST_BLOCK_MS),
      blockedForMs(host),
    );
    host.blockedAtMs = clock.monotonicMs();
    host.block = { wallMs: clock.nowMs() + blockMs, monotonicMs: clock.monotonicMs() + blockMs };
  }

  const take = (url: string, turn: Turn = {}): Promise<HttpOutcome | undefined> =>
    new Promise((resolve) => {
      const host = hostOf(url);
      const abandoned: HttpOutcome = { kind: "not_sent", cause: "abandoned" };
      if (turn.signal?.aborted === true || host.waiting.length >= MOST_WAITING) return resolve(abandoned);
      const abandon = (): void => end(host, entry, abandoned);
      const entry: Waiting = {
        turn,
        end(outcome) {
          turn.signal?.removeEventListener("abort", abandon);
          resolve(outcome);
        },
      };
      if (turn.signal !== undefined) {
        setMaxListeners(MOST_WAITING, turn.signal);
        turn.signal.addEventListener("abort", abandon);
      }
      host.waiting.push(entry);
      serve(host);
    });

  return {
    turn: take,
    async send(request, turn) {
      const early = turn?.taken === true ? undefined : await take(request.url, turn);
      if (early !== undefined) return early;
      const host = hostOf(request.url);
      const leftAtMs = clock.monotonicMs();
      const outcome = await http.send(request);
      heed(host, leftAtMs, outcome);
      serve(host);
      return outcome;
    },
  };
}
