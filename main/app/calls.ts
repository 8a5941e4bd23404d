/**
 * Collects the calls of the window from their domains, and puts the lock and the masks in front of them (dispatch.ts).
 */
import type { Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import { accountCalls } from "../accounts/calls.ts";
import { transferCalls } from "../accounts/transfer-calls.ts";
import type { Doctor } from "../diagnostics/doctor.ts";
import { registrationCalls } from "../registrations/calls.ts";
import { authorizationCalls } from "../sign-in/calls.ts";
import { toolCalls } from "../tools/calls.ts";
import { tokenUsageCalls } from "../tools/token-usage.ts";
import { vaultCalls } from "../vault/calls.ts";
import type { Lock } from "../vault/lock.ts";
import { windowCalls } from "../window/calls.ts";
import { createDispatcher } from "../window/dispatch.ts";
import type { State } from "../window/state.ts";
import type { Foundation } from "./foundation.ts";
import type { Host } from "./host.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Tools } from "./tools.ts";

export function createCalls({
  host,
  foundation,
  signIns,
  tools,
  doctor,
  state,
  lock,
  open,
}: {
  readonly host: Host;
  readonly foundation: Foundation;
  readonly signIns: SignIns;
  readonly tools: Tools;
  readonly doctor: Doctor;
  readonly state: State;
  readonly lock: Lock;
  readonly open: () => Promise<Result<null>>;
}): Handlers {
  const { lockState, streamer, changes } = foundation;
  const { keeper } = signIns;
  const syncTable = (): Promise<void> => tools.tableSync.push();
  const calls = {
    ...vaultCalls({ door: foundation.vault, lock, keychain: host.keychain, open }),
    ...authorizationCalls(signIns),
    ...accountCalls({ ...foundation, ...signIns, bulk: tools.bulk, syncTable, changed: changes.signIn }),
    ...transferCalls({
      ...foundation,
      keeper,
      activity: signIns.activity,
      files: host.files,
      changed: changes.signIn,
    }),
    ...registrationCalls({ ...foundation, ...signIns }),
    ...toolCalls({ ...signIns, ...tools, records: foundation.vault }),
    ...tokenUsageCalls({ ...foundation, ...tools }),
    ...windowCalls({
      ...foundation,
      state,
      doctor,
      tokenClipboard: signIns.tokenClipboard,
      navigation: tools.navigation,
      browsers: host.browsers,
      proxyLogins: host.proxyLogins,
      frame: host.frame,
      retryRequests: () => keeper.resume(),
    }),
  } satisfies Handlers;
  return createDispatcher(calls, () => ({
    windowLocked: lockState.windowLocked,
    vaultLocked: lockState.vaultLocked,
    masked: streamer.on,
  }));
}
