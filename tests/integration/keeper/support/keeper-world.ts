/**
 * The world around a real keeper: the test controls disk, network and clocks, step by step. A broken promise is noted
 * in `broken` at the moment when it happens.
 */
import { randomUUID } from "node:crypto";
import type { Result } from "../../../../contract/failure.ts";
import type { ClientRecord, SignInRecord, VaultRecord } from "../../../../core/accounts/records.ts";
import type { Clock, HttpOutcome, HttpRequest } from "../../../../core/ports.ts";
import { createProviders } from "../../../../core/providers/registry.ts";
import { sandboxAt } from "../../../../core/providers/sandbox.ts";
import { originsOf } from "../../../../core/providers/provider.ts";
import { Secret } from "../../../../core/secret.ts";
import { createKeeper, type Keeper } from "../../../../main/keeper/keeper.ts";
import { createPacedHttp } from "../../../../main/net/paced-http.ts";
import { createMemoryRecords, type MemoryRecords } from "./memory-records.ts";

export const HOUR_MS = 3_600_000;
const ORIGIN = "http://localhost:1";
const provider = { ...sandboxAt(ORIGIN), id: "judge" };
export const IDS = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"] as const;
const [ONE_TIME, SAFE] = IDS;
const CLIENT = "00000000-0000-4000-8000-00000000000c";

/** How a request ends. `after`: the server has acted before. */
export const ENDS = [
  "answer",
  "lost after",
  "lost before",
  "not sent",
  "429",
  "500",
  "502 after",
  "html after",
] as const;
type End = (typeof ENDS)[number];

export type Step =
  | { do: "refresh" | "validate" | "token" | "rename"; id: string }
  | { do: "request"; nth: number; end: End }
  | { do: "write"; nth: number; end: "done" | "full" }
  | { do: "pass" | "jump"; ms: number }
  | { do: "lock" | "unlock" | "suspend" | "resume" }
  | { do: "crash"; reached: boolean; acted: boolean };

const uncertain = (end: End, heard: boolean): boolean =>
  !heard || end === "lost after" || end === "lost before" || end === "502 after" || end === "html after";

/** A simulated disk, network, provider and clock around the keeper, which a test controls step by step. */
export class World {
  wallMs = 1_795_000_000_000;
  monotonicMs = 0;
  timers: { atMs: number; run: () => void }[] = [];
  disk = new Map<string, VaultRecord>();
  writes: { record: VaultRecord; end: (how: "done" | "full") => void }[] = [];
  requests: { request: HttpRequest; token: string; end: (how: End) => void }[] = [];
  locked = false;
  /** One provider, until a test removes or changes it. */
  readonly providers = createProviders([provider]);
  keeper!: Keeper;
  /** The broken promises. */
  broken: string[] = [];

  // The server: the current refresh token of each sign-in, and the tokens that were spent.
  current = new Map<string, string>();
  spent = new Set<string>();
  alive = new Map<string, number>(); // the expiry of each valid access token
  rotationLost = false;
  numbers = 0;

  /** Changes the answer of the server after it has acted. */
  spoil: (outcome: HttpOutcome, request: HttpRequest) => HttpOutcome = (outcome) => outcome;

  /** `order`: the order in which the store lists the sign-ins. */
  constructor(order: readonly string[] = IDS) {
    for (const id of order) this.disk.set(id, this.record(id));
    const client: Omit<ClientRecord, "generation"> = {
      kind: "client",
      id: CLIENT,
      provider: provider.id,
      name: "c",
      client_id: "c",
      client_secret: new Secret("s"),
      builtIn: false,
      createdAtMs: 0,
    };
    this.disk.set(CLIENT, { ...client, generation: 1 });
    this.boot();
  }

  give(id: string): { access: string; refresh: string } {
    this.numbers += 1;
    const refresh = id === SAFE ? `refresh-${id}` : `refresh-${id}-${String(this.numbers)}`;
    const access = `access-${id}-${String(this.numbers)}`;
    this.current.set(id, refresh);
    this.alive.set(access, this.wallMs + 4 * HOUR_MS);
    return { access, refresh };
  }
  record(id: string): SignInRecord {
    const { access, refresh } = this.give(id);
    return {
      kind: "sign_in",
      id,
      generation: 1,
      provider: provider.id,
      pinned: originsOf(provider),
      flow: "authorization_code",
      refreshReuse: id === SAFE ? "safe" : "one_time",
      client: CLIENT,
      client_id: "c",
      user_id: id,
      login: id,
      displayName: id,
      access_token: new Secret(access),
      refresh_token: new Secret(refresh),
      scopes: [],
      issuedAtMs: this.wallMs,
      expiresAtMs: this.wallMs + 4 * HOUR_MS,
      createdAtMs: 0,
      state: { name: "signed_in" },
    };
  }

  private createRecords(): MemoryRecords {
    const records = createMemoryRecords(
      this.disk.values(),
      () => !this.locked && records === this.records, // a keeper that has crashed reads and writes nothing
      (record) =>
        new Promise((resolve) => {
          const end = (how: "done" | "full"): void => {
            if (how === "done") this.disk.set(record.id, record);
            resolve(how === "done");
          };
          this.writes.push({ record, end });
        }),
    );
    this.records = records;
    return records;
  }
  private records: MemoryRecords | undefined;

  /** Drops a sign-in behind the keeper's back; the server keeps its tokens. */
  forget(id: string): void {
    this.disk.delete(id);
    this.records?.forget(id);
  }

  boot(): void {
    this.locked = false;
    this.timers = [];
    this.writes = [];
    const ignore = () => undefined;
    const clock: Clock = {
      nowMs: () => this.wallMs,
      monotonicMs: () => this.monotonicMs,
      after: (inMs, run) => {
        const timer = { atMs: this.monotonicMs + inMs, run };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((one) => one !== timer));
      },
    };
    this.keeper = createKeeper(
      {
        records: this.createRecords(),
        vaultIsOpen: () => !this.locked,
        providers: this.providers,
        http: createPacedHttp({ send: (request) => this.send(request) }, clock, () => 250),
        network: { online: () => true },
        history: { note: ignore },
        clock,
        maySpendOneTime: () => true,
        random: { bytes: (count) => new Uint8Array(count).fill(128), uuid: () => randomUUID() },
        log: {
          info: ignore,
          warn: ignore,
          error: (event, facts) => {
            if (event.endsWith(".bug")) this.broken.push(`${event} ${String(facts?.["cause"])}`);
          },
        },
      },
      ignore,
    );
    void this.keeper.start();
  }

  /** Checks every promise about sending at the moment of sending. */
  send(request: HttpRequest): Promise<HttpOutcome> {
    const token = new URLSearchParams(request.body ?? "").get("refresh_token") ?? "";
    if (request.method === "POST") {
      const id = IDS.find((one) => token.startsWith(`refresh-${one}`)) ?? "";
      const stored = this.disk.get(id);
      if (stored?.kind !== "sign_in" || stored.state.name !== "refreshing")
        this.broken.push(`${id}: sent without an intent on disk`);
      else if (stored.refresh_token?.reveal() !== token)
        this.broken.push(`${id}: sent another token than the disk has`);
      if (id === ONE_TIME && this.spent.has(token)) this.broken.push(`${id}: a spent token was sent again`);
      if (this.requests.some((other) => other.token !== "" && other.token === token && this.hears(other)))
        this.broken.push(`${id}: two refreshes at once`);
    }
    return new Promise((resolve) => {
      const entry = {
        request,
        token,
        keeper: this.keeper,
        end: (how: End) => {
          const outcome = this.finish(request, token, how); // the server acts, also when the keeper has crashed
          if (this.hears(entry)) resolve(outcome);
        },
      };
      this.requests.push(entry);
    });
  }
  private hears = (entry: object): boolean => (entry as { keeper?: Keeper }).keeper === this.keeper;

  finish(request: HttpRequest, token: string, how: End): HttpOutcome {
    const acts = how === "answer" || how.endsWith("after");
    const given = acts ? this.act(request, token) : undefined;
    switch (how) {
      case "answer":
        return this.spoil(given ?? { kind: "lost", cause: "reset" }, request);
      case "lost after":
      case "lost before":
        return { kind: "lost", cause: "reset" };
      case "not sent":
        return { kind: "not_sent", cause: "ECONNREFUSED" };
      case "429":
        return { kind: "answered", status: 429, body: "" };
      case "500":
        return { kind: "answered", status: 500, body: '{"status":500,"message":"later"}' };
      case "502 after":
        return { kind: "answered", status: 502, body: "<html>" };
      case "html after":
        return { kind: "answered", status: 200, body: "<html>" };
    }
  }
  act({ method, headers }: HttpRequest, token: string): HttpOutcome {
    const json = (status: number, body: object): HttpOutcome => ({
      kind: "answered",
      status,
      body: JSON.stringify(body),
    });
    if (method === "GET") {
      const access = headers["authorization"]?.split(" ")[1] ?? "";
      const id = IDS.find((one) => access.startsWith(`access-${one}`));
      const expires_in = Math.floor(((this.alive.get(access) ?? 0) - this.wallMs) / 1000);
      if (id === undefined || expires_in <= 0)
        return json(401, { status: 401, message: "invalid access token" });
      return json(200, { client_id: "c", user_id: id, login: id, scopes: null, expires_in });
    }
    const id = IDS.find((one) => token.startsWith(`refresh-${one}`)) ?? SAFE;
    if (this.current.get(id) !== token) {
      this.alive.clear(); // the server ends the whole grant (docs/twitch-auth.md §10)
      return json(400, { status: 400, message: "Invalid refresh token" });
    }
    if (id === ONE_TIME) this.spent.add(token);
    const { access, refresh } = this.give(id);
    return json(200, {
      access_token: access,
      refresh_token: refresh,
      expires_in: (4 * HOUR_MS) / 1000,
      token_type: "bearer",
    });
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  async pass(ms: number): Promise<void> {
    this.wallMs += ms;
    this.monotonicMs += ms;
    const due = this.timers.filter(({ atMs }) => atMs <= this.monotonicMs);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    for (const { run } of due) run();
    await this.settle();
  }
  take<T>(list: T[], nth: number): T | undefined {
    return list.length === 0 ? undefined : list.splice(nth % list.length, 1)[0];
  }

  async run(action: Step): Promise<void> {
    switch (action.do) {
      case "refresh":
        void this.keeper.refresh(action.id).then(this.handedBy(this.keeper));
        break;
      case "token":
        void this.keeper.tokenFor(action.id, 60_000, false).then(this.handedBy(this.keeper));
        break;
      case "rename":
        void this.keeper.change(action.id, { alias: `name ${String(this.numbers)}` });
        break;
      case "validate":
        void this.keeper.validate(action.id);
        break;
      case "request": {
        const taken = this.take(this.requests, action.nth);
        if (
          taken !== undefined &&
          taken.token.startsWith(`refresh-${ONE_TIME}`) &&
          uncertain(action.end, this.hears(taken))
        )
          this.rotationLost = true;
        taken?.end(action.end);
        break;
      }
      case "write":
        this.take(this.writes, action.nth)?.end(action.end);
        break;
      case "pass":
        await this.pass(action.ms);
        break;
      case "jump":
        this.wallMs += action.ms;
        break;
      case "lock":
        void this.keeper.pause().then((paused) => {
          if (paused.ok) this.locked = true;
          else void this.keeper.start();
        });
        break;
      case "unlock":
        if (this.locked) {
          this.locked = false;
          void this.keeper.start();
        }
        break;
      case "suspend":
        this.keeper.suspend();
        break;
      case "resume":
        this.keeper.resume();
        break;
      case "crash": {
        // A write under way is complete on disk or absent, never partial.
        if (action.reached) for (const { record } of this.writes.splice(0)) this.disk.set(record.id, record);
        // The server may have acted on a request under way, whose answer is lost.
        if (action.acted)
          for (const { request, token } of this.requests.splice(0)) this.finish(request, token, "lost after");
        const open = this.disk.get(ONE_TIME);
        if (open?.kind === "sign_in" && open.state.name === "refreshing") this.rotationLost = true;
        this.boot();
      }
    }
    await this.settle();
  }
  /** A token that is handed out is on disk, or marked as unsaved. */
  handedBy =
    (keeper: Keeper) =>
    (answer: Result<SignInRecord>): void => {
      if (!answer.ok || keeper !== this.keeper) return;
      const { id, access_token } = answer.value;
      const stored = this.disk.get(id);
      const onDisk =
        stored?.kind === "sign_in" && access_token !== undefined && stored.access_token?.equals(access_token);
      if (onDisk !== true && this.keeper.watches.of(id).unsaved === undefined)
        this.broken.push(`${id}: handed out before it was kept`);
    };

  async answerAll(): Promise<void> {
    for (const write of this.writes.splice(0)) write.end("done");
    for (const request of this.requests.splice(0)) request.end("answer");
    await this.settle();
  }

  /** Everything works again, and time passes. */
  async calm(): Promise<void> {
    for (let round = 0; round < 400; round += 1) {
      if (this.locked) await this.run({ do: "unlock" });
      if (round % 40 === 0) await this.run({ do: "resume" });
      if (round === 200) for (const id of IDS) await this.run({ do: "refresh", id });
      await this.answerAll();
      await this.pass(20_000);
    }
  }
}
