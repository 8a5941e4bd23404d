/** Names and passwords for proxies: asked for in the window, kept in memory until the app ends, and nowhere else. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ProxyLoginView } from "../../contract/views/snapshot.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";

export interface ProxyCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** No request waits longer for the person; the question stays. */
const WAIT_MS = 2 * 60_000;
/** After a no, the person is not asked again for a while. */
const QUIET_MS = 10 * 60_000;

interface Question extends ProxyLoginView {
  answer(credentials: ProxyCredentials | undefined): void;
  readonly answered: Promise<ProxyCredentials | undefined>;
}

export interface ProxyLogins {
  /** The credentials for this proxy; `before`: those that were refused. Undefined: the person enters none, or not in time. */
  ask(
    proxy: { readonly host: string; readonly port: number; readonly realm: string },
    before: ProxyCredentials | undefined,
  ): Promise<ProxyCredentials | undefined>;
  /** Fails with `proxy_login_gone`. Without a name: the person enters none. */
  answer(id: string, username: string | undefined, password: string): Result<null>;
  readonly view: ProxyLoginView | undefined;
  onChange(listener: () => void): void;
  /** The app ends, or is locked: waiting requests get no credentials. */
  end(): void;
}

export function createProxyLogins(clock: Clock, random: Randomness): ProxyLogins {
  const listeners: (() => void)[] = [];
  const changed = (): void => listeners.forEach((listener) => listener());
  const known = new Map<string, ProxyCredentials>();
  const quietUntilMs = new Map<string, number>();
  const questions = new Map<string, Question>();

  function question(proxy: string, realm: string, wrong: boolean): Question {
    let settle: (credentials: ProxyCredentials | undefined) => void = () => undefined;
    const answered = new Promise<ProxyCredentials | undefined>((resolve) => (settle = resolve));
    const made: Question = {
      id: random.uuid(),
      proxy,
      // A stranger's words: short, and on one line.
      realm: realm.replace(/[^\x20-\x7e]/g, "").slice(0, 80),
      wrong,
      answered,
      answer(credentials) {
        questions.delete(proxy);
        settle(credentials);
        changed();
      },
    };
    questions.set(proxy, made);
    changed();
    return made;
  }

  return {
    async ask({ host, port, realm }, before) {
      const proxy = `${host}:${String(port)}`;
      const have = known.get(proxy);
      if (have !== undefined && have !== before) return have;
      known.delete(proxy);
      if ((quietUntilMs.get(proxy) ?? -Infinity) > clock.monotonicMs()) return undefined;
      const asked = questions.get(proxy) ?? question(proxy, realm, before !== undefined);
      let stop: () => void = () => undefined;
      const tooLong = new Promise<undefined>((resolve) => {
        stop = clock.after(WAIT_MS, () => resolve(undefined));
      });
      return Promise.race([asked.answered, tooLong]).finally(() => stop());
    },

    answer(id, username, password) {
      const asked = [...questions.values()].find((one) => one.id === id);
      if (asked === undefined) return failed({ code: "proxy_login_gone" });
      const credentials = username === undefined ? undefined : { username, password: new Secret(password) };
      if (credentials === undefined) quietUntilMs.set(asked.proxy, clock.monotonicMs() + QUIET_MS);
      else known.set(asked.proxy, credentials);
      asked.answer(credentials);
      return ok(null);
    },

    get view() {
      const [first] = questions.values();
      if (first === undefined) return undefined;
      const { id, proxy, realm, wrong } = first;
      return { id, proxy, realm, wrong };
    },

    onChange: (listener) => void listeners.push(listener),

    end() {
      for (const one of [...questions.values()]) one.answer(undefined);
    },
  };
}
