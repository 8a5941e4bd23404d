/** The thread's questions to main, and the rules for asking: limits, shared answers, and one pairing at a time. */
import { randomInt } from "node:crypto";
import type { TokenGetResult } from "../../contract/socket.ts";
import type { Clock } from "../../core/ports.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { SessionHost } from "./session.ts";
import type {
  Answer,
  AnswerMessage,
  Ask,
  FromThread,
  QuestionMessage,
  QuestionName,
  Refusal,
} from "./types.ts";

/**
 * After a pairing that was withdrawn, the next one has to wait: no tool may ask again and again until the user gives
 * in.
 */
const QUIET_AFTER_WITHDRAWAL_SEC = 5;

const rateLimited = (retryAfterSec: number): Promise<Refusal> =>
  Promise.resolve({ ok: false, code: "rate_limited", retryAfterSec });

/** Sends a message to main. */
export type Post = <Q extends QuestionName>(message: FromThread<Q>) => void;

export interface Questions {
  /** Posts a question. Its answer never rejects. */
  ask<Q extends QuestionName>(
    about: Q,
    ask: Ask<Q>,
  ): { readonly number: number; readonly answer: Promise<Answer<Q>> };
  /** Takes an answer. One to a question that has been answered is dropped. */
  take<Q extends QuestionName>(message: Omit<AnswerMessage<Q>, "kind">): void;
}

type Waiting = { readonly [Q in QuestionName]: Map<number, (answer: Answer<Q>) => void> };

export function createQuestions(post: Post): Questions {
  const waiting: Waiting = {
    token: new Map(),
    report: new Map(),
    pair: new Map(),
    revokeSelf: new Map(),
    show: new Map(),
  };
  let asked = 0;
  return {
    ask<Q extends QuestionName>(about: Q, ask: Ask<Q>) {
      asked += 1;
      const number = asked;
      const answer = new Promise<Answer<Q>>((resolve) => void waiting[about].set(number, resolve));
      const message: QuestionMessage<Q> = { kind: "question", number, about, ask };
      post(message);
      return { number, answer };
    },
    take({ about, number, answer }) {
      waiting[about].get(number)?.(answer);
      waiting[about].delete(number);
    },
  };
}

/**
 * The questions that may each become a request to the provider, or something that the user sees, within their limits.
 * `onToken` is called with each token that main answers, before its askers get it.
 */
export function createLimitedQuestions(
  questions: Questions,
  clock: Pick<Clock, "monotonicMs">,
  onToken: (signIn: string, token: TokenGetResult) => void,
): Pick<SessionHost, "miss" | "report" | "show"> {
  const monotonicMs = (): number => clock.monotonicMs();
  const misses = createRateLimit(60, 60, monotonicMs);
  const reports = createRateLimit(1, 60, monotonicMs);
  const showings = createRateLimit(1, 10, monotonicMs);
  /** Requests that need the same token share one question. */
  const shared = new Map<string, Promise<Answer<"token">>>();
  return {
    miss(grant, ask) {
      const { signIn, minValidSec, acceptShorter } = ask;
      const key = `${signIn} ${String(minValidSec)} ${String(acceptShorter)}`;
      const underWay = shared.get(key);
      if (underWay !== undefined) return underWay;
      const waitSec = misses.take(grant);
      if (waitSec > 0) return rateLimited(waitSec);
      const fresh = questions
        .ask("token", ask)
        .answer.then((answer) => {
          if (answer.ok) onToken(signIn, answer.value);
          return answer;
        })
        .finally(() => shared.delete(key));
      shared.set(key, fresh);
      return fresh;
    },
    report(grant, ask) {
      const waitSec = reports.take(`${grant} ${ask.signIn}`);
      return waitSec > 0 ? rateLimited(waitSec) : questions.ask("report", ask).answer;
    },
    show(ask) {
      const waitSec = showings.take(ask.grant);
      return waitSec > 0 ? rateLimited(waitSec) : questions.ask("show", ask).answer;
    },
  };
}

export interface PairingQueue {
  /** Asks the user about a tool, unless they are asked about another one. `connection` names the tool's connection. */
  pair(
    connection: object,
    asked: Ask<"pair">["asked"],
    inode: () => string | undefined,
  ): ReturnType<SessionHost["pair"]>;
  /** The tool of this connection has disconnected: its question, if it has one, ends here and in main. */
  withdraw(connection: object): void;
}

/** Asks the user one pairing question at a time, over all tools. */
export function createPairingQueue(
  questions: Questions,
  post: Post,
  clock: Pick<Clock, "monotonicMs">,
): PairingQueue {
  let open: { readonly connection: object; readonly number: number } | undefined;
  let quietUntilMs = -Infinity;
  const beQuiet = (forSec: number): void => {
    quietUntilMs = clock.monotonicMs() + forSec * 1000;
  };
  return {
    pair(connection, asked, inode) {
      if (open !== undefined) return { ok: false, code: "pairing_pending" };
      const waitSec = Math.ceil((quietUntilMs - clock.monotonicMs()) / 1000);
      if (waitSec > 0) return { ok: false, code: "rate_limited", retryAfterSec: waitSec };
      const ownInode = inode(); // read only for a question that is asked: it blocks
      const code = String(randomInt(1_000_000)).padStart(6, "0");
      const { number, answer } = questions.ask("pair", {
        asked,
        code,
        ...(ownInode !== undefined && { inode: ownInode }),
      });
      open = { connection, number };
      return {
        code,
        answer: answer.then((result) => {
          if (open?.number === number) {
            open = undefined;
            post({ kind: "delivered", number });
          }
          if (!result.ok && result.retryAfterSec !== undefined) beQuiet(result.retryAfterSec);
          return result;
        }),
      };
    },
    withdraw(connection) {
      if (open?.connection !== connection) return;
      const { number } = open;
      open = undefined;
      beQuiet(QUIET_AFTER_WITHDRAWAL_SEC);
      post({ kind: "gone", number });
      const retryAfterSec = QUIET_AFTER_WITHDRAWAL_SEC;
      questions.take({
        about: "pair",
        number,
        answer: { ok: false, code: "rate_limited", retryAfterSec },
      });
    },
  };
}
