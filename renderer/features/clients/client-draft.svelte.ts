/** What the form of an app holds: what the user entered, and what the provider has said about it. */
import type { ClientProbe } from "../../../contract/client-check.ts";
import type { Argument } from "../../../contract/ipc.ts";
import type { ClientView } from "../../../contract/views/provider.ts";
import type { ClientActions } from "../../state/actions/registrations.ts";

export type ClientType = "public" | "confidential";

export class ClientDraft {
  readonly #actions: Pick<ClientActions, "probe" | "save">;
  readonly #before: ClientView | undefined;
  provider = $state("");
  name = $state("");
  clientId = $state("");
  secret = $state("");
  /** The type that the user chose, for IDs that the provider did not tell it of. */
  chosen = $state<ClientType>("public");
  #probed = $state.raw<{ readonly provider: string; readonly id: string; readonly result: ClientProbe }>();
  #asking: Promise<unknown> | undefined;
  #refusedSecret = $state<string>();

  constructor(
    actions: Pick<ClientActions, "probe" | "save">,
    start: { provider: string; name: string },
    before?: ClientView,
  ) {
    this.#actions = actions;
    this.#before = before;
    this.provider = before?.provider ?? start.provider;
    this.name = before?.name ?? start.name;
    this.clientId = before?.client_id ?? "";
    this.chosen = before?.hasSecret === true ? "confidential" : "public";
  }

  get #id(): string {
    return this.clientId.trim();
  }
  /** The provider's answer about this ID; undefined: it was not asked. */
  readonly probe = $derived.by(() =>
    this.#probed?.provider === this.provider && this.#probed.id === this.#id
      ? this.#probed.result
      : undefined,
  );
  /** The user says the type: the provider did not, or a saved app changes. */
  readonly asksType = $derived.by(() => {
    const is = this.probe?.is;
    return is === undefined ? this.#unchanged : is === "unsure" || is === "unchecked";
  });
  readonly type: ClientType = $derived.by(() => {
    const is = this.probe?.is;
    if (is === "public" || is === "confidential") return is;
    return is === "secret_rejected" ? "confidential" : this.chosen;
  });
  /** Whether a secret can be entered now. */
  readonly asksSecret = $derived.by(
    () => this.type === "confidential" && (this.probe !== undefined || this.#unchanged),
  );
  readonly secretRefused = $derived.by(
    () => this.#refusedSecret !== undefined && this.#refusedSecret === this.secret,
  );
  readonly noId = $derived.by(() => this.#id === "");
  /** RFC 6749 §A.1: visible ASCII only. Main refuses other IDs. */
  readonly badId = $derived.by(() => /[^\x21-\x7e]/.test(this.#id));
  readonly noName = $derived.by(() => this.name.trim() === "");
  readonly noSecret = $derived.by(
    () => this.asksSecret && this.secret.trim() === "" && this.#before?.hasSecret !== true,
  );
  /** The ID of a saved app, as it is saved: the provider need not be asked about it. */
  get #unchanged(): boolean {
    return this.#before?.provider === this.provider && this.#before.client_id === this.#id;
  }

  /** Asks the provider about the ID, unless it has answered. */
  async check(again = false): Promise<ClientProbe | undefined> {
    const { provider } = this;
    const id = this.#id;
    if (id === "" || this.badId || (this.probe !== undefined && !again)) return this.probe;
    await this.#asking; // one question at a time: typing, leaving the field and saving may all ask
    if (this.probe !== undefined && !again) return this.probe;
    const asking = this.#actions.probe({ provider, client_id: id });
    this.#asking = asking;
    const result = await asking;
    if (result !== undefined) this.#probed = { provider, id, result };
    return result;
  }

  /**
   * Checks what is not checked yet. True: the form can be saved. False: the user has to read an answer, or to correct
   * or add something.
   */
  async isReady(): Promise<boolean> {
    if (this.noId || this.badId) return false;
    if (!this.#unchanged && this.probe === undefined) {
      const answer = await this.check();
      if (answer?.is !== "public") return false;
    }
    if (this.probe?.is === "unknown_id" || this.noName || this.noSecret) return false;
    return this.#secretFits();
  }
  async #secretFits(): Promise<boolean> {
    const { provider, secret } = this;
    if (!this.asksSecret || secret.trim() === "" || this.probe?.is === "unchecked") return true;
    const answer = await this.#actions.probe({ provider, client_id: this.#id, client_secret: secret });
    if (answer?.is !== "secret_rejected") return true;
    this.#refusedSecret = secret;
    return false;
  }

  /** Saves the app; returns its id. */
  async save(quiet: boolean): Promise<string | undefined> {
    const form: Argument<"clients.save"> = {
      ...(this.#before !== undefined && { id: this.#before.id }),
      provider: this.provider,
      name: this.name,
      client_id: this.clientId,
      ...(this.type === "public"
        ? { client_secret: null }
        : this.secret !== "" && { client_secret: this.secret }),
    };
    const id = await this.#actions.save(form, quiet);
    if (id !== undefined) this.secret = "";
    return id;
  }
}
