/** Tokens of other tools: found, checked with their provider, and kept. */
import type { Argument } from "../../../contract/ipc.ts";
import type { CandidatesView, ImportedView } from "../../../contract/views/import.ts";
import { t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { Route } from "../route.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";

export class ImportActions {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly #route: Route;

  constructor(session: Session, notices: Notices, route: Route) {
    this.#session = session;
    this.#notices = notices;
    this.#route = route;
  }

  /** Undefined also when the user closed the file dialog. */
  async read(from: Argument<"import.read">, onFailure: OnFailure): Promise<CandidatesView | undefined> {
    const { api } = this.#session;
    return (await this.#session.call("import", () => api["import.read"](from), onFailure)) ?? undefined;
  }
  async check(which: Argument<"import.check">, onFailure: OnFailure): Promise<ImportedView | undefined> {
    return this.#session.call("import", () => this.#session.api["import.check"](which), onFailure);
  }
  /** Keeps tokens and goes to the account, or to the list where there are several. */
  async keep(which: Argument<"import.keep">, onFailure: OnFailure): Promise<void> {
    const { api } = this.#session;
    const onward = this.#route.onward();
    const kept = await this.#session.call("import", () => api["import.keep"](which), onFailure);
    if (kept === undefined) return;
    const [first, ...others] = kept.signIns;
    this.#notices.tell(t("imports.kept", { count: kept.signIns.length }));
    onward(
      first !== undefined && others.length === 0 ? { screen: "account", id: first } : { screen: "accounts" },
    );
  }
  /**
   * The user leaves the screen: as `drop`, without a notice on failure, because a lock has dropped the candidates
   * already.
   */
  async leave(): Promise<void> {
    await this.#session.call(
      "leave",
      () => this.#session.api["import.drop"](),
      () => undefined,
    );
  }
  /** Main forgets the candidates. */
  async drop(): Promise<void> {
    await this.#session.call("drop", () => this.#session.api["import.drop"]());
  }
}
