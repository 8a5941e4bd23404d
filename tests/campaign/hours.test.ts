/**
 * An hour of each fault of the provider, then an hour without faults, in simulated time: a sign-in ends only if a rotation
 * was lost or may have been lost, and the provider is never flooded.
 */
import { expect, test } from "vitest";
import type { Fault } from "../../sandbox/admin.ts";
import { LONG, report } from "./campaign.ts";
import { HOUR_MS, MINUTE_MS, startOutage, type Kept, type Outage, type Sent, type Where } from "./outage.ts";

const MOST_PER_MINUTE = 8;
const MOST_PER_HOUR = 40;
const TEST_MS = 120_000;

type Kind = Fault["kind"];
/** Faults with a complete answer that denies the request. */
const DENIALS: readonly Kind[] = ["429_empty", "429_retry_after", "500_json", "503_json"];
/** Faults after which the tokens of an answer are real ones. */
const TRUE_TOKENS: readonly Kind[] = ["slow", "other_client", "other_user"];
/** Faults that answer 200 to every request, also to a revocation, which then counts as done (RFC 7009 §2.2). */
const NOTHING_BUT_200: readonly Kind[] = ["200_html", "slow", "other_client", "other_user"];
const KINDS: readonly Kind[] = [
  ...DENIALS,
  ...NOTHING_BUT_200,
  "502_html",
  "redirect",
  "huge",
  "half",
  "drop",
  "silence",
];

interface Case {
  readonly kind: Kind;
  readonly where: Where;
  /** The server acts on the request before it misbehaves. */
  readonly after: boolean;
}
const CASES = (["provider", "token", "validate"] as const)
  .flatMap((where) => [false, true].flatMap((after) => KINDS.map((kind): Case => ({ kind, where, after }))))
  .filter(({ where, after }) => LONG || (where === "provider" && !after));

/**
 * Why a sign-in may end.
 * `alarm`: the provider says that the token belongs to another client or user.
 * `uncertain`: a one-time token was sent, and no answer shows whether it was replaced.
 * `lie`: a one-time token was replaced, and a complete answer denies it (the risk in ADR 0004).
 */
function reasonToDrop({ kind, where, after }: Case): "alarm" | "uncertain" | "lie" | undefined {
  const others = kind === "other_client" || (kind === "other_user" && after); // the answer `{}` names no user
  if (where !== "token") return others ? "alarm" : undefined; // for the other faults the probe fails, and no token is spent
  if (DENIALS.includes(kind)) return after ? "lie" : undefined;
  return after && TRUE_TOKENS.includes(kind) ? undefined : "uncertain";
}

const most = (counts: Iterable<number>): number => Math.max(0, ...counts);
/** The most requests of one sign-in in any span of `spanMs`. */
function busiest(sent: readonly Sent[], spanMs: number): number {
  const times = new Map<string, number[]>();
  for (const { signIn, atMs } of sent) times.set(signIn, [...(times.get(signIn) ?? []), atMs]);
  return most(
    [...times.values()].flatMap((all) =>
      all.map((from) => all.filter((at) => at >= from && at < from + spanMs).length),
    ),
  );
}

interface Ends {
  dropped: number;
  lost: number;
  cannotBeTold: number;
}
/** Expects a sign-in to end in a state that the fault permits. */
function judgeEnd(outage: Outage, { id, kind }: Kept, at: Case, spends: number, ends: Ends): void {
  const record = outage.signIn(id);
  const reason = reasonToDrop(at);
  const { state, access_token, refresh_token } = record ?? {};
  // The app's token is dead: 401 is an answer without a name, and the next token is not asked about within the hour.
  const nameless = reason === "alarm" && kind === "app" && at.after;
  if (reason === undefined || nameless || (reason !== "alarm" && kind !== "one_time")) {
    expect(state?.name, kind).toBe("signed_in");
    expect(outage.isAlive(access_token), `${kind}: its token is good`).toBe(true);
    return;
  }
  const whys = {
    alarm: "identity_mismatch",
    uncertain: "access_token_rejected",
    lie: "refresh_token_rejected",
  };
  expect(state, kind).toMatchObject({ name: "needs_sign_in", why: whys[reason] });
  ends.dropped += 1;
  if (reason === "alarm") return;
  if (outage.isSpent(refresh_token)) ends.lost += 1;
  else ends.cannotBeTold += 1;
  if (reason === "uncertain") expect(spends, "a token that may be spent is sent once").toBe(1);
}

test.concurrent.each(CASES)(
  "an hour of $kind at $where, after the server acted: $after",
  async (at) => {
    await using outage = await startOutage();
    const { kept, sent } = outage;
    const beginMs = outage.nowMs();
    await outage.begin(at.kind, at.where, at.after);
    await outage.endAppTokens();
    await outage.pass(10 * MINUTE_MS);
    const removed = kept.find(({ kind }) => kind === "removed");
    const removedToken = outage.signIn(removed?.id ?? "")?.access_token;
    expect(removedToken).toBeDefined();
    await outage.remove(removed?.id ?? "");
    await outage.pass(HOUR_MS - 10 * MINUTE_MS);
    const endMs = outage.nowMs();
    await outage.end();
    await outage.pass(HOUR_MS + 5 * MINUTE_MS);

    const during = sent.filter(({ atMs }) => atMs >= beginMs && atMs < endMs);
    const ends: Ends = { dropped: 0, lost: 0, cannotBeTold: 0 };
    for (const one of kept) {
      const spends = during.filter(
        ({ signIn, path }) => signIn === one.id && path === "/oauth2/token",
      ).length;
      if (one.kind !== "removed") judgeEnd(outage, one, at, spends, ends);
    }
    expect(outage.untold()).toBe(0);
    const believed = at.where === "provider" && !at.after && NOTHING_BUT_200.includes(at.kind);
    if (!believed) expect(outage.isAlive(removedToken), "the removed token").toBe(false);
    const reuses = outage.judge.reuses();
    if (reasonToDrop(at) !== "lie") expect(reuses).toBe(0);
    const early = sent.filter((one) => one.early);
    const figures = {
      requests: during.length,
      "most a minute": busiest(sent, MINUTE_MS),
      "most an hour": busiest(sent, HOUR_MS),
      "before Retry-After": early.length,
    };
    report({
      part: "an hour of",
      case: `${at.kind}, ${at.where}${at.after ? ", after it acted" : ""}`,
      ...ends,
      ...figures,
      "spent tokens sent again": reuses,
    });
    expect(sent.every(({ signIn }) => kept.some(({ id }) => id === signIn))).toBe(true);
    expect(figures["most a minute"]).toBeLessThanOrEqual(MOST_PER_MINUTE);
    expect(figures["most an hour"]).toBeLessThanOrEqual(MOST_PER_HOUR);
    const kindOf = (id: string) => kept.find((one) => one.id === id)?.kind;
    expect(
      early.map(
        ({ signIn, path, atMs }) => `${String(kindOf(signIn))} ${path} +${String((atMs - beginMs) / 1000)} s`,
      ),
    ).toEqual([]);
  },
  TEST_MS,
);
