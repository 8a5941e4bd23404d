/** Copies secrets to the clipboard: from main, read back, and taken away again (design: the desktop). */
import { createHash } from "node:crypto";
import { failed, ok, type Result } from "../contract/failure.ts";
import { Secret } from "../core/secret.ts";
import type { Clock } from "../core/ports.ts";
import type { Clipboard } from "./host.ts";

export const CLEAR_AFTER_MS = 30_000;

export interface Copying {
  /** Fails with `clipboard_failing` when the text cannot be read back: some desktops lose writes of hidden windows. */
  copy(text: Secret): Promise<Result<{ readonly clearsInMs: number }>>;
  /** Text that is no secret: it stays until something else is copied. */
  copyPlain(text: string): Promise<Result<null>>;
  /** Clears now what we put there, if it is still there. */
  clearOurs(): Promise<void>;
}

export function createCopying(clipboard: Clipboard, clock: Clock): Copying {
  // Only a digest is remembered: what was copied may outlive its account here otherwise.
  const digest = (text: string) => createHash("sha256").update(text).digest("base64");
  let ours: string | undefined;
  let cancelTimer: () => void = () => undefined;

  async function clearOurs(): Promise<void> {
    cancelTimer();
    const mine = ours;
    ours = undefined;
    if (mine !== undefined && digest(await clipboard.read()) === mine) await clipboard.clear();
  }

  async function put(text: Secret): Promise<Result<null>> {
    cancelTimer();
    ours = undefined;
    try {
      await clipboard.write(text);
      if (new Secret(await clipboard.read()).equals(text)) return ok(null);
      return failed({ code: "clipboard_failing" });
    } catch (cause) {
      return failed({ code: "clipboard_failing" }, cause);
    }
  }

  return {
    clearOurs,
    copyPlain: (text) => put(new Secret(text)),
    async copy(text) {
      const done = await put(text);
      if (!done.ok) return done;
      ours = digest(text.reveal());
      cancelTimer = clock.after(CLEAR_AFTER_MS, () => void clearOurs().catch(() => undefined));
      return ok({ clearsInMs: CLEAR_AFTER_MS });
    },
  };
}
