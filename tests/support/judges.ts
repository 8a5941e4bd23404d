/**
 * Two authorization servers for tests of the refresh: the sandbox, and oidc-provider, an independent certified one.
 * Each issues the tokens of a completed sign-in, and counts the spent refresh tokens that it receives.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createAdmin } from "../../sandbox/admin.ts";
import { OWN_CLIENT } from "../../sandbox/seeds.ts";
import { startSandbox, type SandboxOptions } from "../../sandbox/server.ts";
import { walkPages } from "./host.ts";
import type { KeeperOptions } from "./keeper-child.ts";

export interface Seed {
  readonly client: { readonly client_id: string; readonly client_secret?: string };
  readonly refreshReuse: "safe" | "one_time";
}
export interface Judge extends AsyncDisposable {
  readonly name: string;
  readonly origin: string;
  readonly dialect: KeeperOptions["provider"]["dialect"];
  readonly confidentialRefreshReuse: "safe" | "one_time";
  readonly seeds: readonly Seed[];
  /** The tokens of a new sign-in. */
  tokens(
    seed: Seed,
    user: string,
  ): Promise<{ access_token: string; refresh_token: string; scopes: string[] }>;
  /** The number of spent refresh tokens that the server received. */
  reuses(): number;
}

export async function sandboxJudge(
  admin = createAdmin(),
  options: Partial<SandboxOptions> = {},
): Promise<Judge> {
  const sandbox = await startSandbox({ port: 0, ...admin, ...options });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  const { client_id, client_secret, redirect_uris } = OWN_CLIENT;
  return {
    name: "sandbox",
    origin: sandbox.origin,
    dialect: "sandbox",
    confidentialRefreshReuse: "safe",
    seeds: [
      { client: { client_id, client_secret }, refreshReuse: "safe" },
      { client: { client_id: "sandbox-rotating" }, refreshReuse: "one_time" },
    ],
    async tokens({ client }, user) {
      const [redirect_uri] = redirect_uris;
      const code_verifier = randomBytes(32).toString("base64url");
      const parameters = new URLSearchParams({
        response_type: "code",
        client_id: client.client_id,
        redirect_uri,
        scope: "user:read:chat",
        state: randomUUID(),
        code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
        code_challenge_method: "S256",
      });
      const answer = new URL(
        await walkPages(`${sandbox.origin}/oauth2/authorize?${parameters.toString()}`, user),
      );
      const exchanged = await fetch(`${sandbox.origin}/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          ...client,
          redirect_uri,
          code_verifier,
          code: answer.searchParams.get("code") ?? "",
        }),
      });
      const { access_token, refresh_token } = (await exchanged.json()) as Record<string, string>;
      if (access_token === undefined || refresh_token === undefined) throw new Error("no tokens");
      return { access_token, refresh_token, scopes: ["user:read:chat"] };
    },
    reuses: () => admin.reuses(),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

export async function oidcJudge(): Promise<Judge> {
  const silent = console.warn;
  console.warn = () => undefined; // at import it warns about an in-memory store and the Node release
  const { default: Provider } = await import("oidc-provider");
  const client = (client_id: string, more: object) => ({
    client_id,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: ["https://harbour.example/callback"],
    ...more,
  });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const provider = new Provider(origin, {
    clients: [
      client("confidential", {
        client_secret: "harbour-secret",
        token_endpoint_auth_method: "client_secret_post",
      }),
      client("public", { token_endpoint_auth_method: "none" }),
    ],
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access"],
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: { revocation: { enabled: true }, devInteractions: { enabled: false } },
    ttl: { AccessToken: 14_000, RefreshToken: 1_000_000, Grant: 1_000_000, IdToken: 900 },
    cookies: { keys: ["harbour"] },
    jwks: { keys: [await signingKey()] },
  });
  console.warn = silent;
  server.on("request", provider.callback());
  let reuses = 0;
  provider.on("grant.error", (_context, { error_detail }) => {
    if (error_detail === "refresh token already used") reuses += 1;
  });
  return {
    name: "oidc-provider",
    origin,
    dialect: "oidc",
    confidentialRefreshReuse: "one_time",
    seeds: [
      { client: { client_id: "public" }, refreshReuse: "one_time" },
      { client: { client_id: "confidential", client_secret: "harbour-secret" }, refreshReuse: "one_time" },
    ],
    async tokens({ client: { client_id } }, user) {
      const scope = "openid offline_access";
      const grant = new provider.Grant({ accountId: user, clientId: client_id });
      grant.addOIDCScope(scope);
      const common = {
        accountId: user,
        client: await provider.Client.find(client_id),
        grantId: await grant.save(),
        gty: "authorization_code",
        scope,
        claims: {},
      };
      return {
        access_token: await new provider.AccessToken({ ...common, expiresWithSession: false }).save(),
        refresh_token: await new provider.RefreshToken({ ...common, rotations: 0 }).save(),
        scopes: scope.split(" "),
      };
    },
    reuses: () => reuses,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function signingKey(): Promise<object> {
  const { exportJWK, generateKeyPair } = await import("jose");
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" };
}
