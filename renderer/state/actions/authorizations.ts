/** Sign-ins that are under way: begun, shown, kept or given up. */
import type { Flow, Way } from "../../../contract/flow.ts";
import type { ScopeView } from "../../../contract/scopes.ts";
import type { BrowserView } from "../../../contract/views/provider.ts";
import { t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { Route } from "../route.svelte.ts";
import type { Session } from "../session.svelte.ts";

/** Enough to see the window work: reads, and one scope that changes something. */
const SANDBOX_SCOPES = [
  "user:read:email",
  "user:read:chat",
  "channel:read:subscriptions",
  "channel:manage:broadcast",
];

interface StartOptions {
  /** The sign-in that is renewed. */
  readonly signIn?: string;
  readonly flow?: Flow | undefined;
  readonly way?: Way | undefined;
  /** Also opens the page of a device code, which other flows open anyway. */
  readonly opens?: boolean;
}

export class AuthorizationActions {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly #route: Route;

  constructor(session: Session, notices: Notices, route: Route) {
    this.#session = session;
    this.#notices = notices;
    this.#route = route;
  }

  /** Opens the provider's page and goes to the screen that shows the progress. */
  async start(
    client: string,
    scopes: readonly string[],
    { signIn, flow, way, opens = false }: StartOptions = {},
  ): Promise<void> {
    const started = await this.#session.call("signIn", () =>
      this.#session.api["authorization.start"]({
        client,
        scopes: [...scopes],
        ...(signIn !== undefined && { signIn }),
        ...(flow !== undefined && { flow }),
        ...(way !== undefined && { way }),
      }),
    );
    if (started === undefined) return;
    this.#route.go({ screen: "signIn", id: started.id });
    if (opens) await this.show(started.id);
  }
  /** The same at the sandbox, which is started first. */
  async startAtSandbox(
    scopes: readonly string[] = SANDBOX_SCOPES,
    options: StartOptions = {},
  ): Promise<void> {
    const started = await this.#session.call("sandbox", () => this.#session.api["sandbox.start"]());
    if (started !== undefined) await this.start(started.client, scopes, options);
  }

  /** Brings the provider's page to the front, or opens it again. */
  async show(id: string): Promise<void> {
    await this.#session.call("show", () => this.#session.api["authorization.show"](id));
  }
  /** Opens a device's page that is at another host than the provider. */
  async showElsewhere(id: string): Promise<void> {
    await this.#session.call("show", () => this.#session.api["authorization.showElsewhere"](id));
  }
  /** Leaves the sign-in window for the browser. */
  async toBrowser(id: string): Promise<void> {
    await this.#session.call("toBrowser", () => this.#session.api["authorization.toBrowser"](id));
  }
  async copyLink(id: string): Promise<void> {
    const done = await this.#session.call("copyLink", () => this.#session.api["authorization.copyLink"](id));
    if (done !== undefined) this.#notices.tell(t("device.copied"));
  }
  async copyIdToken(id: string): Promise<void> {
    const { api } = this.#session;
    const done = await this.#session.call("copy id token", () => api["authorization.copyIdToken"](id));
    if (done !== undefined)
      this.#notices.tell(t("claims.copied", { clearsInSec: Math.round(done.clearsInMs / 1000) }));
  }

  /**
   * Saves the sign-in and goes to the list. `placing`: what becomes of the one that it could replace. `first`: of a vault
   * without accounts, so the screen that follows says what to do next.
   */
  async keep(id: string, login: string, placing: "new" | "replace" | "beside", first = false): Promise<void> {
    const { api } = this.#session;
    const beside = placing === "beside";
    const onward = this.#route.onward();
    const kept = await this.#session.call(`keep ${id}`, () => api["authorization.keep"]({ id, beside }));
    if (kept === undefined) return;
    if (first) return onward({ screen: "ready", id: kept.signIn });
    const said = { new: "signIn.kept", replace: "signIn.replaced", beside: "signIn.added" } as const;
    this.#notices.tell(t(said[placing], { login }));
    onward({ screen: "accounts" });
  }
  /** Drops the sign-in, says so and goes to the list. */
  async discard(id: string, notice: string): Promise<void> {
    const onward = this.#route.onward();
    const done = await this.#session.call(`discard ${id}`, () =>
      this.#session.api["authorization.discard"](id),
    );
    if (done === undefined) return;
    this.#notices.tell(notice);
    onward({ screen: "accounts" });
  }
  async cancel(id: string): Promise<void> {
    await this.#session.call(`cancel ${id}`, () => this.#session.api["authorization.cancel"](id));
  }
  /** Goes to the list also where nothing could be cancelled any more. */
  async cancelAndLeave(id: string): Promise<void> {
    const onward = this.#route.onward();
    await this.cancel(id);
    onward({ screen: "accounts" });
  }

  /** Every scope that can be asked for. */
  async scopes(): Promise<readonly ScopeView[] | undefined> {
    return this.#session.call("scopes", () => this.#session.api["scopes.list"]());
  }
  async browsers(): Promise<readonly BrowserView[]> {
    return (await this.#session.call("browsers", () => this.#session.api["browsers.list"]())) ?? [];
  }
}
