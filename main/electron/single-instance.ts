/** One instance per profile: two of them would refresh the same one-time tokens. */
import { app } from "electron";
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";

/** An instance that hangs is given forty seconds by Chromium before it is replaced. */
const PATIENCE_SEC = 60;

/**
 * Waits until no other instance is at Chromium's lock, and returns the way to let the next one come to it. By a lock of
 * the kernel's, which is free when its holder ends. Where there can be none (no such program, a full disk), nobody waits.
 */
function takeTurn(profile: string): () => void {
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    const file = openSync(path.join(profile, "start.lock"), "a", 0o600);
    // It locks what is open, which is ours as well, and goes: the lock stays until we close it.
    spawnSync("flock", ["--timeout", String(PATIENCE_SEC), "3"], {
      stdio: ["ignore", "ignore", "ignore", file],
    });
    return () => closeSync(file);
  } catch {
    return () => undefined;
  }
}

/**
 * Whether this is the one; otherwise the one has been told, with our command line, and we go. Chromium's lock is a link
 * that is looked at, taken away and made anew in three steps: of instances that come in one moment, two can get it
 * (ADR 0015). On Linux they come to it one at a time; elsewhere the system sees to it.
 */
export function isTheOne(): boolean {
  const done = process.platform === "linux" ? takeTurn(app.getPath("userData")) : () => undefined;
  try {
    return app.requestSingleInstanceLock();
  } finally {
    done();
  }
}
