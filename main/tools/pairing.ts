/** A tool wants to connect: the person is asked, one tool at a time, and decides for how long and with which sign-ins. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { Argument } from "../../contract/ipc.ts";
import type { Settings } from "../../contract/settings.ts";
import type { PairingView } from "../../contract/views/tool.ts";
import { accountKey, type SignInRecord } from "../../core/accounts/records.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import type { Answer, Ask } from "../socket/types.ts";
import type { Tools } from "./grants.ts";

/** After a no, nobody is asked for this long: a tool that asks again and again would be let in to have peace. */
const QUIET_AFTER_NO_SEC = 60;

export interface Pairing {
  /** `gone`: the tool has left. */
  ask(ask: Ask<"pair">, gone: Promise<void>): Promise<Answer<"pair">>;
  /** Fails with `pairing_gone` when the tool has left, or another one asks by now. */
  allow(answer: Argument<"pairing.allow">): Promise<Result<null>>;
  deny(answer: Argument<"pairing.deny">): Result<null>;
  /** The vault closes: there is nothing to be given. */
  end(): void;
  readonly view: PairingView | undefined;
}

export function createPairing(
  parts: {
    readonly tools: Tools;
    readonly signIns: () => readonly SignInRecord[];
    readonly settings: () => Settings;
    readonly changeSettings: (settings: Settings) => Result<null>;
    /** The program at the other end; a hint. */
    readonly programAt: (inode: string | undefined) => Promise<string | undefined>;
    readonly clock: Clock;
    readonly random: Randomness;
  },
  changed: () => void,
): Pairing {
  const { tools, clock } = parts;
  let open:
    | {
        view: PairingView;
        readonly answer: (said: Answer<"pair">) => void;
        readonly gone: Promise<void>;
        /** The program is known, or will not be. */
        readonly looked: Promise<void>;
      }
    | undefined;

  const close = (): void => {
    open = undefined;
    changed();
  };
  const isDenied = ({ name, developer }: Ask<"pair">["asked"]): boolean =>
    parts.settings().deniedTools.some((denied) => denied.name === name && denied.developer === developer);

  /** By key, login or alias; those that are not here cannot be given. */
  const wanted = (names: readonly string[]): readonly string[] => {
    const asked = new Set(names.flatMap((name) => [name, name.toLowerCase()]));
    const found = parts
      .signIns()
      .filter((record) =>
        [accountKey(record), record.login, record.alias].some(
          (name) => name !== undefined && asked.has(name),
        ),
      );
    return [...new Set(found.map(accountKey))];
  };

  return {
    get view() {
      return open?.view;
    },

    ask({ asked, code, inode }, gone) {
      if (isDenied(asked)) return Promise.resolve({ ok: false, code: "grant_denied" });
      if (open !== undefined) return Promise.resolve({ ok: false, code: "pairing_pending" });
      const { name, developer, reason, scopes, accounts, lifetime } = asked;
      return new Promise((resolve) => {
        const view: PairingView = {
          id: parts.random.uuid(),
          name,
          developer,
          reason,
          code,
          scopes,
          accounts: wanted(accounts),
          ...(lifetime !== undefined && { lifetime }),
          askedAtMs: clock.nowMs(),
        };
        const looked = parts.programAt(inode).then((program) => {
          if (program === undefined || open !== mine) return;
          mine.view = { ...view, program };
          changed();
        });
        const mine = { view, answer: resolve, gone, looked };
        open = mine;
        void gone.then(() => {
          if (open === mine) close();
        });
        changed();
      });
    },

    async allow({ id, signIns, lifetime }) {
      await open?.looked; // a quick yes names the program too
      const mine = open;
      if (mine === undefined || mine.view.id !== id) return failed({ code: "pairing_gone" });
      const chosen = parts.signIns().filter((record) => signIns.includes(record.id));
      if (chosen.length !== new Set(signIns).size) return failed({ code: "account_unknown" });
      const { name, developer, program } = mine.view;
      const accounts = [...new Set(chosen.map(accountKey))];
      const scopes = [...new Set(chosen.flatMap((record) => record.scopes))].sort();
      open = undefined; // answered: nothing may answer it a second time while the vault writes
      const added = await tools.add({
        name,
        ...(developer !== "" && { developer }),
        ...(program !== undefined && { program }),
        accounts,
        signIns: chosen.map((record) => record.id),
        scopes,
        lifetime,
      });
      if (!added.ok) {
        open ??= mine;
        changed();
        return added;
      }
      const { id: grant, key } = added.value;
      const credentials = lifetime === "once" ? {} : { client: grant, key: key.reveal() };
      mine.answer({ ok: true, value: { ...credentials, grant, lifetime, accounts, scopes } });
      // Who left just before that never had its key.
      void mine.gone.then(() => tools.remove(grant));
      changed();
      return ok(null);
    },

    deny({ id, forGood }) {
      if (open === undefined || open.view.id !== id) return failed({ code: "pairing_gone" });
      const { name, developer } = open.view;
      open.answer({ ok: false, code: "grant_denied", retryAfterSec: QUIET_AFTER_NO_SEC });
      close();
      if (!forGood) return ok(null);
      const settings = parts.settings();
      return parts.changeSettings({
        ...settings,
        deniedTools: [...settings.deniedTools, { name, developer }],
      });
    },

    end() {
      open?.answer({ ok: false, code: "vault_locked" });
      if (open !== undefined) close();
    },
  };
}
