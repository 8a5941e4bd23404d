/**
 * The pictures of accounts (ADR 0022): off unless the user wants them, kept in memory alone, and gone with a lock, with
 * the removal of the sign-in, and when the user switches them off.
 */
import type { SignInRecord } from "../../../core/accounts/records.ts";
import { handsOut } from "../../../core/accounts/status.ts";
import { claimsOf } from "../../../core/oidc/id-token.ts";
import type { Clock, FetchPicture, HttpClient } from "../../../core/ports.ts";
import {
  allowedPicture,
  pictureInUsers,
  pictureType,
  usersRequest,
} from "../../../core/providers/pictures.ts";
import type { Provider } from "../../../core/providers/provider.ts";
import type { Providers } from "../../../core/providers/registry.ts";
import { limiter } from "../../../core/single-flight.ts";
import type { Keeper } from "../../keeper/keeper.ts";
import { providerFor } from "../../registrations/lookup.ts";

/** The most bytes and the most pictures that are kept. */
const KEPT_BYTES = 16 * 1024 * 1024;
const KEPT = 500;
/** An account without a picture is asked about again after this time. */
const AGAIN_MS = 10 * 60 * 1000;
/** The requests at a time. */
const AT_ONCE = 4;

export interface Picture {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Pictures {
  /** The picture of a sign-in's account; undefined: there is none, or the window may not see it now. */
  of(signIn: string): Promise<Picture | undefined>;
  /** Forgets all pictures. */
  forget(): void;
}

interface Kept {
  /** Undefined: there was none at `atMs`. */
  readonly picture: Picture | undefined;
  readonly atMs: number;
}

interface Parts {
  readonly keeper: Keeper;
  readonly providers: Providers;
  readonly http: HttpClient & Required<Pick<HttpClient, "turn">>;
  readonly fetchPicture: FetchPicture;
  readonly clock: Clock;
  /** Whether the window may see pictures now: the user wants them, nothing is locked, and streamer mode is off. */
  readonly shown: () => boolean;
}

export function createPictures(parts: Parts): Pictures {
  const { keeper, clock, shown } = parts;
  /** By the ids of sign-ins; the one used last is at the end. */
  const kept = new Map<string, Kept>();
  const running = new Map<string, Promise<Picture | undefined>>();
  const limited = limiter(AT_ONCE);
  /** Goes up with each `forget`: a picture that arrives after it is not kept. */
  let forgotten = 0;

  function keep(id: string, picture: Picture | undefined): void {
    kept.delete(id);
    kept.set(id, { picture, atMs: clock.monotonicMs() });
    const bytes = (): number =>
      [...kept.values()].reduce((sum, one) => sum + (one.picture?.bytes.length ?? 0), 0);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT && bytes() <= KEPT_BYTES) return;
      kept.delete(oldest);
    }
  }
  async function fetched(id: string): Promise<Picture | undefined> {
    const before = forgotten;
    const stillShown = (): boolean => shown() && forgotten === before;
    const record = keeper.watches.current(id);
    if (record === undefined || !stillShown()) return undefined;
    const picture = await pictureOf(parts, record, stillShown);
    if (!stillShown() || keeper.watches.current(id) === undefined) return undefined;
    keep(id, picture);
    return picture;
  }
  return {
    async of(id) {
      if (!shown() || keeper.watches.current(id) === undefined) {
        kept.delete(id);
        return undefined;
      }
      const known = kept.get(id);
      if (known?.picture !== undefined || (known && clock.monotonicMs() - known.atMs < AGAIN_MS)) {
        kept.delete(id);
        kept.set(id, known);
        return known.picture;
      }
      const under = running.get(id) ?? limited(() => fetched(id)).finally(() => running.delete(id));
      running.set(id, under);
      return under;
    },
    forget() {
      forgotten += 1;
      kept.clear();
    },
  };
}

const pictureInIdToken = (provider: Provider, { id_token }: SignInRecord): string | undefined =>
  id_token === undefined ? undefined : allowedPicture(provider, claimsOf(id_token)["picture"]);

/** Finds the address of the picture and fetches it. The token goes to the provider's API and to no picture host. */
async function pictureOf(
  { providers, http, fetchPicture, keeper, clock }: Parts,
  record: SignInRecord,
  goesOn: () => boolean,
): Promise<Picture | undefined> {
  const found = providerFor(providers, record);
  if (!found.ok) return undefined;
  const provider = found.value;
  const address = pictureInIdToken(provider, record) ?? (await askedAddress());
  if (address === undefined || !goesOn()) return undefined;
  const refused = await http.turn(address, { waiter: () => undefined });
  if (refused !== undefined || !goesOn()) return undefined;
  const bytes = await fetchPicture(address);
  const type = bytes && pictureType(bytes);
  return bytes === undefined || type === undefined ? undefined : { type, bytes };

  async function askedAddress(): Promise<string | undefined> {
    const { access_token, client_id, user_id } = record;
    const isUsable = handsOut(record, clock.nowMs(), keeper.watches.endsAtMs(record));
    if (provider.pictures === undefined || access_token === undefined || !isUsable) return undefined;
    const request = usersRequest(provider.pictures.usersEndpoint, client_id, access_token);
    const outcome = await http.send(request, { waiter: () => undefined });
    return allowedPicture(provider, pictureInUsers(outcome, user_id));
  }
}
