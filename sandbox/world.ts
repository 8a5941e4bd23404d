/** The data that all handlers share. */
import type { Client, User } from "./seeds.ts";
import type { Signer } from "./id-token.ts";
import type { State } from "./state.ts";

/** Names of requested claims, by the place where they are delivered. */
export interface RequestedClaims {
  readonly id_token: readonly string[];
  readonly userinfo: readonly string[];
}

/** An authorization request that waits for the user, or whose code waits for its exchange. */
export interface PendingRequest {
  readonly id: string;
  readonly client: Client;
  /** Absent for a device code: the client polls for the answer. */
  readonly redirect_uri: string | undefined;
  readonly scopes: readonly string[];
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  /** The response type, its words sorted by the alphabet. */
  readonly response: "code" | "token" | "id_token token" | "id_token";
  /** docs/twitch-auth.md §9 */
  readonly claims: RequestedClaims;
  readonly code_challenge: string | undefined;
  readonly forceVerify: boolean;
  readonly startedAtMs: number;
  readonly device?: DeviceCode;
}
/** A device code that waits for the user. */
export interface DeviceCode {
  readonly userCode: string;
  readonly client: Client;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  polledAtMs: number;
  answer: User | "denied" | undefined;
}
/** An authorization code that waits for its exchange. */
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
  /** Authorization codes by their digest. A code works once (docs/twitch-auth.md §6). */
  readonly codes: Map<string, Code>;
  /** Device codes by their digest. */
  readonly devices: Map<string, DeviceCode>;
  /** The ID of the user who is signed in to the pages, by cookie. */
  readonly sessions: Map<string, string>;
  readonly signer: Signer;
  readonly accessTokenLifeSec: number;
  /** The shortest interval between two polls for a device code. */
  readonly deviceIntervalSec: number;
  nowMs(): number;
}

export const clientOf = (world: World, client_id: string | null): Client | undefined =>
  world.clients.find((client) => client.client_id === client_id);
export const userOf = (world: World, id: string): User | undefined =>
  world.users.find((user) => user.id === id);
