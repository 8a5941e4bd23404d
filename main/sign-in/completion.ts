/** The end of every flow: tokens are identified, the user confirms them, and the keeper stores them or they are revoked. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Flow, KeptFlow } from "../../contract/flow.ts";
import type { Clock, Log, Randomness } from "../../core/ports.ts";
import type { Secret } from "../../core/secret.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { RecordStore } from "../vault/types.ts";
import type { Exchange, ReceivedTokens } from "./exchange.ts";
import type { Identify } from "./identification.ts";
import type { PendingAuthorization, PendingAuthorizations } from "./pending-authorization.ts";
import { replacedBy, toRecord } from "./record.ts";

export interface Completion {
  /** Gets tokens by `redeem`, identifies them, and then waits for the user in the step `confirm`. */
  readonly complete: (
    authorization: PendingAuthorization,
    redeem: () => Promise<Result<ReceivedTokens>>,
  ) => Promise<void>;
  /**
   * Stores the sign-in in place of the one that it renews, or `beside` it. Fails with `authorization_unknown`, and as a
   * write to the vault does; after such a failure the user can try again.
   */
  save(id: string, beside: boolean): Promise<Result<{ readonly signIn: string }>>;
  /** Revokes the tokens of a sign-in that is not saved. */
  discard(id: string): Promise<Result<null>>;
  /** The ID token of a sign-in that waits for the user. */
  idToken(id: string): Result<Secret>;
  /** Revokes the access token of an authorization that is not saved, if it has one. */
  readonly revokeTokens: (authorization: PendingAuthorization) => Promise<void>;
}

export interface CompletionParts {
  readonly vault: Pick<RecordStore, "get" | "list">;
  readonly keeper: Pick<Keeper, "store">;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

const isKept = (flow: Flow): flow is Flow & KeptFlow => flow !== "oidc_implicit";

export function createCompletion(
  parts: CompletionParts,
  pending: PendingAuthorizations,
  exchange: Exchange,
  identify: Identify,
  changed: () => void,
): Completion {
  const { vault, keeper, log } = parts;
  const unknown = failed({ code: "authorization_unknown" });

  async function complete(
    authorization: PendingAuthorization,
    redeem: () => Promise<Result<ReceivedTokens>>,
  ): Promise<void> {
    authorization.page?.close(); // closed again at the end: a loopback port answers the browser for a moment longer
    authorization.step = "exchanging";
    changed();
    const received = await redeem();
    if (!received.ok) return pending.fail(authorization, received.failure);
    const { tokens } = received.value;
    const identified = await identify(authorization, received.value);
    const isOver = pending.get(authorization.id)?.step !== "exchanging"; // cancelled or expired meanwhile
    if (tokens !== undefined && (isOver || !identified.ok))
      void exchange.revoke(authorization, tokens.accessToken);
    if (isOver) return;
    if (!identified.ok) return pending.fail(authorization, identified.failure);
    authorization.identified = identified.value;
    authorization.step = "confirm";
    log.info("authorization.arrived", { authorization: authorization.id });
    changed();
  }

  async function revokeTokens(authorization: PendingAuthorization): Promise<void> {
    const token = authorization.identified?.tokens?.accessToken;
    if (token !== undefined) await exchange.revoke(authorization, token);
  }

  return {
    complete,
    revokeTokens,
    async save(id, beside) {
      const authorization = pending.get(id);
      const identified = authorization?.identified;
      const tokens = identified?.tokens;
      if (authorization?.step !== "confirm" || identified === undefined || tokens === undefined)
        return unknown;
      const { flow } = authorization;
      if (!isKept(flow)) return unknown;
      const replaced = beside ? undefined : replacedBy(vault, authorization);
      const record = toRecord({ ...authorization, flow }, { ...identified, tokens }, replaced, parts);
      authorization.step = "exchanging"; // a second click must not save it twice
      delete authorization.identified; // if the authorization ends meanwhile, tokens that are being saved are not revoked
      const stored = await keeper.store(record, "signed_in");
      if (!stored.ok && pending.get(id) !== undefined) {
        authorization.identified = identified; // the user can try to save it again
        authorization.step = "confirm";
        return stored;
      }
      pending.remove(authorization);
      if (stored.ok) return ok({ signIn: stored.value.id });
      await exchange.revoke(authorization, tokens.accessToken);
      return stored;
    },
    async discard(id) {
      const authorization = pending.get(id);
      if (authorization?.identified === undefined) return unknown;
      pending.remove(authorization);
      await revokeTokens(authorization);
      return ok(null);
    },
    idToken(id) {
      const idToken = pending.get(id)?.identified?.idToken;
      return idToken === undefined ? unknown : ok(idToken.token);
    },
  };
}
