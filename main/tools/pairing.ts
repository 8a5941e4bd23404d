/** Pairing: a tool asks for a grant, one tool at a time, and the user decides with which sign-ins and for how long. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { Settings } from "../../contract/settings.ts";
import type { PairingView } from "../../contract/views/tool.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import type { Answer, Ask } from "../socket/types.ts";
import { narrowAccess } from "./grant-access.ts";
import type { GrantTerms, Grants } from "./grants.ts";

/** After a refusal every pairing is turned away for this long, or a tool could ask until the user gives in. */
const QUIET_AFTER_REFUSAL_SEC = 60;

export interface Pairing {
  /** Shows the request to the user; resolves with their answer. `gone` resolves when the tool has disconnected. */
  ask(ask: Ask<"pair">, gone: Promise<void>): Promise<Answer<"pair">>;
  /**
   * Makes the grant and answers the tool. Fails with `pairing_gone` (the tool has disconnected, or another request is
   * open by now), `account_unknown` (a chosen sign-in does not exist any more), or as `Grants.add` does.
   */
  allow(answer: Argument<"pairing.allow">): Promise<Result<null>>;
  /** Refuses the tool. Fails with `pairing_gone`, and with `forGood` as a change of settings does. */
  deny(answer: Argument<"pairing.deny">): Promise<Result<null>>;
  /** The vault closes: refuses the open request, which may be made again later. */
  end(): void;
  /** The open request; undefined: there is none. */
  readonly view: PairingView | undefined;
}

export interface PairingParts {
  readonly grants: Pick<Grants, "add" | "remove">;
  readonly signIns: () => readonly SignInRecord[];
  readonly settings: () => Settings;
  readonly changeSettings: (settings: Settings) => Promise<Result<null>>;
  /** The program at the other end of the tool's connection; a hint, and undefined where it cannot be found. */
  readonly programAt: (inode: string | undefined) => Promise<string | undefined>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly random: Randomness;
}

/** The request that the user sees. */
interface OpenRequest {
  view: PairingView;
  readonly answer: (answer: Answer<"pair">) => void;
  readonly gone: Promise<void>;
  /** Resolves once the program is known, or known not to be found. */
  readonly programFound: Promise<void>;
}

/**
 * The keys of the accounts that these names mean: a key, a login (in any case) or an alias. Unknown names are left out.
 */
function accountsNamed(names: readonly string[], signIns: readonly SignInRecord[]): readonly string[] {
  const wanted = new Set(names.flatMap((name) => [name, name.toLowerCase()]));
  const named = signIns.filter((record) =>
    [accountKey(record), record.login, record.alias].some((name) => name !== undefined && wanted.has(name)),
  );
  return [...new Set(named.map(accountKey))];
}

function viewOf(
  { asked, code }: Ask<"pair">,
  signIns: readonly SignInRecord[],
  about: Pick<PairingView, "id" | "askedAtMs">,
): PairingView {
  const { name, developer, reason, scopes, accounts, lifetime } = asked;
  return {
    ...about,
    name,
    developer,
    reason,
    code,
    scopes,
    accounts: accountsNamed(accounts, signIns),
    ...(lifetime !== undefined && { lifetime }),
  };
}

/** A grant for these sign-ins alone, and for no more than they may do now. */
function termsOf(
  { name, developer, program }: PairingView,
  chosen: readonly SignInRecord[],
  highRisk: readonly string[] | undefined,
  lifetime: GrantTerms["lifetime"],
) {
  return {
    name,
    ...(developer !== "" && { developer }),
    ...(program !== undefined && { program }),
    ...narrowAccess(chosen, highRisk),
    lifetime,
  } satisfies GrantTerms;
}

/** `changed`: called when `view` has changed. */
export function createPairing(parts: PairingParts, changed: () => void): Pairing {
  const { grants, signIns, settings } = parts;
  let open: OpenRequest | undefined;

  const close = (): void => {
    open = undefined;
    changed();
  };
  const isDenied = ({ name, developer }: Ask<"pair">["asked"]): boolean =>
    settings().deniedTools.some((denied) => denied.name === name && denied.developer === developer);

  function show(ask: Ask<"pair">, gone: Promise<void>, answer: (answer: Answer<"pair">) => void): void {
    const view = viewOf(ask, signIns(), { id: parts.random.uuid(), askedAtMs: parts.clock.nowMs() });
    const request: OpenRequest = {
      view,
      answer,
      gone,
      programFound: parts.programAt(ask.inode).then((program) => {
        if (program === undefined || open !== request) return;
        request.view = { ...view, program };
        changed();
      }),
    };
    open = request;
    void gone.then(() => {
      if (open === request) close();
    });
    changed();
  }

  return {
    get view() {
      return open?.view;
    },

    ask(ask, gone) {
      if (isDenied(ask.asked)) return Promise.resolve({ ok: false, code: "grant_denied" });
      if (open !== undefined) return Promise.resolve({ ok: false, code: "pairing_pending" });
      return new Promise((resolve) => show(ask, gone, resolve));
    },

    async allow({ id, signIns: ids, highRisk, lifetime }) {
      await open?.programFound; // so that a quick yes stores the program too
      const request = open;
      if (request === undefined || request.view.id !== id) return failed({ code: "pairing_gone" });
      const chosen = signIns().filter((record) => ids.includes(record.id));
      if (chosen.length !== new Set(ids).size) return failed({ code: "account_unknown" });
      const terms = termsOf(request.view, chosen, highRisk, lifetime);
      open = undefined; // no second answer while the vault writes
      const added = await grants.add(terms);
      if (!added.ok) {
        open ??= request;
        changed();
        return added;
      }
      const { id: grant, key } = added.value;
      const credentials = lifetime === "once" ? {} : { client: grant, key: key.reveal() };
      const { accounts, scopes } = terms;
      request.answer({ ok: true, value: { ...credentials, grant, lifetime, accounts, scopes } });
      // A tool that disconnected just before has no key: its grant would be of no use.
      void request.gone.then(() => grants.remove(grant));
      changed();
      return ok(null);
    },

    async deny({ id, forGood }) {
      if (open === undefined || open.view.id !== id) return failed({ code: "pairing_gone" });
      const { name, developer } = open.view;
      open.answer({ ok: false, code: "grant_denied", retryAfterSec: QUIET_AFTER_REFUSAL_SEC });
      close();
      if (!forGood) return ok(null);
      const current = settings();
      return parts.changeSettings({
        ...current,
        deniedTools: [...current.deniedTools, { name, developer }],
      });
    },

    end() {
      open?.answer({ ok: false, code: "vault_locked" });
      if (open !== undefined) close();
    },
  };
}
