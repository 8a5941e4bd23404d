/** The check of a registration finds its faults before a sign-in, and does not guess what it cannot know. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClientFinding } from "../../../contract/client-check.ts";
import { formerToCheck, judgeClient } from "../../../core/oauth/client-check.ts";
import type { HttpOutcome } from "../../../core/ports.ts";
import { readDefinition } from "../../../core/providers/definition.ts";
import type { Provider } from "../../../core/providers/provider.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { startBench, type Bench } from "../../support/host.ts";
import { oidcJudge, type Judge } from "../../support/judges.ts";
import { provider as harbour } from "../../support/rotating.ts";

const STRANGE = "http://localhost:17999/not-registered";
const SECRET = "sandbox-only-not-a-secret";
let judge: Judge;
let bench: Bench;
beforeAll(async () => {
  judge = await oidcJudge();
  const at = (path: string) => `${judge.origin}${path}`;
  const oidc = readDefinition(
    {
      id: "judge",
      name: "Judge",
      issuer: judge.origin,
      authorization_endpoint: at("/auth"),
      token_endpoint: at("/token"),
      revocation_endpoint: at("/token/revocation"),
      userinfo_endpoint: at("/me"),
      jwks_uri: "",
      device_authorization_endpoint: "",
      scope: "",
      console_url: "",
      embedded: true,
    },
    () => false,
  );
  if (!oidc.ok) throw new Error(oidc.failure.code);
  bench = await startBench({
    providers: (origin): readonly Provider[] => [
      {
        ...harbour(origin),
        redirectUris: ["app.tokenkeep://callback/sandbox", STRANGE],
        publicFlows: ["device_code"],
      },
      oidc.value,
    ],
  });
});
afterAll(async () => {
  await bench[Symbol.asyncDispose]();
  await judge[Symbol.asyncDispose]();
});

async function check(provider: string, client_id: string, client_secret?: string) {
  const { handlers } = bench.app;
  const saved = await handlers["clients.save"]({
    provider,
    name: client_id,
    client_id,
    ...(client_secret !== undefined && { client_secret }),
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  const found = await handlers["clients.check"](saved.value.id);
  if (!found.ok) throw new Error(found.failure.code);
  return found.value;
}
/** The findings without repeats: several redirect URIs can have the same finding. */
const brief = (findings: readonly ClientFinding[]) => [
  ...new Set(
    findings.map(({ about, result, failure }) => [about, result, failure?.code].filter(Boolean).join(" ")),
  ),
];
const REDIRECTS = ["redirect_uri good", "redirect_uri wrong redirect_uri_rejected"];

describe("with Twitch's own error messages", () => {
  test.each([
    [
      "all right but one redirect",
      "tokenkeep-sandbox",
      SECRET,
      ["client_id good", "client_secret good", ...REDIRECTS],
    ],
    ["a wrong id", "nobody", SECRET, ["client_id wrong client_id_rejected"]],
    ["a wrong id of a public one", "nobody", undefined, ["client_id wrong client_id_rejected"]],
    [
      "a wrong secret",
      "tokenkeep-sandbox",
      "wrong",
      ["client_id good", "client_secret wrong client_secret_rejected", ...REDIRECTS],
    ],
    [
      "no secret",
      "tokenkeep-sandbox",
      undefined,
      ["client_id good", "client_secret wrong client_secret_missing"],
    ],
    ["a public client", "sandbox-public", undefined, ["client_id good"]],
    [
      "a public client with a secret",
      "sandbox-public",
      "any",
      ["client_id good", "client_secret wrong client_public"],
    ],
  ])("%s", async (_name, client_id, secret, want) =>
    expect(brief(await check("harbour", client_id, secret))).toEqual(want),
  );

  test("a redirect URI that is not registered is named", async () => {
    const wrong = (await check("harbour", "tokenkeep-sandbox", SECRET)).filter(
      ({ result }) => result === "wrong",
    );
    expect(wrong).toMatchObject([{ redirect_uri: STRANGE, failure: { redirect_uri: STRANGE } }]);
  });

  test.each(["500_json", "502_html", "drop", "huge", "200_html", "429_empty"] as const)(
    "%s counts as the provider's fault and judges nothing of the client",
    async (kind) => {
      await bench.fault({ kind });
      const findings = await check("harbour", "tokenkeep-sandbox", SECRET);
      expect(findings).toMatchObject([{ about: "provider", result: "wrong" }]);
    },
  );

  test("a check signs nobody in and gets no token", async () => {
    const before = await bench.seen();
    await check("harbour", "tokenkeep-sandbox", SECRET);
    const after = (await bench.seen()).slice(before.length);
    expect(after.map(({ path, status }) => `${path} ${String(status)}`)).toEqual([
      "/oauth2/token 400",
      "/oauth2/authorize 200",
      "/oauth2/authorize 302",
    ]);
  });
});

describe("with the RFC's one error for both", () => {
  const NOT_REGISTERED = "redirect_uri wrong redirect_uri_rejected";
  test.each([
    ["right", "confidential", "harbour-secret", ["client_id good", "client_secret good", NOT_REGISTERED]],
    ["public", "public", undefined, ["client_id good", NOT_REGISTERED]],
    ["a wrong id", "nobody", "harbour-secret", ["client_id wrong client_id_rejected"]],
    [
      "a wrong secret",
      "confidential",
      "wrong",
      ["client_id good", "client_secret wrong client_secret_rejected", NOT_REGISTERED],
    ],
    [
      "no secret",
      "confidential",
      undefined,
      ["client_id good", "client_secret wrong client_secret_missing", NOT_REGISTERED],
    ],
  ])("%s", async (_name, client_id, secret, want) =>
    expect(brief(await check("judge", client_id, secret))).toEqual(want),
  );
});

test("saving a registration can remove its secret, or replace it", async () => {
  const { handlers, state } = bench.app;
  const form = { provider: "harbour", name: "Turned", client_id: "tokenkeep-sandbox" };
  const saved = await handlers["clients.save"]({ ...form, client_secret: "wrong" });
  if (!saved.ok) throw new Error(saved.failure.code);
  const { id } = saved.value;
  const secretIs = async (client_secret?: string | null) => {
    await handlers["clients.save"]({ ...form, id, ...(client_secret !== undefined && { client_secret }) });
    const found = await handlers["clients.check"](id);
    const said = found.ok ? found.value.find(({ about }) => about === "client_secret") : undefined;
    return said?.failure?.code ?? said?.result;
  };
  expect(await secretIs()).toBe("client_secret_rejected"); // left out, it stays
  expect(await secretIs(SECRET)).toBe("good");
  expect(await secretIs(null)).toBe("client_secret_missing");
  expect(state.snapshot().clients.find((one) => one.id === id)?.hasSecret).toBe(false);
});

/** A client in the sandbox for which only some of the redirect URIs are registered. */
describe("one registered port is enough", () => {
  const at = (port: number) => `http://localhost:${String(port)}/callback/sandbox`;
  const NOW = [17563, 21563, 26563].map(at);
  const FORMER = [17564, 17565].map(at);
  const provider = { ...sandboxAt("http://localhost:1") };
  const accepted: HttpOutcome = { kind: "answered", status: 200, body: "<html>" };
  const rejected: HttpOutcome = {
    kind: "answered",
    status: 400,
    body: JSON.stringify({ status: 400, message: "redirect_uri mismatch" }),
  };
  const token: HttpOutcome = {
    kind: "answered",
    status: 400,
    body: JSON.stringify({ status: 400, message: "Invalid authorization code" }),
  };
  function found(registered: readonly string[]) {
    const ask = (uris: readonly string[]) =>
      uris.map((redirect_uri) => ({
        redirect_uri,
        outcome: registered.includes(redirect_uri) ? accepted : rejected,
      }));
    const pages = ask(provider.redirectUris);
    pages.push(...ask(formerToCheck(provider, pages)));
    return judgeClient(provider, true, token, pages)
      .filter(({ redirect_uri }) => redirect_uri?.startsWith("http:") === true)
      .map(({ redirect_uri = "", result }) => `${new URL(redirect_uri).port} ${result}`);
  }
  test.each<[string, string[], string[]]>([
    ["all of the new ones", NOW, ["17563 good", "21563 good", "26563 good"]],
    ["an older registration", [NOW[0] ?? "", ...FORMER], ["17563 good", "21563 spare", "26563 spare"]],
    ["a former one alone", [FORMER[1] ?? ""], ["17563 spare", "21563 spare", "26563 spare", "17565 good"]],
    ["the last of the new ones", [NOW[2] ?? ""], ["17563 spare", "21563 spare", "26563 good"]],
    ["none", [], ["17563 wrong", "21563 wrong", "26563 wrong"]],
  ])("%s", (_name, registered, wanted) => {
    expect(found(registered)).toEqual(wanted);
  });
});
