/** The credentials for a proxy: the user enters them once, they stay in memory, and no other host gets them. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { socketCodeOf } from "../../../main/tools/answers.ts";
import { createProxyLogins, type ProxyCredentials } from "../../../main/net/proxy-login.ts";
import { startBench } from "../../support/host.ts";
import { createSimulatedClock } from "../../support/simulated-clock.ts";

const OFFICE = { host: "10.0.0.1", port: 3128, realm: "The office" };
const OTHER = { ...OFFICE, port: 8080 };

function bench() {
  const clock = createSimulatedClock(0);
  let made = 0;
  const random = {
    bytes: (count: number) => new Uint8Array(count),
    uuid: () => `question-${String((made += 1))}`,
  };
  const logins = createProxyLogins(clock, random);
  let changes = 0;
  logins.onChange(() => (changes += 1));
  const answer = (username: string | undefined, password = "s3cret") =>
    logins.answer(logins.view?.id ?? "", username, password);
  return { clock, logins, answer, changes: () => changes };
}
const plain = (given: ProxyCredentials | undefined) =>
  given === undefined ? undefined : [given.username, given.password.reveal()];

test("credentials are kept for their proxy only, and only in memory", async () => {
  await using app = await startBench();
  const { handlers, state } = app.app;
  const waiting = app.proxyLogins.ask(OFFICE, undefined);
  const question = state.snapshot().proxyLogin;
  expect(question).toMatchObject({ proxy: "10.0.0.1:3128", realm: "The office", wrong: false });
  expect(await handlers["proxy.logIn"]({ id: "gone", username: "a", password: "b" })).toMatchObject({
    failure: { code: "proxy_login_gone" },
  });
  const given = { id: question?.id ?? "", username: "ada-lovelace", password: "correct-horse" };
  expect(await handlers["proxy.logIn"](given)).toMatchObject({ ok: true });
  expect(plain(await waiting)).toEqual(["ada-lovelace", "correct-horse"]);
  expect(plain(await app.proxyLogins.ask(OFFICE, undefined))).toEqual(["ada-lovelace", "correct-horse"]);
  expect(state.snapshot().proxyLogin).toBeNull();
  const other = app.proxyLogins.ask(OTHER, undefined);
  expect(state.snapshot().proxyLogin).toMatchObject({ proxy: "10.0.0.1:8080" });
  expect(await handlers["proxy.decline"](state.snapshot().proxyLogin?.id ?? "")).toMatchObject({ ok: true });
  expect(await other).toBeUndefined();

  const texts = [JSON.stringify(state.snapshot()), ...app.logged];
  for (const entry of await readdir(app.profile, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) texts.push(await readFile(path.join(entry.parentPath, entry.name), "latin1"));
  for (const secret of ["ada-lovelace", "correct-horse"]) expect(texts.join()).not.toContain(secret);
});

test("requests that wait for one proxy share the question", async () => {
  const { logins, answer, changes } = bench();
  const waiting = [1, 2, 3].map(() => logins.ask(OFFICE, undefined));
  expect(changes()).toBe(1);
  expect(answer("ada")).toEqual({ ok: true, value: null });
  for (const one of await Promise.all(waiting)) expect(plain(one)).toEqual(["ada", "s3cret"]);
  expect(logins.view).toBeUndefined();
});

test("after refused credentials the user is asked again, and newly entered ones are tried first", async () => {
  const { logins, answer } = bench();
  const first = logins.ask(OFFICE, undefined);
  answer("ada", "guess");
  const wrong = await first;
  const again = logins.ask(OFFICE, wrong);
  expect(logins.view).toMatchObject({ wrong: true });
  answer("ada", "right");
  expect(plain(await again)).toEqual(["ada", "right"]);
  expect(plain(await logins.ask(OFFICE, wrong))).toEqual(["ada", "right"]);
});

test("a declined question is not repeated for ten minutes, and an open one delays a request by at most two minutes", async () => {
  const { logins, answer, clock } = bench();
  const rest = () => Promise.resolve();
  const first = logins.ask(OFFICE, undefined);
  await clock.pass(120_000, rest);
  expect(await first).toBeUndefined();
  expect(logins.view).toBeDefined(); // the user may still answer the question
  answer(undefined);
  expect(await logins.ask(OFFICE, undefined)).toBeUndefined();
  expect(logins.view).toBeUndefined();
  await clock.pass(600_000, rest);
  const later = logins.ask(OFFICE, undefined);
  expect(logins.view).toBeDefined();
  logins.end();
  expect(await later).toBeUndefined();
});

test("the text of a proxy is shortened to one printable line", async () => {
  const { logins } = bench();
  void logins.ask({ ...OFFICE, realm: `\u202eevil\n${"x".repeat(200)}` }, undefined);
  expect(logins.view?.realm).toBe(`evil${"x".repeat(76)}`);
  logins.end();
});

test("a problem with a proxy tells a tool only that the provider is unreachable", () => {
  for (const code of ["proxy_failing", "proxy_authentication", "provider_unreachable"] as const)
    expect(socketCodeOf({ code, provider: "Twitch" })).toBe("provider_unreachable");
  for (const code of ["answer_unrecognized", "provider_refused", "provider_busy"] as const)
    expect(socketCodeOf({ code, provider: "Twitch", status: 403 })).toBe("provider_unreachable");
});
