/** Opening, closing and sealing the vault, and moving what it holds to another computer. */
import type { Argument } from "../../../contract/ipc.ts";
import type { ExportView, ImportView, KeychainView } from "../../../contract/views/vault.ts";
import { t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";

export class VaultActions {
  readonly #session: Session;
  readonly #notices: Notices;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
  }

  /** Returns whether the vault was made. */
  async create(passphrase: string, onFailure: OnFailure): Promise<boolean> {
    const { api } = this.#session;
    return (
      (await this.#session.call("create", () => api["vault.create"]({ passphrase }), onFailure)) !== undefined
    );
  }
  /** Returns whether the passphrase opened the vault. */
  async unlock(passphrase: string, onFailure: OnFailure): Promise<boolean> {
    const { api } = this.#session;
    return (
      (await this.#session.call("unlock", () => api["vault.unlock"]({ passphrase }), onFailure)) !== undefined
    );
  }
  /** Asks the keychain again. */
  async retry(): Promise<void> {
    await this.#session.call("vault", () => this.#session.api["vault.retry"]());
  }
  /** Moves a vault that nothing opens any more aside, and says where it is. */
  async startOver(): Promise<void> {
    const done = await this.#session.call("startOver", () => this.#session.api["vault.setAside"]());
    if (done !== undefined) this.#notices.show(t("vault.startedOver", { folder: done.folder }));
  }

  /** The locked screen says the rest. */
  async lock(): Promise<void> {
    this.#notices.dismiss();
    await this.#session.call("lock", () => this.#session.api["vault.lock"]("vault"));
  }
  async pause(paused: boolean): Promise<void> {
    const done = await this.#session.call("pause", () => this.#session.api["vault.pause"](paused));
    if (done !== undefined) this.#notices.tell(paused ? t("app.pausedNow") : t("app.resumed"));
  }
  /**
   * Locks a vault that has a passphrase. Without one a lock would protect nothing, so hand-outs are paused or resumed.
   */
  async close(): Promise<void> {
    const vault = this.#session.snapshot?.vault;
    if (vault?.state !== "open") return;
    await (vault.sealedBy.passphrase ? this.lock() : this.pause(!vault.paused));
  }

  /** Returns whether the vault was sealed in that way. */
  async reseal(change: Argument<"vault.reseal">, onFailure: OnFailure): Promise<boolean> {
    const done = await this.#session.call(
      "reseal",
      () => this.#session.api["vault.reseal"](change),
      onFailure,
    );
    if (done === undefined) return false;
    this.#notices.tell(t("settings.applied"));
    return true;
  }
  async otherKeychains(): Promise<readonly KeychainView[]> {
    return (await this.#session.call("keychains", () => this.#session.api["vault.otherKeychains"]())) ?? [];
  }
  /** Returns whether the move has begun; the app starts again by itself then. */
  async move(to: Argument<"vault.move">, onFailure: OnFailure): Promise<boolean> {
    return (
      (await this.#session.call("move", () => this.#session.api["vault.move"](to), onFailure)) !== undefined
    );
  }

  /** Undefined also when the user closed the file dialog. */
  async export(seal: Argument<"vault.export">, onFailure: OnFailure): Promise<ExportView | undefined> {
    const { api } = this.#session;
    return (await this.#session.call("move", () => api["vault.export"](seal), onFailure)) ?? undefined;
  }
  /** Undefined also when the user closed the file dialog. */
  async import(file: Argument<"vault.import">, onFailure: OnFailure): Promise<ImportView | undefined> {
    const { api } = this.#session;
    return (await this.#session.call("move", () => api["vault.import"](file), onFailure)) ?? undefined;
  }
}
