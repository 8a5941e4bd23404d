/** Fresh access tokens from Tokenkeep, over its local socket. Protocol: docs/socket-protocol.md. */
export { TokenkeepError, type ClientCode, type ServerCode } from "./errors.ts";
export { findEndpoint } from "./endpoint.ts";
export { Tokenkeep, type KeepOptions } from "./keep.ts";
export type * from "./messages.ts";
export { connect, pair, type ConnectOptions, type Pairing, type PairOptions } from "./pair.ts";
export type { Credentials } from "./proof.ts";
export { fileStore, fromEnvironment, storeFile, type Store } from "./store.ts";
