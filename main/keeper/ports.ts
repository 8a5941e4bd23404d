/** What the keeper needs from the rest of the app, and what the parts of one keeper share. */
import type { Failure } from "../../contract/failure.ts";
import type { Clock, HttpClient, Log, Network, Randomness, Turn } from "../../core/ports.ts";
import type { Providers } from "../../core/providers/registry.ts";
import type { RecordStore } from "../vault/types.ts";
import type { Activity } from "./activity.ts";
import type { Watches } from "./watches.ts";

/** Something that happened to a sign-in, for its history. */
export interface RecordEvent {
  /** The sign-in's ID. */
  readonly signIn: string;
  readonly what: "signed_in" | "imported" | "validated" | "refreshed" | "failed" | "revoked";
  /** The cause; with `failed` only. */
  readonly failure?: Failure;
}

/** Takes the events of sign-ins. `main/accounts/history.ts` satisfies it. */
export interface EventSink {
  /** Never fails and never waits. */
  note(event: RecordEvent): void;
}

/**
 * Reports that the record, the status or the health of a sign-in has changed; without an ID, any of them may have.
 * `passing`: a change that no user and no tool waits for, so that it may be reported together with a later one.
 */
export type Changed = (signIn?: string, news?: "passing") => void;

export interface KeeperPorts {
  readonly records: RecordStore;
  /** Only then does `records` hold what the vault holds. */
  readonly vaultIsOpen: () => boolean;
  readonly providers: Providers;
  readonly http: HttpClient;
  readonly network: Network;
  readonly history: EventSink;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
  /**
   * Whether one-time refresh tokens may be sent: no other process uses this profile, or the user accepts the risk that
   * one does.
   */
  readonly maySpendOneTime: () => boolean;
}

/** What all parts of one keeper work with. */
export interface KeeperContext extends KeeperPorts {
  readonly watches: Watches;
  readonly activity: Activity;
  readonly changed: Changed;
  /** Runs the tasks of one sign-in one after the other. */
  readonly enqueue: <V>(id: string, task: () => Promise<V>) => Promise<V>;
  /** How the requests of a sign-in wait until they may leave. */
  readonly turnOf: (id: string) => Turn;
}
