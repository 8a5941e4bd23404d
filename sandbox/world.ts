/** What all handlers share. */
import type { Client, User } from "./seeds.ts";
import type { Signer } from "./id-token.ts";
import type { State } from "./state.ts";

export interface RequestedClaims {
  readonly id_token: readonly string[];
  readonly userinfo: readonly string[];
}

/** An authorization request that waits for its person, or a code that waits for its exchange. */
export interface PendingRequest {
  readonly id: string;
  readonly client: Client;
  /** Absent for a device's: its answer goes to who polls. */
  readonly redirect_uri: string | undefined;
  readonly scopes: readonly string[];
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  /** Its parts in the order of the alphabet. */
  readonly response: "code" | "token" | "id_token token" | "id_token";
  /** Asked for by name (TA §9). */
  readonly claims: RequestedClaims;
  readonly code_challenge: string | undefined;
  readonly forceVerify: boolean;
  readonly startedAtMs: number;
  readonly device?: DeviceCode;
}
/** A device that waits for its person. */
export interface DeviceCode {
  readonly userCode: string;
  readonly client: Client;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  askedAtMs: number;
  answer: User | "denied" | undefined;
}
export interface Code {
  readonly request: PendingRequest;
  readonly user: User;
  readonly expiresAtMs: number;
}

export interface World {
  readonly origin: string;
  readonly users: readonly User[];
  readonly clients: readonly Client[];
  readonly state: State;
  readonly pending: Map<string, PendingRequest>;
  /** By digest. A code works once (TA §6: treated as single use). */
  readonly codes: Map<string, Code>;
  /** By digest of the device code. */
  readonly devices: Map<string, DeviceCode>;
  /** Who is signed in at the pages, by cookie. */
  readonly sessions: Map<string, string>;
  readonly signer: Signer;
  readonly accessTokenLifeSec: number;
  /** How often a device's program may ask. */
  readonly deviceIntervalSec: number;
  nowMs(): number;
}

export const clientOf = (world: World, client_id: string | null): Client | undefined =>
  world.clients.find((client) => client.client_id === client_id);
export const userOf = (world: World, id: string): User | undefined =>
  world.users.find((user) => user.id === id);
