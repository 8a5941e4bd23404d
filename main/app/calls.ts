/** All calls of the window, each from its domain, behind the dispatcher. */
import type { Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { accountCalls } from "../accounts/calls.ts";
import { transferCalls } from "../accounts/transfer-calls.ts";
import type { Doctor } from "../diagnostics/doctor.ts";
import { registrationCalls } from "../registrations/calls.ts";
import { authorizationCalls } from "../sign-in/calls.ts";
import { toolCalls } from "../tools/calls.ts";
import { vaultCalls } from "../vault/calls.ts";
import type { Lock } from "../vault/lock.ts";
import { windowCalls } from "../window/calls.ts";
import { createDispatcher } from "../window/dispatch.ts";
import type { State } from "../window/state.ts";
import type { Foundation } from "./foundation.ts";
import type { Host } from "./host.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Tools } from "./tools.ts";

export function createCalls(parts: {
  readonly host: Host;
  readonly base: Foundation;
  readonly signIns: SignIns;
  readonly tools: Tools;
  readonly doctor: Doctor;
  readonly state: State;
  readonly lock: Lock;
  readonly open: () => Promise<Result<null>>;
}): Handlers {
  const { host, base, signIns, tools, doctor, state, lock, open } = parts;
  const { lockState, streamer, changes } = base;
  const { keeper, undo } = signIns;
  const push = (): Promise<void> => tools.tableSync.push();
  const calls = {
    ...vaultCalls({ door: base.vault, lock, keychain: host.keychain, open }),
    ...authorizationCalls(signIns),
    ...accountCalls({ ...base, ...signIns, bulk: tools.bulk, push, changed: changes.signIn }),
    ...transferCalls({ ...base, keeper, files: host.files, changed: changes.signIn }),
    ...registrationCalls({ ...base, ...signIns }),
    ...toolCalls({ records: base.vault, grants: tools.grants, pairing: tools.pairing, undo }),
    ...windowCalls({
      ...base,
      ...{ state, doctor, clipboard: signIns.clipboard, navigation: tools.navigation },
      browsers: host.browsers,
      proxyLogins: host.proxyLogins,
      retryRequests: () => keeper.resume(),
    }),
  } satisfies Handlers;
  return createDispatcher(calls, () => ({
    windowLocked: lockState.windowLocked,
    vaultLocked: lockState.vaultLocked,
    masked: streamer.on,
  }));
}
