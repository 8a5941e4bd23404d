/** Client registrations, and the providers that the user describes. */
import type { ClientFinding, ClientProbe } from "../../../contract/client-check.ts";
import type { Argument } from "../../../contract/ipc.ts";
import type { ProviderForm } from "../../../contract/provider.ts";
import type { ClientView, ProviderView } from "../../../contract/views/provider.ts";
import { t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";
import type { UndoActions } from "./undo.ts";

export class ClientActions {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly #undo: UndoActions;

  constructor(session: Session, notices: Notices, undo: UndoActions) {
    this.#session = session;
    this.#notices = notices;
    this.#undo = undo;
  }

  /** Saves a registration; returns its id. `quiet`: what follows shows that it was saved. */
  async save(form: Argument<"clients.save">, quiet = false): Promise<string | undefined> {
    const saved = await this.#session.call("client", () => this.#session.api["clients.save"](form));
    if (saved !== undefined && !quiet) this.#notices.tell(t("clients.saved", { name: form.name }));
    return saved?.id;
  }
  /** Asks the provider about a registration. */
  async check(id: string): Promise<readonly ClientFinding[] | undefined> {
    return this.#session.call(`check ${id}`, () => this.#session.api["clients.check"](id));
  }
  /** Asks the provider about a client that is not saved. */
  async probe(form: Argument<"clients.probe">): Promise<ClientProbe | undefined> {
    return this.#session.call("probe", () => this.#session.api["clients.probe"](form));
  }
  /** Saves the registration that came with the app; returns its id. */
  async useShared(): Promise<string | undefined> {
    const used = await this.#session.call("shared", () => this.#session.api["clients.useShared"]());
    return used?.id;
  }
  async remove({ id, name }: ClientView): Promise<void> {
    const done = await this.#session.call(`client ${id}`, () => this.#session.api["clients.remove"](id));
    if (done !== undefined)
      this.#undo.offer(t("clients.removed", { name }), t("actions.broughtBack", { name }));
  }
}

export class ProviderActions {
  readonly #session: Session;
  readonly #notices: Notices;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
  }

  /** Fetches the metadata of an issuer, as a form. Nothing is saved. */
  async discover(issuer: string, onFailure: OnFailure): Promise<ProviderForm | undefined> {
    return this.#session.call(
      "discover",
      () => this.#session.api["providers.discover"]({ issuer }),
      onFailure,
    );
  }
  /** Returns whether the provider was saved. `change`: replaces the provider with that id. */
  async save(form: ProviderForm, change: boolean, onFailure: OnFailure): Promise<boolean> {
    const { api } = this.#session;
    const saved = await this.#session.call(
      "provider",
      () => api["providers.save"]({ form, change }),
      onFailure,
    );
    if (saved === undefined) return false;
    this.#notices.tell(t("providers.saved", { name: form.name }));
    return true;
  }
  async remove({ id, name }: ProviderView): Promise<void> {
    const done = await this.#session.call("provider", () => this.#session.api["providers.remove"](id));
    if (done !== undefined) this.#notices.tell(t("providers.removed", { name }));
  }
  /** Opens the developer console in the browser; returns whether it opened. */
  async openConsole(provider: string): Promise<boolean> {
    const { api } = this.#session;
    return (await this.#session.call("console", () => api["providers.openConsole"](provider))) !== undefined;
  }
  /** Copies what the console's form asks for; returns whether it was copied. */
  async copyConsoleField(provider: string, field: "name" | "redirect_uri"): Promise<boolean> {
    const { api } = this.#session;
    return (
      (await this.#session.call("copy", () => api["providers.copyConsoleField"]({ provider, field }))) !==
      undefined
    );
  }
  /** Copies the redirect URI with this index in the provider's list; returns whether it was copied. */
  async copyRedirect(provider: string, at: number): Promise<boolean> {
    const { api } = this.#session;
    return (
      (await this.#session.call("copy", () => api["providers.copyRedirect"]({ provider, at }))) !== undefined
    );
  }
}
