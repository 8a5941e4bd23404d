/** What somebody who helps would ask first: runtime, keychain, vault, clock, network. Nothing in it is secret. */
import { rm, writeFile } from "node:fs/promises";
import { arch, release } from "node:os";
import path from "node:path";
import type { DoctorView, ProviderCheck } from "../../contract/views/doctor.ts";
import type { HttpOutcome } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { en } from "../../text/en.ts";
import { sentence } from "../../text/sentence.ts";
import { createWords } from "../../text/words.ts";
import type { SocketLink } from "../tools/socket-link.ts";
import type { Host } from "../app/host.ts";
import { cleaned } from "../../core/redaction.ts";
import type { Vault } from "../vault/types.ts";

const TIMEOUT_MS = 8_000;
/** A keychain that says nothing in this time is reported as that. */
const KEYCHAIN_TIMEOUT_MS = 4_000;

export interface Doctor {
  run(): Promise<DoctorView>;
  /** As text for a bug report, in English whatever the language. */
  report(view: DoctorView): string;
}

export function createDoctor(
  host: Pick<Host, "http" | "keychain" | "network" | "clock" | "app" | "profileFolder" | "profileLock">,
  vault: Vault,
  providers: Providers,
  broker: Pick<SocketLink, "failure">,
): Doctor {
  const { http, keychain, network, clock } = host;

  async function askKeychain(): Promise<DoctorView["keychain"]> {
    const slow = new Promise<undefined>((resolve) =>
      clock.after(KEYCHAIN_TIMEOUT_MS, () => resolve(undefined)),
    );
    const found = await Promise.race([keychain.inspect(), slow]);
    if (found === undefined) return { state: "silent" };
    return found.state === "missing"
      ? { state: "missing", backend: found.backend }
      : { state: found.state, ...found.keychain };
  }

  /** Writes where the vault writes, and takes it away again. */
  async function writable(): Promise<boolean> {
    const file = path.join(host.profileFolder, "vault", ".doctor");
    try {
      await writeFile(file, Buffer.alloc(8192), { mode: 0o600 });
      return true;
    } catch {
      return false;
    } finally {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** Asks without a token: a refusal proves that somebody is there, and its date tells how our clock goes. */
  async function askProvider({ name, validationEndpoint }: Provider): Promise<ProviderCheck> {
    const startedMs = clock.monotonicMs();
    const askedAtMs = clock.nowMs();
    const outcome: HttpOutcome = await http.send({
      method: "GET",
      url: validationEndpoint,
      headers: { accept: "application/json" },
      timeoutMs: TIMEOUT_MS,
    });
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    if (outcome.kind !== "answered")
      return { name, reachable: false, tookMs, what: "cause" in outcome ? outcome.cause : outcome.kind };
    const skewMs = outcome.dateMs === undefined ? undefined : askedAtMs + tookMs / 2 - outcome.dateMs;
    return {
      name,
      reachable: outcome.status < 500,
      tookMs,
      what: String(outcome.status),
      // The date has whole seconds.
      ...(skewMs !== undefined && {
        clockAheadSec: Math.abs(skewMs) < 2_000 ? 0 : Math.round(skewMs / 1000),
      }),
    };
  }

  async function run(): Promise<DoctorView> {
    const [asked, takes, checks] = await Promise.all([
      askKeychain(),
      writable(),
      Promise.all(providers.list().map(askProvider)),
    ]);
    const { state } = vault;
    return {
      atMs: clock.nowMs(),
      app: {
        ...host.app,
        unlocked: host.profileLock() !== "held",
        node: process.versions.node,
        system: `${process.platform} ${arch()} ${release()}`,
      },
      keychain: asked,
      vault: {
        state: state.state,
        ...(state.state === "open" && { sealedBy: state.sealedBy, unreadable: state.unreadable.length }),
        ...("failure" in state && { failure: state.failure }),
        records: (["sign_in", "client", "grant", "tombstone"] as const).reduce(
          (sum, kind) => sum + vault.list(kind).length,
          0,
        ),
        writable: takes,
      },
      online: network.online(),
      providers: checks,
      socket: broker.failure === undefined,
    };
  }

  function report(view: DoctorView): string {
    const { app, keychain: found, vault: box, providers: checks } = view;
    const lines = [
      `Tokenkeep ${app.version}, Electron ${app.electron}, Node ${app.node}`,
      `System: ${app.system}${app.unsandboxed ? ", Chromium's sandbox off (root)" : ""}`,
      ...(app.unlocked ? ["Profile: no lock keeps another Tokenkeep out"] : []),
      `Keychain: ${found.state}${"name" in found ? `, ${found.name}` : ""}${"backend" in found ? ` (${found.backend})` : ""}`,
      `Vault: ${box.state}, ${String(box.records)} records, ${String(box.unreadable ?? 0)} unreadable, ${box.writable ? "disk takes writes" : "disk does not take writes"}`,
      ...(box.sealedBy === undefined
        ? []
        : [
            `Sealed by: ${[box.sealedBy.keychain?.name, box.sealedBy.passphrase ? "a passphrase" : undefined].filter(Boolean).join(" and ")}`,
          ]),
      ...(box.failure === undefined
        ? []
        : [`Vault failure: ${box.failure.code}. ${sentence(box.failure, createWords("en", en))}`]),
      `Network: ${view.online ? "connected" : "not connected"}`,
      ...checks.map(
        ({ name, reachable, tookMs, what, clockAheadSec }) =>
          `${name}: ${reachable ? "reachable" : "not reachable"} (${what}, ${String(tookMs)} ms)${clockAheadSec === undefined ? "" : `, our clock is ${String(clockAheadSec)} s ahead`}`,
      ),
      `Local socket: ${view.socket ? "open" : `not open (${broker.failure?.code ?? "tried again"})`}`,
    ];
    return cleaned(`${lines.join("\n")}\n`);
  }
  return { run, report };
}
