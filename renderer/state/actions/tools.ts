/** Tools that ask for tokens over the local socket: paired, added by hand, removed. */
import type { Failure } from "../../../contract/failure.ts";
import type { Argument } from "../../../contract/ipc.ts";
import type { PairingView, ToolView } from "../../../contract/views/tool.ts";
import { sentence, t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { Route } from "../route.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";
import type { UndoActions } from "./undo.ts";

interface Parts {
  readonly session: Session;
  readonly notices: Notices;
  readonly route: Route;
  readonly undo: UndoActions;
}

export class ToolActions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Makes a tool and copies its connection. Undefined: it was not made. Without an ID, its connection was not copied; the
   * tool is in the list, where it can be copied.
   */
  async create(
    tool: Argument<"tools.create">,
    onFailure: OnFailure,
  ): Promise<{ readonly id?: string } | undefined> {
    const { session, notices } = this.#parts;
    let uncopied: Failure | undefined;
    const made = await session.call(
      "tool",
      () => session.api["tools.create"](tool),
      (failure) => {
        if (failure.code === "clipboard_failing") uncopied = failure;
        else onFailure(failure);
      },
    );
    if (uncopied !== undefined) notices.failAfterwards(sentence(uncopied));
    if (made !== undefined) return { id: made.id }; // the dialog that follows says that its credentials are on the clipboard
    return uncopied === undefined ? undefined : {};
  }
  /** Changes what a tool may use. Returns whether that succeeded. */
  async change({ name }: ToolView, change: Argument<"tools.change">, onFailure: OnFailure): Promise<boolean> {
    const { session, notices } = this.#parts;
    if (change.access === undefined && change.lifetime === undefined) return true;
    const done = await session.call(
      `tool ${change.id}`,
      () => session.api["tools.change"](change),
      onFailure,
    );
    if (done === undefined) return false;
    notices.tell(t("tools.changed", { name }));
    return true;
  }
  /** Copies code for a tool. Returns whether that succeeded. */
  async copySnippet(snippet: Argument<"tools.copySnippet">): Promise<boolean> {
    const { session } = this.#parts;
    return (await session.call("tool code", () => session.api["tools.copySnippet"](snippet))) !== undefined;
  }
  /** True: the user sees the uses of tools. A failure is ignored: they are then reported some seconds later. */
  watch(on: boolean): void {
    void this.#parts.session.api["tools.watch"](on).catch(() => undefined);
  }
  /** Copies the connection of a tool. */
  async copy(id: string): Promise<void> {
    const { session, notices } = this.#parts;
    const done = await session.call(`tool ${id}`, () => session.api["tools.copy"](id));
    if (done !== undefined)
      notices.tell(t("actions.copied", { clearsInSec: Math.round(done.clearsInMs / 1000) }));
  }
  /** `endTokens`: the providers are told to end the tokens that the tool was handed; that cannot be undone. */
  async remove({ id, name }: ToolView, endTokens: boolean): Promise<void> {
    const { session, notices, undo } = this.#parts;
    const done = await session.call(`tool ${id}`, () => session.api["tools.remove"]({ id, endTokens }));
    if (done === undefined) return;
    if (endTokens) notices.tell(t("tools.removedWithTokens", { name }));
    else undo.offer(t("tools.removed", { name }), t("actions.broughtBack", { name }));
  }

  /** Lets the waiting tool in and goes to the tools. */
  async allow({ name }: PairingView, grant: Argument<"pairing.allow">, onFailure: OnFailure): Promise<void> {
    const { session, notices, route } = this.#parts;
    const onward = route.onward();
    const done = await session.call("pairing", () => session.api["pairing.allow"](grant), onFailure);
    if (done === undefined) return;
    notices.tell(t("pairing.allowed", { name }));
    onward({ screen: "tools" });
  }
  /** Refuses the waiting tool and goes to the tools. `forGood`: later requests are refused without a question. */
  async deny({ id, name }: PairingView, forGood: boolean, onFailure: OnFailure): Promise<void> {
    const { session, notices, route } = this.#parts;
    const onward = route.onward();
    const done = await session.call("pairing", () => session.api["pairing.deny"]({ id, forGood }), onFailure);
    if (done === undefined) return;
    notices.tell(t(forGood ? "pairing.deniedForGood" : "pairing.denied", { name }));
    onward({ screen: "tools" });
  }
}
