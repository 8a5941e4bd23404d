/** Actions on one sign-in or on many. */
import type { ClaimsView } from "../../../contract/claims.ts";
import type { AccountFact, CopyForm } from "../../../contract/ipc.ts";
import type { ProviderPage } from "../../../contract/provider.ts";
import type { BulkAction, SignInView } from "../../../contract/views/account.ts";
import { t } from "../../text/t.ts";
import type { Listing } from "../listing.svelte.ts";
import type { Notices } from "../notices.svelte.ts";
import type { Route } from "../route.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";
import type { UndoActions } from "./undo.ts";

interface Parts {
  readonly session: Session;
  readonly notices: Notices;
  readonly route: Route;
  readonly listing: Listing;
  readonly undo: UndoActions;
}

export class SignInActions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async copy(id: string, form: CopyForm = "token"): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call(`copy ${id}`, () => session.api["signIns.copy"]({ id, form }));
    if (done !== undefined)
      notices.tell(t("actions.copied", { clearsInSec: Math.round(done.clearsInMs / 1000) }));
  }
  async copyIdToken(id: string): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call("copy id token", () => session.api["signIns.copyIdToken"](id));
    if (done !== undefined)
      notices.tell(t("claims.copied", { clearsInSec: Math.round(done.clearsInMs / 1000) }));
  }
  async validate(id: string, login: string): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call(`validate ${id}`, () => session.api["signIns.validate"](id));
    if (done !== undefined) notices.tell(t("actions.validated", { name: login }));
  }
  async refresh(id: string, login: string): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call(`refresh ${id}`, () => session.api["signIns.refresh"](id));
    if (done !== undefined) notices.tell(t("actions.refreshed", { name: login }));
  }
  /** Returns whether the alias was saved; an empty one removes the old one. */
  async rename(id: string, alias: string, onFailure: OnFailure): Promise<boolean> {
    const { session, notices } = this.#parts;
    const done = await session.call("alias", () => session.api["signIns.rename"]({ id, alias }), onFailure);
    if (done === undefined) return false;
    notices.tell(t("account.aliasSaved"));
    return true;
  }
  /** Returns whether the note was saved; an empty one removes the old one. */
  async annotate(id: string, note: string): Promise<boolean> {
    const { session, notices } = this.#parts;
    const done = await session.call("note", () => session.api["signIns.note"]({ id, note }));
    if (done === undefined) return false;
    notices.tell(t("notes.saved"));
    return true;
  }
  async pin(ids: readonly string[], pinned: boolean): Promise<void> {
    const { session } = this.#parts;
    await session.call("pin", () => session.api["signIns.pin"]({ ids: [...ids], pinned }));
  }
  async revoke({ id, login }: SignInView): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call(`revoke ${id}`, () => session.api["signIns.revoke"](id));
    if (done !== undefined) notices.tell(t("actions.revoked", { name: login }));
  }
  /** Removes a sign-in and goes to the list. */
  async remove({ id, login }: SignInView): Promise<void> {
    const { session, notices, route, undo } = this.#parts;
    const onward = route.onward();
    const done = await session.call(`remove ${id}`, () => session.api["signIns.remove"](id));
    if (done === undefined) return;
    const removed = t("actions.removed", { name: login });
    if (done.undo) undo.offer(removed, t("actions.broughtBack", { name: login }));
    else notices.tell(removed);
    onward({ screen: "accounts" });
  }

  /** Validates the sign-ins that the list shows and that have a token. */
  async validateAll(): Promise<void> {
    const ids = this.#parts.listing.found.filter(({ hasToken }) => hasToken).map(({ id }) => id);
    if (ids.length > 0) await this.bulk("validate", ids);
  }
  /** Does one thing to many; `Snapshot.bulk` has the progress. */
  async bulk(action: BulkAction, ids: readonly string[]): Promise<void> {
    const { session } = this.#parts;
    await session.call("bulk", () => session.api["signIns.bulk"]({ action, ids: [...ids] }));
  }
  /** Offers to undo a bulk removal that has ended. */
  offerUndo(count: number): void {
    this.#parts.undo.offer(t("rows.removed", { count }), t("rows.broughtBack"));
  }
  /** Stops after the running one, or puts the result away. */
  async endBulk(): Promise<void> {
    const { session } = this.#parts;
    await session.call("bulkEnd", () => session.api["signIns.bulkEnd"]());
  }

  history(id: string) {
    return this.#parts.session.api["signIns.history"](id);
  }
  /** The history of all of them. */
  activity() {
    return this.#parts.session.api["activity.list"]();
  }
  /** Writes the whole history to a file that the user chooses. */
  async exportActivity(): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call("activityExport", () => session.api["activity.export"]());
    if (done !== undefined && done !== null) notices.tell(t("activity.exported", { count: done.entries }));
  }
  /** The endpoints and events that the scopes of a sign-in open. */
  opens(id: string) {
    return this.#parts.session.api["signIns.opens"](id);
  }
  /** The tools that use a token, and the scopes that they do not ask for. */
  usage(id: string) {
    return this.#parts.session.api["signIns.usage"](id);
  }
  /** What tools would lose if the sign-in were replaced by one with these scopes. */
  losses(id: string, scopes: readonly string[]) {
    return this.#parts.session.api["signIns.losses"]({ id, scopes: [...scopes] });
  }
  /** Returns whether the fact was copied. */
  async copyFact(id: string, fact: AccountFact): Promise<boolean> {
    const { session } = this.#parts;
    return (
      (await session.call(`copy ${fact}`, () => session.api["signIns.copyFact"]({ id, fact }))) !== undefined
    );
  }
  /** Returns whether the claims of the ID token were copied, as JSON. */
  async copyClaims(id: string): Promise<boolean> {
    const { session } = this.#parts;
    return (await session.call("copy claims", () => session.api["signIns.copyClaims"](id))) !== undefined;
  }
  /** Opens a page of the provider in the browser. */
  async openPage(id: string, page: ProviderPage): Promise<void> {
    const { session } = this.#parts;
    await session.call(`open ${page}`, () => session.api["signIns.openPage"]({ id, page }));
  }
  /** The claims that are stored. */
  claims(id: string) {
    return this.#parts.session.api["signIns.claims"]({ id, now: false });
  }
  /** The claims that the provider answers now. */
  async askClaims(id: string): Promise<ClaimsView | undefined> {
    const { session } = this.#parts;
    return session.call(`claims ${id}`, () => session.api["signIns.claims"]({ id, now: true }));
  }
}
