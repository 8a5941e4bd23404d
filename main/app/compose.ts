/**
 * Builds the app from its parts. Each line uses only lines above it: parts that are read come first, parts that act
 * last. `main/electron/` passes the real host; tests pass theirs.
 */
import type { Handlers } from "../../contract/ipc.ts";
import type { Picture } from "../accounts/pictures/pictures.ts";
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
  /** The picture of a sign-in's account, for the window; undefined: there is none, or it may not be seen now. */
  picture(signIn: string): Promise<Picture | undefined>;
  /** Brings the window to the pairing request that waits. */
  showPairing(): void;
}

export function compose(host: Host): App {
  const foundation = createFoundation(host);
  const signIns = createSignIns(host, foundation);
  const tools = createTools(host, foundation, signIns);
  const doctor = createDoctor(
    { ...host, http: foundation.http },
    foundation.vault,
    foundation.providers,
    tools.link,
  );
  const snapshotSources = {
    ...foundation,
    ...signIns,
    ...tools,
    proxyLogins: host.proxyLogins,
    app: () => ({ ...host.app, unlocked: host.profileLock() !== "held" }),
  };
  const rows = createRows(snapshotSources);
  const state = createState(
    createSnapshotParts(snapshotSources, rows),
    (id) => rows.of(id),
    () => foundation.vault.list("sign_in").length,
  );
  const { lock, open, lifecycle } = createLifecycle(host, foundation, signIns, tools, state);
  return {
    ...lifecycle,
    state,
    handlers: createCalls({ host, foundation, signIns, tools, doctor, state, lock, open }),
    picture: (signIn) => signIns.pictures.of(signIn),
    takeLink: (link) => signIns.authorizations.takeLink(link),
    showPairing: () => tools.navigation.request({ action: "pairing" }),
  };
}
