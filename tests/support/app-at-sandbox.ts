/**
 * The real app over a sandbox that the test controls. The app's own sandbox has no admin API, so this one runs in the test's
 * process, on the port that the app remembers for its own.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import type { Flow } from "../../contract/flow.ts";
import { createAdmin, type Fault } from "../../sandbox/admin.ts";
import { CLIENTS } from "../../sandbox/seeds.ts";
import { startSandbox, type Middleware } from "../../sandbox/server.ts";
import { newProfile, signInAtProvider, startApp } from "./app.mjs";

export type AppAtSandbox = Awaited<ReturnType<typeof startAtSandbox>>;

/** Saves the sign-in once the app has validated its token; returns its id. */
const keepSignIn = (page: Page, authorization: string): Promise<string> =>
  page.evaluate(async (id) => {
    for (let tries = 0; tries < 200; tries += 1) {
      const kept = await window.tokenkeep["authorization.keep"]({ id, beside: false });
      if (kept.ok) return kept.value.signIn;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the sign-in did not come to its end");
  }, authorization);

/** `env`: additions to the app's environment. */
export async function startAtSandbox(env: Record<string, string> = {}) {
  const admin = createAdmin({ slowMs: 3_000 });
  /** Token answers have no refresh token, as those of other grants. */
  const hands = { withoutRefresh: false };
  const middleware: Middleware = (world, request, answer, exchange) =>
    admin.middleware(
      world,
      request,
      async () => {
        const given = await answer();
        if (!hands.withoutRefresh || request.path !== "/oauth2/token" || given.status !== 200) return given;
        const tokens = JSON.parse(given.body) as object;
        return { ...given, body: JSON.stringify({ ...tokens, refresh_token: undefined }) };
      },
      exchange,
    );
  const sandbox = await startSandbox({ port: 0, deviceIntervalSec: 1, nowMs: admin.nowMs, middleware });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  const profile = newProfile();
  mkdirSync(path.join(profile, "sandbox"), { mode: 0o700 });
  writeFileSync(path.join(profile, "sandbox/port.json"), JSON.stringify({ port: sandbox.port }));
  const { app, page, runtime } = await startApp({ profile, env });
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();

  const post = async (to: string, form: Record<string, string> = {}): Promise<void> => {
    const answer = await fetch(`${sandbox.origin}/admin/${to}`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    if (!answer.ok) throw new Error(`${to}: ${String(answer.status)}`);
  };
  return {
    app,
    page,
    profile,
    origin: sandbox.origin,
    runtime,
    hands,
    admin: post,
    fault: ({
      path: of = "/oauth2/token",
      after = false,
      times = 1,
      kind,
    }: Partial<Fault> & Pick<Fault, "kind">) =>
      post("faults", { fault: JSON.stringify({ path: of, after, times, kind }) }),
    /** Saves a registration of one of the sandbox's clients under this name. */
    async register(client_id: string, name: string): Promise<string> {
      const known = CLIENTS.find((one) => one.client_id === client_id);
      const form = {
        provider: "sandbox",
        name,
        client_id,
        ...(known?.client_secret !== undefined && { client_secret: known.client_secret }),
      };
      const saved = await page.evaluate((given) => window.tokenkeep["clients.save"](given), form);
      if (!saved.ok) throw new Error(saved.failure.code);
      return saved.value.id;
    },
    /** Signs in through the provider's pages and keeps the sign-in; returns its id. */
    async signIn(
      client: string,
      login: string,
      scopes = ["user:read:chat", "channel:manage:broadcast"],
      flow: Flow = "authorization_code",
    ) {
      const started = await page.evaluate((form) => window.tokenkeep["authorization.start"](form), {
        client,
        scopes,
        flow,
      });
      if (!started.ok) throw new Error(started.failure.code);
      await signInAtProvider(app, login);
      return keepSignIn(page, started.value.id);
    },
    async close(): Promise<void> {
      await app.close();
      await sandbox.close();
    },
  };
}
