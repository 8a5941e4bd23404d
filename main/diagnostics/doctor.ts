/**
 * Diagnoses what a user who helps would ask first: runtime, keychain, vault, clock, network. The report holds no
 * secret.
 */
import { rm, writeFile } from "node:fs/promises";
import { arch, release } from "node:os";
import path from "node:path";
import type { DoctorView, ProviderCheck } from "../../contract/views/doctor.ts";
import type { Clock, HttpClient, HttpOutcome, Network } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { cleaned } from "../../core/redaction.ts";
import { en } from "../../text/en.ts";
import { sentence } from "../../text/sentence.ts";
import { createWords } from "../../text/words.ts";
import type { SocketLink } from "../tools/socket-link.ts";
import type { Keychain, RecordStore, VaultDoor } from "../vault/types.ts";

const TIMEOUT_MS = 8_000;
/** A keychain that does not answer within this time is reported as silent. */
const KEYCHAIN_TIMEOUT_MS = 4_000;

export interface Doctor {
  run(): Promise<DoctorView>;
  /** The text for a bug report; always in English. */
  report(view: DoctorView): string;
}

interface DoctorParts {
  readonly http: HttpClient;
  readonly keychain: Keychain;
  readonly network: Network;
  readonly clock: Clock;
  readonly app: { readonly version: string; readonly electron: string; readonly unsandboxed: boolean };
  readonly profileFolder: string;
  readonly profileLock: () => "held" | "unavailable" | "taken";
}
/** The doctor reads the vault's state, and counts its records. */
type DiagnosedVault = Pick<VaultDoor, "state"> & Pick<RecordStore, "list">;

async function checkKeychain({ keychain, clock }: DoctorParts): Promise<DoctorView["keychain"]> {
  const slow = new Promise<undefined>((resolve) =>
    clock.after(KEYCHAIN_TIMEOUT_MS, () => resolve(undefined)),
  );
  const found = await Promise.race([keychain.inspect(), slow]);
  if (found === undefined) return { state: "silent" };
  return found.state === "missing"
    ? { state: "missing", backend: found.backend }
    : { state: found.state, ...found.keychain };
}

/** Writes a file where the vault writes, and deletes it. */
async function isWritable({ profileFolder }: DoctorParts): Promise<boolean> {
  const file = path.join(profileFolder, "vault", ".doctor");
  try {
    await writeFile(file, Buffer.alloc(8192), { mode: 0o600 });
    return true;
  } catch {
    return false;
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/**
 * Sends a validation without a token: a refusal proves that the provider is reachable, and the date of the answer shows
 * whether this computer's clock is right.
 */
async function checkProvider(
  { http, clock }: DoctorParts,
  { name, validationEndpoint }: Provider,
): Promise<ProviderCheck> {
  const startedMs = clock.monotonicMs();
  const sentAtMs = clock.nowMs();
  const outcome: HttpOutcome = await http.send({
    method: "GET",
    url: validationEndpoint,
    headers: { accept: "application/json" },
    timeoutMs: TIMEOUT_MS,
  });
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  if (outcome.kind !== "answered")
    return { name, reachable: false, tookMs, what: "cause" in outcome ? outcome.cause : outcome.kind };
  const skewMs = outcome.dateMs === undefined ? undefined : sentAtMs + tookMs / 2 - outcome.dateMs;
  return {
    name,
    reachable: outcome.status < 500,
    tookMs,
    what: String(outcome.status),
    // The date of an HTTP answer has whole seconds, so a difference below two seconds counts as none.
    ...(skewMs !== undefined && {
      clockAheadSec: Math.abs(skewMs) < 2_000 ? 0 : Math.round(skewMs / 1000),
    }),
  };
}

function vaultCheck(vault: DiagnosedVault, writable: boolean): DoctorView["vault"] {
  const { state } = vault;
  return {
    state: state.state,
    ...(state.state === "open" && { sealedBy: state.sealedBy, unreadable: state.unreadable.length }),
    ...("failure" in state && { failure: state.failure }),
    records: (["sign_in", "client", "grant", "tombstone"] as const).reduce(
      (sum, kind) => sum + vault.list(kind).length,
      0,
    ),
    writable,
  };
}

function report(view: DoctorView, socketFailure: SocketLink["failure"]): string {
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
    `Local socket: ${view.socket ? "open" : `not open (${socketFailure?.code ?? "tried again"})`}`,
  ];
  return cleaned(`${lines.join("\n")}\n`);
}

/** `link`: the app's end of the local socket. */
export function createDoctor(
  parts: DoctorParts,
  vault: DiagnosedVault,
  providers: Providers,
  link: Pick<SocketLink, "failure">,
): Doctor {
  return {
    async run() {
      const [keychain, writable, checks] = await Promise.all([
        checkKeychain(parts),
        isWritable(parts),
        Promise.all(providers.list().map((provider) => checkProvider(parts, provider))),
      ]);
      return {
        atMs: parts.clock.nowMs(),
        app: {
          ...parts.app,
          unlocked: parts.profileLock() !== "held",
          node: process.versions.node,
          system: `${process.platform} ${arch()} ${release()}`,
        },
        keychain,
        vault: vaultCheck(vault, writable),
        online: parts.network.online(),
        providers: checks,
        socket: link.failure === undefined,
      };
    },
    report: (view) => report(view, link.failure),
  };
}
