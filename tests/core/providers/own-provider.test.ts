/** The form for a provider of the user's own: each failure names its field, and no insecure address is accepted. */
import { describe, expect, test } from "vitest";
import type { ProviderForm } from "../../../contract/provider.ts";
import { readDefinition } from "../../../core/providers/definition.ts";
import { discoveryRequests, readDiscovery } from "../../../core/providers/discovery.ts";
import { createProviders, isBuiltIn } from "../../../core/providers/registry.ts";

const at = (path: string) => `https://login.harbor.example/realm${path}`;
const GOOD: ProviderForm = {
  id: "harbor",
  name: "Harbor",
  issuer: at(""),
  authorization_endpoint: at("/auth"),
  token_endpoint: at("/token"),
  revocation_endpoint: at("/revoke"),
  userinfo_endpoint: at("/userinfo"),
  jwks_uri: at("/keys"),
  device_authorization_endpoint: "",
  scope: "openid offline_access",
  console_url: "",
  embedded: false,
};

test("a complete form makes a provider that is not a test, and whose refresh tokens count as one-time", () => {
  const made = readDefinition(GOOD, isBuiltIn);
  expect(made).toMatchObject({
    ok: true,
    value: {
      test: false,
      validationEndpoint: at("/userinfo"),
      confidentialRefreshReuse: "one_time",
      scopes: ["openid", "offline_access"],
    },
  });
});

test("a provider with plain http at a literal loopback address is a test", () => {
  for (const origin of ["http://127.0.0.1:8080", "http://[::1]:8080"])
    expect(readDefinition({ ...GOOD, token_endpoint: `${origin}/token` }, isBuiltIn)).toMatchObject({
      ok: true,
      value: { test: true },
    });
});

describe("the form is refused, and the failure names the field", () => {
  test.each([
    ["name", "", "missing"],
    ["issuer", "", "missing"],
    ["token_endpoint", "", "missing"],
    ["id", "Harbor", "id"],
    ["id", "../harbor", "id"],
    ["id", "h", "id"],
    ["id", "twitch", "reserved"],
    ["id", "sandbox", "reserved"],
    ["token_endpoint", "http://login.harbor.example/token", "plain"],
    ["token_endpoint", "http://localhost:8080/token", "plain"],
    ["token_endpoint", "http://127.0.0.1.harbor.example/token", "plain"],
    ["jwks_uri", "http://10.0.0.1/keys", "plain"],
    ["token_endpoint", "login.harbor.example/token", "address"],
    ["token_endpoint", "file:///etc/passwd", "address"],
    ["token_endpoint", "javascript:alert(1)", "address"],
    ["token_endpoint", "https://user:word@login.harbor.example/token", "address"],
    ["token_endpoint", "https://login.harbor.example/token#part", "address"],
    ["issuer", "https://login.harbor.example/?realm=1", "address"],
    ["console_url", "data:text/html,hello", "address"],
    ["scope", 'openid "quoted"', "scope"],
    ["scope", "openid  twice", "scope"],
  ] as const)("%s: %j is %s", (field, value, why) =>
    expect(readDefinition({ ...GOOD, [field]: value }, isBuiltIn)).toEqual({
      ok: false,
      failure: { code: "provider_field", field, why },
    }),
  );
});

test("a definition cannot replace or remove a built-in provider", () => {
  const providers = createProviders();
  const made = readDefinition(GOOD, () => false);
  if (!made.ok) throw new Error("refused");
  const [builtIn] = providers.list();
  providers.define({ ...made.value, id: builtIn?.id ?? "" });
  providers.forget(builtIn?.id ?? "");
  expect(providers.list()).toEqual([builtIn]);
});

describe("discovery", () => {
  const answered = (status: number, body: object | string) => ({
    kind: "answered" as const,
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  test("asks the addresses of both specifications", () => {
    expect(discoveryRequests(at("")).map(({ url }) => url)).toEqual([
      at("/.well-known/openid-configuration"),
      "https://login.harbor.example/.well-known/oauth-authorization-server/realm",
      "https://login.harbor.example/.well-known/openid-configuration/realm",
    ]);
    expect(discoveryRequests("https://harbor.example/").map(({ url }) => url)).toEqual([
      "https://harbor.example/.well-known/openid-configuration",
      "https://harbor.example/.well-known/oauth-authorization-server",
    ]);
  });
  test.each([
    ["another path", "https://login.harbor.example/other"],
    ["a trailing slash", at("/")],
    ["capitals", at("").replace("harbor", "Harbor")],
    ["no value", undefined],
  ])("an answer whose issuer has %s is refused", (_what, issuer) =>
    expect(readDiscovery(at(""), answered(200, { ...GOOD, issuer }))).toMatchObject({
      failure: { code: "discovery_issuer" },
    }),
  );
  test("fills the form, and leaves fields without a value empty", () => {
    const form = readDiscovery(at(""), answered(200, { issuer: at(""), token_endpoint: at("/token"), scopes_supported: ["a", 1, "b"] })); // prettier-ignore
    expect(form).toMatchObject({
      ok: true,
      value: {
        token_endpoint: at("/token"),
        revocation_endpoint: "",
        scope: "a b",
        id: "harbor",
        name: "Harbor",
      },
    });
  });
  test.each([
    ["a 404", answered(404, "")],
    ["an HTML page", answered(200, "<html>")],
    ["a redirect", { kind: "redirected" as const, status: 302, location: "https://elsewhere.example/" }],
  ])("after %s the next address is asked", (_what, outcome) =>
    expect(readDiscovery(at(""), outcome)).toBeUndefined(),
  );
  test.each([
    ["no answer", { kind: "lost" as const, cause: "reset" }, "provider_unreachable"],
    ["a 503", answered(503, ""), "provider_busy"],
  ])("%s is reported as a failure", (_what, outcome, code) =>
    expect(readDiscovery(at(""), outcome)).toMatchObject({ failure: { code } }),
  );
});
