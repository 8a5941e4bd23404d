/** Usernames and passwords for proxies: the user enters them in the window, and only memory holds them. */
import { failed, ok, type Result } from "../../contract/failure.ts";
import type { ProxyLoginView } from "../../contract/views/snapshot.ts";
import type { Clock, Randomness } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";

export interface ProxyCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** The longest wait of a request for the user; the question stays in the window after it. */
const WAIT_MS = 2 * 60_000;
/** After the user has declined, the question does not come again for this long. */
const QUIET_MS = 10 * 60_000;

interface Question extends ProxyLoginView {
  answer(credentials: ProxyCredentials | undefined): void;
  readonly answered: Promise<ProxyCredentials | undefined>;
}

export interface ProxyLogins {
  /**
   * Returns the credentials for a proxy, from memory or from the user. `before`: credentials that the proxy refused.
   * Undefined: the user declined or did not answer in time.
   */
  ask(
    proxy: { readonly host: string; readonly port: number; readonly realm: string },
    before: ProxyCredentials | undefined,
  ): Promise<ProxyCredentials | undefined>;
  /** Answers the question with this ID; without a username, the user declines. Fails with `proxy_login_gone`. */
  answer(id: string, username: string | undefined, password: string): Result<null>;
  /** The question to show; undefined: none is open. */
  readonly view: ProxyLoginView | undefined;
  onChange(listener: () => void): void;
  /** Declines every open question, when the app quits or is locked. */
  end(): void;
}

export function createProxyLogins(clock: Clock, random: Randomness): ProxyLogins {
  const listeners: (() => void)[] = [];
  const changed = (): void => listeners.forEach((listener) => listener());
  const known = new Map<string, ProxyCredentials>();
  const quietUntilMs = new Map<string, number>();
  const questions = new Map<string, Question>();

  function openQuestion(proxy: string, realm: string, wrong: boolean): Question {
    let resolveAnswer: (credentials: ProxyCredentials | undefined) => void = () => undefined;
    const answered = new Promise<ProxyCredentials | undefined>((resolve) => (resolveAnswer = resolve));
    const created: Question = {
      id: random.uuid(),
      proxy,
      // The proxy chooses this text: only a short, printable line of it is shown.
      realm: realm.replace(/[^\x20-\x7e]/g, "").slice(0, 80),
      wrong,
      answered,
      answer(credentials) {
        questions.delete(proxy);
        resolveAnswer(credentials);
        changed();
      },
    };
    questions.set(proxy, created);
    changed();
    return created;
  }

  return {
    async ask({ host, port, realm }, before) {
      const proxy = `${host}:${String(port)}`;
      const credentials = known.get(proxy);
      if (credentials !== undefined && credentials !== before) return credentials;
      known.delete(proxy);
      if ((quietUntilMs.get(proxy) ?? -Infinity) > clock.monotonicMs()) return undefined;
      const question = questions.get(proxy) ?? openQuestion(proxy, realm, before !== undefined);
      let stop: () => void = () => undefined;
      const timeOut = new Promise<undefined>((resolve) => {
        stop = clock.after(WAIT_MS, () => resolve(undefined));
      });
      return Promise.race([question.answered, timeOut]).finally(() => stop());
    },

    answer(id, username, password) {
      const question = [...questions.values()].find((one) => one.id === id);
      if (question === undefined) return failed({ code: "proxy_login_gone" });
      const credentials = username === undefined ? undefined : { username, password: new Secret(password) };
      if (credentials === undefined) quietUntilMs.set(question.proxy, clock.monotonicMs() + QUIET_MS);
      else known.set(question.proxy, credentials);
      question.answer(credentials);
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
