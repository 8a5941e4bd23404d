/**
 * The one place where parts meet. Each line uses only lines above it: what is read comes first, what acts comes last.
 * `main/electron/` passes the real host; tests pass theirs.
 */
import type { Handlers } from "../../contract/ipc.ts";
import { createDoctor } from "../diagnostics/doctor.ts";
import { createRows, createSnapshotParts } from "../window/snapshot.ts";
import { createState, type State } from "../window/state.ts";
import { createCalls } from "./calls.ts";
import type { Host } from "./host.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createFoundation } from "./foundation.ts";
import { createSignIns } from "./sign-ins.ts";
import { createTools } from "./tools.ts";

export interface App extends Lifecycle {
  readonly handlers: Handlers;
  readonly state: State;
  /** Takes a link of our own scheme. Any program can open such a link. */
  takeLink(link: string): void;
  /** Brings the window to the pairing request that waits. */
  showPairing(): void;
}

export function compose(host: Host): App {
  const base = createFoundation(host);
  const signIns = createSignIns(host, base);
  const tools = createTools(host, base, signIns);
  const doctor = createDoctor({ ...host, http: base.http }, base.vault, base.providers, tools.link);
  const sources = {
    ...base,
    ...signIns,
    ...tools,
    proxyLogins: host.proxyLogins,
    app: () => ({ ...host.app, unlocked: host.profileLock() !== "held" }),
  };
  const rows = createRows(sources);
  const state = createState(
    createSnapshotParts(sources, rows),
    (id) => rows.of(id),
    () => base.vault.list("sign_in").length,
  );
  const { lock, open, lifecycle } = createLifecycle(host, base, signIns, tools, state);
  return {
    ...lifecycle,
    state,
    handlers: createCalls({ host, base, signIns, tools, doctor, state, lock, open }),
    takeLink: (link) => signIns.authorizations.takeLink(link),
    showPairing: () => tools.navigation.request({ action: "pairing" }),
  };
}
