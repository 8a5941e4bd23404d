/** The app for tests: real HTTP, files and socket; the clock, the clipboard and the user agent are the test's. */
import { randomBytes, randomUUID } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Provider } from "../../core/providers/provider.ts";
import type { Clock, HttpClient, Log, Network } from "../../core/ports.ts";
import { Secret } from "../../core/secret.ts";
import { compose, type App } from "../../main/app/compose.ts";
import type { Host } from "../../main/app/host.ts";
import type { UserAgentRequest } from "../../main/sign-in/user-agent.ts";
import { createHttpClient, nodeExchange } from "../../main/net/http.ts";
import { createFetchPicture } from "../../main/net/picture-http.ts";
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

/** Acts in the provider's pages: signs in, refuses, does nothing, or closes the window. */
export type Person = (request: UserAgentRequest) => Promise<void>;

/** Submits login and consent over HTTP, and passes the redirect to the app. */
export const signsInAs =
  (userId: string, answer: "allow" | "deny" = "allow"): Person =>
  async ({ url, onRedirect }) =>
    onRedirect(await walkPages(url, userId, answer));

/** Walks the provider's pages; returns the redirect that they end in. */
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

/** An app over a profile of its own, with a sandbox as its provider. */
export interface Bench extends AsyncDisposable {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly keychain: TestKeychain;
  readonly profile: string;
  readonly clipboard: { text: string };
  /** Lines of the log: event and facts. */
  readonly logged: string[];
  /** Acts in each sign-in window. */
  person: Person;
  /** Makes a request to the sandbox fail; by default the next one to the token endpoint. */
  fault(fault: Partial<Fault> & Pick<Fault, "kind">): Promise<void>;
  /** Posts to the sandbox's admin API. */
  admin(path: string, form?: Record<string, string>): Promise<void>;
  /** The requests that the sandbox has received. */
  seen(): Promise<readonly ReceivedRequest[]>;
  /** Moves the clocks of app and provider forward; timers are not affected. */
  pass(seconds: number): Promise<void>;
  /** As `pass`, for a computer that sleeps meanwhile and then wakes up. */
  advance(seconds: number): Promise<void>;
  /** Moves the app's wall clock alone. */
  jump(seconds: number): void;
  readonly network: { isOnline: boolean };
  /** The file that the system's dialogs return. */
  readonly chosenFile: string;
  /** Runs while the system's file dialog is open. */
  whileChoosing: () => Promise<unknown>;
  /** Opens a page in the system browser. False: none opens. */
  browser: (url: string) => Promise<boolean>;
  /** Whether the system passes links of the app's scheme to the app. */
  links: boolean;
  /** Stops the app and starts another one over the same files; by default waits for its start. */
  restart(wait?: { readonly started: boolean }): Promise<App>;
  /** The state of the profile lock. */
  profileLock: ProfileLockState;
  /** Whether OBS runs. */
  recordingSoftwareRuns: boolean;
  readonly proxyLogins: ProxyLogins;
  /** The search for the program at the other end of a connection waits for this. */
  programLookedAt: Promise<void>;
  /** The start of the sandbox's process waits for this. */
  sandboxStarts: Promise<void>;
  /** The number of times that the app stopped the sandbox's process. */
  readonly sandboxStops: number;
  /** Starts another app over a copy of the vault on disk, as after a power cut. The test has to stop it. */
  afterCrash(): Promise<App>;
}

export interface BenchOptions {
  /** Replaces the built script of the socket's thread. */
  readonly socketWorkerUrl?: URL;
  /** Signs ID tokens in place of the sandbox. */
  readonly signer?: Signer;
  /** Providers besides the built-in ones, at the sandbox's origin. */
  readonly providers?: (origin: string) => readonly Provider[];
  /** The text of the registration that came with the app. */
  readonly sharedRegistration?: string;
  /** Replaces the real clock. */
  readonly clock?: Clock;
  /** Wraps the HTTP client, to see every request of the app and its end. */
  readonly http?: (client: HttpClient) => HttpClient;
}

/** A clock that runs in real time, and that a test can move. */
function createBenchClock(given: Clock | undefined) {
  const startedMs = performance.now();
  let offsetMs = 0;
  let passedMs = 0;
  const timers = new Set<NodeJS.Timeout>();
  const clock: Clock = given ?? {
    nowMs: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now() - startedMs + passedMs,
    after(inMs, run) {
      const timer = setTimeout(run, inMs);
      timers.add(timer);
      return () => clearTimeout(timer);
    },
  };
  return {
    clock,
    pass(seconds: number): void {
      offsetMs += seconds * 1000;
      passedMs += seconds * 1000;
    },
    jump: (seconds: number): void => void (offsetMs += seconds * 1000),
    stop(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

type BenchState = Omit<
  Bench,
  | "app"
  | "fault"
  | "admin"
  | "seen"
  | "pass"
  | "advance"
  | "jump"
  | "restart"
  | "afterCrash"
  | "sandboxStops"
  | typeof Symbol.asyncDispose
> & { readonly network: Network & { isOnline: boolean }; sandboxStops: number };

/** The properties that tests set and read. */
function createState(profile: string, sandbox: Sandbox): BenchState {
  const network = { isOnline: true, online: () => network.isOnline };
  return {
    profile,
    sandbox,
    network,
    keychain: createTestKeychain(),
    clipboard: { text: "" },
    logged: [],
    chosenFile: path.join(profile, "moved.tokenkeep"),
    proxyLogins: createProxyLogins(
      { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined },
      { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    ),
    whileChoosing: () => Promise.resolve(),
    person: signsInAs("700000001"),
    sandboxStarts: Promise.resolve(),
    programLookedAt: Promise.resolve(),
    sandboxStops: 0,
    browser: () => Promise.resolve(false),
    links: false,
    recordingSoftwareRuns: false,
    profileLock: "held",
  };
}

/** The ports of an app whose profile is this folder. */
function hostAt(folder: string, state: BenchState, clock: Clock, options: BenchOptions): Host {
  const { sandbox, clipboard } = state;
  const note: Log["info"] = (event, facts) =>
    void state.logged.push(`${event} ${JSON.stringify(facts ?? {})}`);
  const chooseFile = (): Promise<string> => state.whileChoosing().then(() => state.chosenFile);
  return {
    clock,
    proxyLogins: state.proxyLogins,
    random: { bytes: (count) => randomBytes(count), uuid: () => randomUUID() },
    http: (options.http ?? ((client) => client))(createHttpClient(nodeExchange)),
    fetchPicture: createFetchPicture(nodeExchange),
    network: state.network,
    files: { save: chooseFile, open: chooseFile },
    keychain: state.keychain,
    clipboard: {
      write: (text) => Promise.resolve(void (clipboard.text = text.reveal())),
      read: () => Promise.resolve(clipboard.text),
      clear: () => Promise.resolve(void (clipboard.text = "")),
    },
    openUserAgent(request) {
      void state.person(request);
      return { show: () => undefined, close: () => undefined };
    },
    openInBrowser: (url) => state.browser(url),
    browsers: () => Promise.resolve([]),
    linksReachUs: () => Promise.resolve(state.links),
    frame: { quit: () => undefined, answerClosing: () => undefined, setDrafts: () => undefined },
    translator: { language: "en", t: createWords("en", en) },
    sharedRegistration: () => Promise.resolve(options.sharedRegistration),
    startSandbox: () =>
      state.sandboxStarts.then(() =>
        ok({
          origin: sandbox.origin,
          port: sandbox.port,
          client: { client_id: OWN_CLIENT.client_id, client_secret: new Secret(OWN_CLIENT.client_secret) },
          stop: () => void (state.sandboxStops += 1),
          onExit: () => undefined,
        }),
      ),
    startSocketServer,
    programAt: (inode) => state.programLookedAt.then(() => programAt(inode)),
    recordingSoftwareRuns: () => Promise.resolve(state.recordingSoftwareRuns),
    log: { info: note, warn: note, error: note },
    profileLock: () => state.profileLock,
    profileFolder: folder,
    runtimeFolder: path.join(folder, "run"),
    socketWorkerUrl: options.socketWorkerUrl ?? pathToFileURL(path.resolve("out/main/socket-worker.js")),
    ...(options.providers !== undefined && { providers: options.providers(sandbox.origin) }),
    app: { version: "0", electron: "0", unsandboxed: false },
  };
}

/** The sandbox's admin API, as far as tests use it. */
const adminOf = ({ origin }: Sandbox): Pick<Bench, "admin" | "fault" | "seen"> => {
  const admin = async (path: string, form: Record<string, string> = {}): Promise<void> => {
    await fetch(`${origin}/admin/${path}`, { method: "POST", body: new URLSearchParams(form) });
  };
  return {
    admin,
    fault: ({ path = "/oauth2/token", after = false, times = 1, kind }) =>
      admin("faults", { fault: JSON.stringify({ path, after, times, kind }) }),
    seen: async () => (await (await fetch(`${origin}/admin/requests`)).json()) as readonly ReceivedRequest[], // as admin.ts writes it
  };
};

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const profile = await mkdtemp("/tmp/tk-test-");
  const { signer } = options;
  const sandbox = await startSandbox({
    port: 0,
    deviceIntervalSec: 1,
    ...createAdmin(),
    ...(signer !== undefined && { signer }),
  });
  if ("failure" in sandbox) throw new Error(sandbox.failure);
  const admin = adminOf(sandbox);
  const time = createBenchClock(options.clock);
  const state = createState(profile, sandbox);
  const appAt = (folder: string): App => compose(hostAt(folder, state, time.clock, options));
  const bench = Object.assign(state, { app: appAt(profile) });
  await bench.app.start();

  const pass = async (seconds: number): Promise<void> => {
    time.pass(seconds);
    await admin.admin("clock", { advance_sec: String(seconds) });
  };
  return Object.assign(bench, admin, {
    pass,
    async advance(seconds: number) {
      await pass(seconds);
      bench.app.resume();
    },
    jump: time.jump,
    async afterCrash() {
      const copy = `${profile}-crash`;
      await cp(path.join(profile, "vault"), path.join(copy, "vault"), { recursive: true });
      const other = appAt(copy);
      await other.start();
      return other;
    },
    async restart({ started } = { started: true }) {
      await bench.app.stop();
      bench.app = appAt(profile);
      const starting = bench.app.start();
      if (started) await starting;
      return bench.app;
    },
    async [Symbol.asyncDispose]() {
      await bench.app.stop();
      time.stop();
      await sandbox.close();
      // A program of a test may still write while it ends.
      const anyhow = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };
      for (const folder of [profile, `${profile}-crash`]) await rm(folder, anyhow);
    },
  });
}

export const authorization = (app: App, id: string) =>
  app.state.snapshot().authorizations.find((one) => one.id === id);
export const view = (app: App, id: string) => app.state.snapshot().signIns.find((one) => one.id === id);

/** Signs in and saves the sign-in; returns its id. */
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

export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  for (const end = Date.now() + 20_000; !condition();) {
    if (Date.now() > end) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
