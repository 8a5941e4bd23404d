/** The app's host for tests: real HTTP, real files, a real socket; the clock, the clipboard and the person are ours. */
import { randomBytes, randomUUID } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Provider } from "../../core/providers/provider.ts";
import type { Clock, HttpClient, Log } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import { compose, type App } from "../../main/app/compose.ts";
import type { Host } from "../../main/app/host.ts";
import type { UserAgentRequest } from "../../main/sign-in/user-agent.ts";
import { createHttpClient, nodeExchange } from "../../main/net/http.ts";
import type { ProfileLockState } from "../../main/storage/profile-lock.ts";
import { createProxyLogins, type ProxyLogins } from "../../main/net/proxy-login.ts";
import { programAt } from "../../main/desktop/peer-program.ts";
import { startSocketServer } from "../../main/socket/server.ts";
import { ok } from "../../contract/failure.ts";
import { createAdmin, type Fault, type ReceivedRequest } from "../../sandbox/admin.ts";
import type { Signer } from "../../sandbox/id-token.ts";
import { OWN_CLIENT } from "../../sandbox/seeds.ts";
import { startSandbox, type Sandbox } from "../../sandbox/server.ts";
import { en } from "../../text/en.ts";
import { createWords } from "../../text/words.ts";
import { createTestKeychain, type TestKeychain } from "./keychain.ts";

/** What is done in the provider's pages: a sign-in, a refusal, nothing, or a window that is closed. */
export type Person = (request: UserAgentRequest) => Promise<void>;

/** Fills in login and consent over HTTP, and lets the app catch the redirect. */
export const signsInAs =
  (userId: string, answer: "allow" | "deny" = "allow"): Person =>
  async ({ url, onRedirect }) =>
    onRedirect(await walkPages(url, userId, answer));

/** The redirect that a person's clicks end in. */
export async function walkPages(url: string, userId: string, answer = "allow"): Promise<string> {
  const { origin } = new URL(url);
  const first = await fetch(url, { redirect: "manual" });
  const early = first.headers.get("location");
  if (early !== null) return early;
  const [, request = ""] = /name="request" value="([^"]+)"/.exec(await first.text()) ?? [];
  const post = (path: string, form: Record<string, string>, cookie = "") =>
    fetch(`${origin}${path}`, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
      headers: { cookie },
    });
  const login = await post("/oauth2/login", { request, user: userId });
  const [cookie = ""] = (login.headers.get("set-cookie") ?? "").split(";");
  const decided = await post("/oauth2/consent", { request, answer }, cookie);
  return decided.headers.get("location") ?? "";
}

export interface Bench extends AsyncDisposable {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly keychain: TestKeychain;
  readonly profile: string;
  readonly clipboard: { text: string };
  readonly logged: string[];
  person: Person;
  fault(fault: Partial<Fault> & Pick<Fault, "kind">): Promise<void>;
  admin(path: string, form?: Record<string, string>): Promise<void>;
  seen(): Promise<readonly ReceivedRequest[]>;
  /** Time passes, here and at the provider, and timers do not notice. */
  pass(seconds: number): Promise<void>;
  /** Time passes while the machine sleeps; then it wakes up. */
  advance(seconds: number): Promise<void>;
  /** Our wall clock alone is set. */
  jump(seconds: number): void;
  readonly network: { isOnline: boolean };
  readonly chosenFile: string;
  /** What happens while the system's dialog for a file is open. */
  whileChoosing: () => Promise<unknown>;
  /** What happens when a page is opened in the person's browser. False: none opens. */
  browser: (url: string) => Promise<boolean>;
  /** The system hands links of our scheme to us. */
  links: boolean;
  /** Ends the app and starts another over the same files; by default its start is waited for. */
  restart(wait?: { readonly started: boolean }): Promise<App>;
  /** Whether a lock keeps others out of the profile. */
  profileLock: ProfileLockState;
  /** OBS runs. */
  recordingSoftwareRuns: boolean;
  /** What asks for credentials in a proxy's name. */
  readonly proxyLogins: ProxyLogins;
  /** The program at the other end of a connection is looked at when this resolves. */
  programLookedAt: Promise<void>;
  /** The sandbox's process answers when this does. */
  sandboxStarts: Promise<void>;
  /** How often the sandbox's process was told to end. */
  readonly sandboxStops: number;
  /** Another app over what is on disk at this moment, as after a power cut. It has to be stopped. */
  afterCrash(): Promise<App>;
}

export interface BenchOptions {
  /** In place of the built thread of the socket. */
  readonly socketWorkerUrl?: URL;
  /** Signs ID tokens in the sandbox's place. */
  readonly signer?: Signer;
  /** Providers besides the built-in ones, at the sandbox's origin. */
  readonly providers?: (origin: string) => readonly Provider[];
  /** In place of the real clock. */
  readonly clock?: Clock;
  /** Sees every request of the app, and its end. */
  readonly http?: (client: HttpClient) => HttpClient;
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const profile = await mkdtemp("/tmp/tk-test-");
  const admin = createAdmin();
  let offsetMs = 0;
  let passedMs = 0;
  const { signer } = options;
  const sandbox = await startSandbox({
    port: 0,
    deviceIntervalSec: 1,
    ...admin,
    ...(signer !== undefined && { signer }),
  });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  const keychain = createTestKeychain();
  const network = { isOnline: true, online: () => network.isOnline };
  const chosenFile = path.join(profile, "moved.tokenkeep");
  const startedMs = performance.now();
  const clipboard = { text: "" };
  const logged: string[] = [];
  const note: Log["info"] = (event, facts) => void logged.push(`${event} ${JSON.stringify(facts ?? {})}`);
  const timers = new Set<NodeJS.Timeout>();
  const proxyLogins = createProxyLogins(
    { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined },
    { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
  );

  const bench = {
    proxyLogins,
    sandbox,
    keychain,
    profile,
    clipboard,
    logged,
    network,
    chosenFile,
    whileChoosing: (): Promise<unknown> => Promise.resolve(),
    person: signsInAs("700000001"),
    sandboxStarts: Promise.resolve(),
    programLookedAt: Promise.resolve(),
    sandboxStops: 0,
    browser: (_url: string): Promise<boolean> => Promise.resolve(false),
    links: false,
    recordingSoftwareRuns: false,
    profileLock: "held" as ProfileLockState,
  };
  const host = (folder = profile): Host => ({
    proxyLogins,
    clock: options.clock ?? {
      nowMs: () => Date.now() + offsetMs,
      monotonicMs: () => performance.now() - startedMs + passedMs,
      after(inMs, run) {
        const timer = setTimeout(run, inMs);
        timers.add(timer);
        return () => clearTimeout(timer);
      },
    },
    random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    http: (options.http ?? ((client) => client))(createHttpClient(nodeExchange)),
    network,
    files: {
      save: () => bench.whileChoosing().then(() => chosenFile),
      open: () => bench.whileChoosing().then(() => chosenFile),
    },
    keychain,
    clipboard: {
      write: (text) => Promise.resolve(void (clipboard.text = text.reveal())),
      read: () => Promise.resolve(clipboard.text),
      clear: () => Promise.resolve(void (clipboard.text = "")),
    },
    openUserAgent(request) {
      void bench.person(request);
      return { show: () => undefined, close: () => undefined };
    },
    openInBrowser: (url) => bench.browser(url),
    browsers: () => Promise.resolve([]),
    linksReachUs: () => Promise.resolve(bench.links),
    translator: { language: "en", t: createWords("en", en) },
    startSandbox: () =>
      bench.sandboxStarts.then(() =>
        ok({
          origin: sandbox.origin,
          port: sandbox.port,
          client: { client_id: OWN_CLIENT.client_id, client_secret: new Secret(OWN_CLIENT.client_secret) },
          stop: () => void (bench.sandboxStops += 1),
          onExit: () => undefined,
        }),
      ),
    startSocketServer,
    programAt: (inode) => bench.programLookedAt.then(() => programAt(inode)),
    recordingSoftwareRuns: () => Promise.resolve(bench.recordingSoftwareRuns),
    log: { info: note, warn: note, error: note },
    profileLock: () => bench.profileLock,
    profileFolder: folder,
    runtimeFolder: path.join(folder, "run"),
    socketWorkerUrl: options.socketWorkerUrl ?? pathToFileURL(path.resolve("out/main/socket-worker.js")),
    ...(options.providers !== undefined && { providers: options.providers(sandbox.origin) }),
    app: { version: "0", electron: "0", unsandboxed: false },
  });
  let app = compose(host());
  await app.start();
  const post = async (path: string, form: Record<string, string> = {}): Promise<void> => {
    await fetch(`${sandbox.origin}/admin/${path}`, { method: "POST", body: new URLSearchParams(form) });
  };
  // A getter, since a restart makes another app; `assign` would copy what it answers now.
  Object.defineProperty(bench, "app", { get: () => app });
  return Object.assign(bench as typeof bench & { readonly app: App }, {
    admin: post,
    fault: ({
      path = "/oauth2/token",
      after = false,
      times = 1,
      kind,
    }: Partial<Fault> & Pick<Fault, "kind">) =>
      post("faults", { fault: JSON.stringify({ path, after, times, kind }) }),
    seen: async () => (await (await fetch(`${sandbox.origin}/admin/requests`)).json()) as readonly ReceivedRequest[],
    async pass(seconds: number) {
      offsetMs += seconds * 1000;
      passedMs += seconds * 1000;
      await post("clock", { advance_sec: String(seconds) });
    },
    async advance(seconds: number) {
      await this.pass(seconds);
      app.resume();
    },
    jump: (seconds: number) => void (offsetMs += seconds * 1000),
    async afterCrash() {
      const copy = `${profile}-crash`;
      await cp(path.join(profile, "vault"), path.join(copy, "vault"), { recursive: true });
      const other = compose(host(copy));
      await other.start();
      return other;
    },
    async restart({ started } = { started: true }) {
      await app.stop();
      app = compose(host());
      const starting = app.start();
      if (started) await starting;
      return app;
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      for (const timer of timers) clearTimeout(timer);
      await sandbox.close();
      // A program of a test may still write while it ends.
      const anyhow = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };
      for (const folder of [profile, `${profile}-crash`]) await rm(folder, anyhow);
    },
  });
}

/** Signs in and keeps; answers with the sign-in's id. */
export async function signIn(
  { app }: Pick<Bench, "app">,
  client?: string,
  scopes: readonly string[] = ["user:read:chat"],
  beside = false,
): Promise<string> {
  const { handlers } = app;
  const started = await handlers["sandbox.start"](undefined);
  if (!started.ok) throw new Error(started.failure.code);
  const course = await handlers["authorization.start"]({
    client: client ?? started.value.client,
    scopes: [...scopes],
  });
  if (!course.ok) throw new Error(course.failure.code);
  await until(() => authorization(app, course.value.id)?.step === "confirm");
  const kept = await handlers["authorization.keep"]({ id: course.value.id, beside });
  if (!kept.ok) throw new Error(kept.failure.code);
  return kept.value.signIn;
}

export const authorization = (app: App, id: string) =>
  app.state.snapshot().authorizations.find((one) => one.id === id);
export const view = (app: App, id: string) => app.state.snapshot().signIns.find((one) => one.id === id);

export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  for (const end = Date.now() + 20_000; !condition();) {
    if (Date.now() > end) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
