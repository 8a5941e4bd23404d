/** What the window knows. Main owns the truth; this follows it. */
import { createContext } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import type { Failure, Result } from "../../contract/failure.ts";
import type { Flow, Way } from "../../contract/flow.ts";
import { fromJson, merged, type Changes, type CopyForm, type RendererApi } from "../../contract/ipc.ts";
import type { BulkAction } from "../../contract/views/account.ts";
import type { Snapshot, NavigationRequest } from "../../contract/views/snapshot.ts";
import { sentence, t } from "../text/t.ts";
import { Listing } from "./listing.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { Route } from "./route.svelte.ts";
import { report } from "./trouble.ts";

/** Enough to see the window work: reads, and one scope that changes something. */
const SANDBOX_SCOPES = [
  "user:read:email",
  "user:read:chat",
  "channel:read:subscriptions",
  "channel:manage:broadcast",
];

const ROUGHLY_MS = 10_000;
const roughly = (atMs: number): number => Math.floor(atMs / ROUGHLY_MS) * ROUGHLY_MS;

export class Keep {
  readonly api: RendererApi;
  readonly notices = new Notices();
  readonly route = new Route();
  readonly listing = new Listing();
  /** What lies over the screen, at the person's wish. */
  sheet = $state<"palette" | "help">();
  snapshot = $state.raw<Snapshot | undefined>();
  /** Ticks once a second while the window can be seen: for countdowns. */
  nowMs = $state(Date.now());
  /**
   * The same for words that speak of minutes: what need not be right to the second is not made anew each second. Not
   * derived from the other, or each second all that follows this one would be asked whether it changed.
   */
  roughlyMs = $state(roughly(Date.now()));
  /** What is under way, by name, so that its button can say so. */
  readonly busy = new SvelteSet<string>();

  constructor(api: RendererApi) {
    this.api = api;
  }

  /** Follows main and the clock; returns its own stop. */
  follow = (): (() => void) => {
    const early: Changes[] = [];
    const stop = this.api["state.changed"]((json) => {
      const changes = fromJson(json);
      if (this.snapshot === undefined) early.push(changes);
      else this.#take(merged(this.snapshot, changes), changes);
    });
    void this.fetch(early);
    const tick = (): void => {
      if (document.hidden) return;
      this.nowMs = Date.now();
      this.roughlyMs = roughly(this.nowMs);
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      stop();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  };

  /** Main has all of it: also for when something in here is not as it was told. `early`: changes that came before. */
  async fetch(early: readonly Changes[] = []): Promise<void> {
    const answer = await this.api["state.get"]();
    if (answer.ok) this.#take(early.reduce(merged, fromJson(answer.value)));
    else this.notices.fail(sentence(answer.failure));
  }

  #take(snapshot: Snapshot, changes?: Changes): void {
    this.snapshot = snapshot;
    const same = changes !== undefined && changes.signIns === undefined;
    this.listing.take(snapshot.signIns, same ? (changes.signInsChanged ?? []) : undefined);
  }

  /**
   * Runs a call once at a time under a name; a failure is said in words, at the bottom of the window unless `tell` has a
   * better place. Undefined: it failed.
   */
  async run<V>(
    name: string,
    call: () => Promise<Result<V>>,
    tell = (failure: Failure): void => this.notices.fail(sentence(failure)),
  ): Promise<V | undefined> {
    if (this.busy.has(name)) return undefined;
    this.busy.add(name);
    try {
      const answer = await call();
      if (answer.ok) return answer.value;
      tell(answer.failure);
    } catch (error) {
      report("action", error);
      this.notices.fail(t("app.notShown"));
    } finally {
      this.busy.delete(name);
    }
    return undefined;
  }

  async copy(id: string, form: CopyForm = "token"): Promise<void> {
    const done = await this.run(`copy ${id}`, () => this.api["signIns.copy"]({ id, form }));
    if (done !== undefined)
      this.notices.tell(t("actions.copied", { clearsInSec: Math.round(done.clearsInMs / 1000) }));
  }
  async validate(id: string, login: string): Promise<void> {
    const done = await this.run(`validate ${id}`, () => this.api["signIns.validate"](id));
    if (done !== undefined) this.notices.tell(t("actions.validated", { name: login }));
  }
  async refresh(id: string, login: string): Promise<void> {
    const done = await this.run(`refresh ${id}`, () => this.api["signIns.refresh"](id));
    if (done !== undefined) this.notices.tell(t("actions.refreshed", { name: login }));
  }
  /** Those that are shown and have a token to ask about. */
  async validateAll(): Promise<void> {
    const ids = this.listing.found.filter(({ hasToken }) => hasToken).map(({ id }) => id);
    if (ids.length > 0) await this.bulk("validate", ids);
  }
  /** How it goes is in the snapshot. */
  async bulk(action: BulkAction, ids: readonly string[]): Promise<void> {
    await this.run("bulk", () => this.api["signIns.bulk"]({ action, ids: [...ids] }));
  }
  /** Says that something is gone, and offers to bring it back. `back`: what is said then. */
  tellRemoved(words: string, back: string): void {
    this.notices.tell(words, () => {
      this.notices.dismiss();
      void this.run("undo", () => this.api["undo"]()).then((done) => {
        if (done !== undefined) this.notices.tell(back);
      });
    });
  }
  async lock(): Promise<void> {
    this.notices.dismiss();
    await this.run("lock", () => this.api["vault.lock"]("vault")); // the screen says the rest
  }
  async pause(paused: boolean): Promise<void> {
    const done = await this.run("pause", () => this.api["vault.pause"](paused));
    if (done !== undefined) this.notices.tell(paused ? t("app.pausedNow") : t("app.resumed"));
  }
  #wished = $state.raw<NavigationRequest>();
  #come: string | undefined;
  /** Goes where a wish leads; the person does there what it was for, or does not. */
  comeTo(wish: NavigationRequest): void {
    const { id, action, account } = wish;
    if (this.#come === id) return;
    this.#come = id;
    void this.api["wish.done"](id);
    this.#wished = wish;
    const signIn = this.snapshot?.signIns.find((one) => one.account === account)?.id;
    if (action === "pairing" || action === "add") this.route.go({ screen: action });
    else if (action === "export") this.route.go({ screen: "settings" });
    else if (signIn !== undefined) this.route.go({ screen: "account", id: signIn });
    else this.route.go({ screen: "accounts" });
  }
  /** What more than a screen was wished for, once; undefined: nothing, or something else. */
  takeWish(action: NavigationRequest["action"]): NavigationRequest | undefined {
    const wish = this.#wished;
    if (wish?.action !== action) return undefined;
    this.#wished = undefined;
    return wish;
  }
  /** From now on, or not any more; what OBS brought about is ended until the person wants it again. */
  async toggleStreamer(): Promise<void> {
    const { snapshot } = this;
    if (snapshot === undefined) return;
    const { settings, streamer: on } = snapshot;
    const streamer = !on ? "on" : settings.streamer === "on" ? "auto" : "off";
    await this.run("streamer", () => this.api["settings.change"]({ ...settings, streamer }));
  }
  /** Locks where a lock means something, and pauses where it would only pretend. */
  async close(): Promise<void> {
    const vault = this.snapshot?.vault;
    if (vault?.state !== "open") return;
    await (vault.sealedBy.passphrase ? this.lock() : this.pause(!vault.paused));
  }

  /** Opens the provider's page and shows how far it is. `signIn`: the one that is renewed. */
  async signIn(
    client: string,
    scopes: readonly string[],
    { signIn, flow, way }: { signIn?: string; flow?: Flow | undefined; way?: Way | undefined } = {},
  ): Promise<void> {
    const started = await this.run("signIn", () =>
      this.api["authorization.start"]({
        client,
        scopes: [...scopes],
        ...(signIn !== undefined && { signIn }),
        ...(flow !== undefined && { flow }),
        ...(way !== undefined && { way }),
      }),
    );
    if (started !== undefined) this.route.go({ screen: "signIn", id: started.id });
  }
  async signInAtSandbox(): Promise<void> {
    const started = await this.run("sandbox", () => this.api["sandbox.start"]());
    if (started !== undefined) await this.signIn(started.client, SANDBOX_SCOPES);
  }
}

export const [keepInContext, provideKeep] = createContext<Keep>();
