/** How accounts and sign-ins cope with unusual answers: real HTTP answers, changed before the app reads them. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HttpOutcome, HttpRequest } from "../../../core/ports.ts";
import { authorization, signIn, startBench, until, view, type Bench } from "../../support/host.ts";

type Answer = Extract<HttpOutcome, { kind: "answered" }>;
let bench: Bench;
/** Changes the answers of a path; `change` gets the members of a JSON answer. */
let change:
  { path: string; by: (answer: Answer, body: Record<string, unknown>) => Partial<Answer> } | undefined;
let sent: string[] = [];

function changed(request: HttpRequest, outcome: HttpOutcome): HttpOutcome {
  if (change === undefined || outcome.kind !== "answered" || !request.url.endsWith(change.path))
    return outcome;
  const body = outcome.body.startsWith("{") ? (JSON.parse(outcome.body) as Record<string, unknown>) : {};
  return { ...outcome, ...change.by(outcome, body) };
}
/** Replaces these members of the answer. */
const members = (path: string, odd: Record<string, unknown>, status = 200) => {
  change = { path, by: (_answer, body) => ({ status, body: JSON.stringify({ ...body, ...odd }) }) };
};
const answers = (path: string, answer: Partial<Answer>) => {
  change = { path, by: () => answer };
};

beforeEach(async () => {
  change = undefined;
  sent = [];
  bench = await startBench({
    http: (client) => ({
      async send(request) {
        sent.push(
          `${new URL(request.url).pathname} ${new URLSearchParams(request.body).get("token") ?? ""}`.trim(),
        );
        return changed(request, await client.send(request));
      },
    }),
  });
});
afterEach(() => bench[Symbol.asyncDispose]());

const copied = async (id: string): Promise<string> => {
  const done = await bench.app.handlers["signIns.copy"]({ id, form: "token" });
  if (!done.ok) throw new Error(done.failure.code);
  return bench.clipboard.text;
};

describe("a refresh", () => {
  test.each([
    ["expires_in null", { expires_in: null }, 200],
    ["expires_in in quotes", { expires_in: "600" }, 200],
    ["expires_in beyond a double", { expires_in: "9".repeat(400) }, 200],
    ["a huge expires_in", { expires_in: 9e15 }, 200],
    ["id_token null", { id_token: null }, 200],
    ["scope null", { scope: null }, 200],
    ["scope a number", { scope: 7 }, 200],
    ["no token_type", { token_type: undefined }, 200],
    ["created", {}, 201],
    ["an error beside the tokens", { error: "partial" }, 200],
    ["an error status", {}, 500],
    ["a refusal beside the tokens", { status: 400, message: "Invalid refresh token" }, 400],
  ])("with %s the new token is used and stored", async (_name, odd, status) => {
    const id = await signIn(bench);
    const before = await copied(id);
    members("/token", odd, status);
    expect(await bench.app.handlers["signIns.refresh"](id)).toEqual({ ok: true, value: null });
    const after = await copied(id);
    expect(after).not.toBe(before);
    change = undefined;
    await bench.restart();
    await until(() => view(bench.app, id)?.status === "signed_in", "the check after the start"); // it gives the expiry
    expect(await copied(id)).toBe(after);
    expect(bench.app.state.snapshot().vault).toMatchObject({ unreadable: [] });
  });

  test("an error beside the tokens is reported, and the tokens are validated at once", async () => {
    const id = await signIn(bench);
    members("/token", { error: "partial" });
    sent = [];
    await bench.app.handlers["signIns.refresh"](id);
    await until(() => sent.some((one) => one.startsWith("/oauth2/validate")), "the validation");
    const history = await bench.app.handlers["signIns.history"](id);
    expect(history.ok && history.value.map(({ what, failure }) => failure?.code ?? what)).toContain(
      "provider_error",
    );
  });

  test("tokens that come with an error and never work are not requested again without a pause", async () => {
    const id = await signIn(bench);
    let given = 0;
    change = {
      path: "",
      by: (answer, body) =>
        "access_token" in body
          ? {
              body: JSON.stringify({
                ...body,
                access_token: `dead${String((given += 1))}`,
                error: "partial",
              }),
            }
          : body["user_id"] === undefined
            ? answer
            : { status: 401, body: '{"status":401,"message":"invalid access token"}' },
    };
    await bench.app.handlers["signIns.refresh"](id);
    await until(() => view(bench.app, id)?.condition === "unreachable", "the pause");
    expect(view(bench.app, id)?.reason).toMatchObject({ code: "access_token_rejected" });
    expect(given).toBe(1);
    change = undefined;
    await bench.app.handlers["signIns.refresh"](id);
    await copied(id);
    expect(view(bench.app, id)).toMatchObject({ status: "signed_in" });
  });

  test.each([
    ["an unusual status with JSON of a proxy", { status: 403, body: '{"error":"Forbidden"}' }],
    ["a firewall's page", { status: 401, body: "<html>" }],
    ["a gateway's 400", { status: 400, body: '{"message":"bad request"}' }],
  ])("after %s the account stays, and shows that another server may have answered", async (_name, answer) => {
    const id = await signIn(bench);
    answers("/token", answer);
    expect(await bench.app.handlers["signIns.refresh"](id)).toMatchObject({
      failure: { code: "answer_unrecognized", status: answer.status },
    });
    expect(view(bench.app, id)).toMatchObject({ status: "signed_in", condition: "unreachable" });
    await copied(id);
  });
});

describe("a validation", () => {
  test.each([
    ["401 with an HTML page", { status: 401, body: "<html>" }],
    ["401 with an empty body", { status: 401, body: "" }],
    ["a 401 of a proxy", { status: 401, body: '{"error":"Unauthorized","message":"log in"}' }],
  ])("%s does not end the account", async (_name, answer) => {
    const id = await signIn(bench);
    answers("/validate", answer);
    expect(await bench.app.handlers["signIns.validate"](id)).toMatchObject({
      failure: { code: "answer_unrecognized" },
    });
    expect(view(bench.app, id)?.status).toBe("signed_in");
    await copied(id);
  });
  test.each([
    ["user_id as a number", { user_id: 700_000_001 }],
    ["no user_id", { user_id: null }],
    ["user_id as an object", { user_id: {} }],
  ])("%s raises no alarm", async (_name, odd) => {
    const id = await signIn(bench);
    members("/validate", odd);
    await bench.app.handlers["signIns.validate"](id);
    expect(view(bench.app, id)?.status).toBe("signed_in");
  });
  test("a user_id of another user is an identity mismatch", async () => {
    const id = await signIn(bench);
    members("/validate", { user_id: 42 });
    await bench.app.handlers["signIns.validate"](id);
    expect(view(bench.app, id)?.status).toBe("needs_sign_in");
  });
});

describe("a sign-in", () => {
  const start = async (flow: "authorization_code" | "implicit" = "authorization_code"): Promise<string> => {
    const sandbox = await bench.app.handlers["sandbox.start"](undefined);
    if (!sandbox.ok) throw new Error(sandbox.failure.code);
    const begun = await bench.app.handlers["authorization.start"]({
      client: sandbox.value.client,
      scopes: ["user:read:chat"],
      flow,
    });
    if (!begun.ok) throw new Error(begun.failure.code);
    await until(() => ["confirm", "failed"].includes(authorization(bench.app, begun.value.id)?.step ?? ""));
    return begun.value.id;
  };
  const revocations = () => sent.filter((one) => one.startsWith("/oauth2/revoke"));

  test("tokens that come with an error are shown with it, and saved when the user confirms", async () => {
    members("/token", { error: "partial consent" });
    const id = await start();
    expect(authorization(bench.app, id)).toMatchObject({
      step: "confirm",
      doubt: { code: "provider_error", error: "partial consent" },
    });
    expect(await bench.app.handlers["authorization.keep"]({ id, beside: false })).toMatchObject({ ok: true });
    expect(revocations()).toEqual([]);
  });
  test("tokens that come with an error are revoked when the user discards them", async () => {
    members("/token", { error: "partial" });
    await bench.app.handlers["authorization.discard"](await start());
    expect(revocations()).toHaveLength(1);
  });
  test.each([
    ["an unknown token_type", { token_type: "mac" }, 2],
    ["no access token", { access_token: null }, 1],
  ])("with %s nothing is saved, and the tokens in the answer are revoked", async (_name, odd, ended) => {
    members("/token", odd);
    expect(authorization(bench.app, await start())).toMatchObject({
      step: "failed",
      failure: { code: "provider_misbehaved", what: "member" },
    });
    expect(revocations()).toHaveLength(ended);
  });
  test("white space around the access token is removed", async () => {
    change = {
      path: "/token",
      by: (_answer, body) => ({
        body: JSON.stringify({ ...body, access_token: ` ${String(body["access_token"])}\n` }),
      }),
    };
    const id = await start();
    expect(await bench.app.handlers["authorization.keep"]({ id, beside: false })).toMatchObject({ ok: true });
  });
  test("a redirect fragment with a token and an error shows both", async () => {
    const { person } = bench;
    bench.person = (request) =>
      person({ ...request, onRedirect: (url) => request.onRedirect(`${url}&error=partial`) });
    expect(authorization(bench.app, await start("implicit"))).toMatchObject({
      step: "confirm",
      doubt: { error: "partial" },
    });
  });
});

describe("a removal", () => {
  const tombstones = async () => {
    await bench.restart();
    return sent.filter((one) => one.startsWith("/oauth2/revoke")).length;
  };
  test.each([204, 202, 200])("%s ends the tombstone", async (status) => {
    const id = await signIn(bench);
    answers("/revoke", { status, body: "" });
    await bench.app.handlers["signIns.remove"](id);
    await until(() => sent.some((one) => one.startsWith("/oauth2/revoke")));
    sent = [];
    expect(await tombstones()).toBe(0);
  });
  test.each([
    ["200 with the page of a captive portal", { status: 200, body: "<!doctype html>" }],
    ["a 404 of another server", { status: 404, body: "not found" }],
    ["a 400 of another server", { status: 400, body: '{"error":"Bad Request"}' }],
  ])(
    "%s does not end the tombstone: the revocation is repeated until the token expires",
    async (_name, answer) => {
      const id = await signIn(bench);
      answers("/revoke", answer);
      await bench.app.handlers["signIns.remove"](id);
      await until(() => sent.some((one) => one.startsWith("/oauth2/revoke")));
      sent = [];
      await bench.restart();
      await until(() => sent.some((one) => one.startsWith("/oauth2/revoke")), "the second try");
      await bench.pass(5 * 3_600);
      sent = [];
      await bench.restart();
      await until(
        () => bench.logged.some((line) => line.startsWith("remove.ended")),
        "the end of the tombstone",
      );
      expect(sent.filter((one) => one.startsWith("/oauth2/revoke"))).toEqual([]);
    },
  );
});

test("an account stored while the clock was ten years ahead is refreshed in time", async () => {
  const TEN_YEARS_SEC = 10 * 365 * 86_400;
  bench.jump(TEN_YEARS_SEC);
  const id = await signIn(bench);
  await bench.app.stop();
  bench.jump(-TEN_YEARS_SEC);
  // The validation after the start gives no expiry, like that of a provider with userinfo.
  members("/validate", { expires_in: null });
  await bench.restart();
  const row = view(bench.app, id);
  expect(row?.refreshesAtMs).toBeLessThan(Date.now() + 5 * 3_600_000);
  expect(row?.issuedAtMs).toBeLessThanOrEqual(Date.now());
});
