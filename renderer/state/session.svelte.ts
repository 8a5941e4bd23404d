/** The window's copy of main's state. The session follows main's changes, and makes the calls to main. */
import { SvelteSet } from "svelte/reactivity";
import { failed, type Failure, type Result } from "../../contract/failure.ts";
import { fromJson, merged, type Changes, type RendererApi } from "../../contract/ipc.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { sentence, speakOfAccounts } from "../text/t.ts";
import type { Listing } from "./listing.svelte.ts";
import type { Notices } from "./notices.svelte.ts";
import { report } from "./trouble.ts";

const ROUGHLY_MS = 10_000;
const roughly = (atMs: number): number => Math.floor(atMs / ROUGHLY_MS) * ROUGHLY_MS;

/** Says a failure at a better place than the bottom of the window. */
export type OnFailure = (failure: Failure) => void;

/** A call that rejects is a fault of ours: it is reported to main's log, and fails with `internal`. */
async function settled<V>(call: () => Promise<Result<V>>): Promise<Result<V>> {
  try {
    return await call();
  } catch (error) {
    report("action", error);
    return failed({ code: "internal" });
  }
}

export class Session {
  readonly api: RendererApi;
  readonly #notices: Notices;
  readonly #listing: Listing;
  /** Undefined until main has sent the first snapshot. */
  snapshot = $state.raw<Snapshot | undefined>();
  /** Epoch milliseconds; moves each second while the window can be seen. For countdowns. */
  nowMs = $state(Date.now());
  /**
   * As `nowMs`, in steps of ten seconds, for texts that count minutes: they are not made again each second. It is not
   * derived from `nowMs`, because everything that depends on it would then be checked each second.
   */
  roughlyMs = $state(roughly(Date.now()));
  /** The names of the calls in flight, by which buttons show that they are busy. */
  readonly inFlight = new SvelteSet<string>();

  constructor(api: RendererApi, notices: Notices, listing: Listing) {
    this.api = api;
    this.#notices = notices;
    this.#listing = listing;
  }

  /** Follows main and the clock. Returns a function that stops both. */
  follow = (): (() => void) => {
    const early: Changes[] = [];
    const stop = this.api["state.changed"]((json) => {
      const changes = fromJson(json);
      if (this.snapshot === undefined) early.push(changes);
      else this.#take(merged(this.snapshot, changes), changes);
    });
    void this.fetch(early);
    const tick = (): void => {
      if (document.hidden) return;
      this.nowMs = Date.now();
      this.roughlyMs = roughly(this.nowMs);
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      stop();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  };

  /**
   * Asks main for the whole snapshot: at the start, and when a part of the window may be out of step with main.
   * @param early changes that main has sent before the snapshot came
   */
  async fetch(early: readonly Changes[] = []): Promise<void> {
    const answer = await settled(() => this.api["state.get"]());
    if (answer.ok) this.#take(early.reduce(merged, fromJson(answer.value)));
    else this.#notices.fail(sentence(answer.failure));
  }

  #take(snapshot: Snapshot, changes?: Changes): void {
    if (this.snapshot === undefined) {
      const { by, down } = snapshot.settings.accountsOrder;
      this.#listing.sort = by;
      this.#listing.down = down;
    }
    this.snapshot = snapshot;
    speakOfAccounts(snapshot.signIns.length > 0);
    const sameRows = changes !== undefined && changes.signIns === undefined;
    this.#listing.take(snapshot.signIns, sameRows ? (changes.signInsChanged ?? []) : undefined);
  }

  /**
   * Makes a call to main, one at a time under each name.
   *
   * Returns undefined when the call failed (`onFailure` has reported it), or when a call of this name is in flight
   * already.
   */
  async call<V>(
    name: string,
    call: () => Promise<Result<V>>,
    onFailure: OnFailure = (failure) => this.#notices.fail(sentence(failure)),
  ): Promise<V | undefined> {
    if (this.inFlight.has(name)) return undefined;
    this.inFlight.add(name);
    const answer = await settled(call);
    this.inFlight.delete(name);
    if (answer.ok) return answer.value;
    onFailure(answer.failure);
    return undefined;
  }
}
