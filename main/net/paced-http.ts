/**
 * An HTTP client that limits the rate of all requests to a provider's host: refreshes, checks, sign-ins, revocations,
 * imports. A request waits here before it leaves, so its time-out does not run meanwhile.
 */
import type { Clock, HttpClient, HttpOutcome, Turn } from "../../core/ports.ts";
import { HostQueue } from "./host-queue.ts";

/** The rate of a host depends on the number of sign-ins, which is counted this often. */
const COUNTED_EVERY_MS = 5_000;
/** The most hosts with a queue; when there are more, those without waiting requests are dropped. */
const MOST_HOSTS = 100;

/** Calls `count` again only when its last result is older than `COUNTED_EVERY_MS`. */
function countedRarely(clock: Clock, count: () => number): () => number {
  let counted: { readonly atMs: number; readonly value: number } | undefined;
  return () => {
    const atMs = clock.monotonicMs();
    if (counted === undefined || atMs - counted.atMs >= COUNTED_EVERY_MS) counted = { atMs, value: count() };
    return counted.value;
  };
}

/** `everyMs`: the time between two requests to this origin, in milliseconds. */
export function createPacedHttp(
  http: HttpClient,
  clock: Clock,
  everyMs: (origin: string) => number,
): HttpClient & Required<Pick<HttpClient, "turn">> {
  const queues = new Map<string, HostQueue>();
  function queueOf(url: string): HostQueue {
    const { origin } = new URL(url);
    const known = queues.get(origin);
    if (known !== undefined) return known;
    if (queues.size >= MOST_HOSTS) for (const [name, { isIdle }] of queues) if (isIdle) queues.delete(name);
    const queue = new HostQueue(
      clock,
      countedRarely(clock, () => everyMs(origin)),
    );
    queues.set(origin, queue);
    return queue;
  }
  const takeTurn = async (url: string, turn: Turn = {}): Promise<HttpOutcome | undefined> =>
    queueOf(url).takeTurn(turn);

  return {
    turn: takeTurn,
    async send(request, turn) {
      const early = turn?.taken === true ? undefined : await takeTurn(request.url, turn);
      if (early !== undefined) return early;
      const queue = queueOf(request.url);
      const leftAtMs = clock.monotonicMs();
      const outcome = await http.send(request);
      queue.report(leftAtMs, outcome);
      return outcome;
    },
  };
}
