/** The window's calls about itself: its state, the settings, the doctor, proxies, navigation. */
import { failed, ok } from "../../contract/failure.ts";
import { toJson, type Handlers } from "../../contract/ipc.ts";
import type { DoctorView } from "../../contract/views/doctor.ts";
import type { BrowserView } from "../../contract/views/provider.ts";
import type { Log } from "../../core/ports.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Doctor } from "../diagnostics/doctor.ts";
import type { ProxyLogins } from "../net/proxy-login.ts";
import type { SettingsStore } from "../storage/settings.ts";
import type { Vault } from "../vault/types.ts";
import type { FramePort } from "./frame/port.ts";
import type { Navigation } from "./navigation.ts";
import type { State } from "./state.ts";

interface Parts {
  readonly vault: Vault;
  readonly state: State;
  readonly settings: SettingsStore;
  readonly doctor: Doctor;
  readonly tokenClipboard: TokenClipboard;
  readonly navigation: Navigation;
  readonly browsers: () => Promise<readonly BrowserView[]>;
  readonly proxyLogins: ProxyLogins | undefined;
  readonly frame: FramePort;
  readonly log: Log;
  /** Sends requests again that failed because a proxy had no login. */
  readonly retryRequests: () => void;
}

export function windowCalls({
  vault,
  state,
  settings,
  doctor,
  tokenClipboard,
  navigation,
  proxyLogins,
  ...rest
}: Parts) {
  let lastRun: DoctorView | undefined;
  return {
    "state.get": () => Promise.resolve(ok(toJson(state.snapshot()))),
    "settings.change": (changed) =>
      // Otherwise anybody at a locked window could switch the lock off.
      vault.state.state === "locked"
        ? Promise.resolve(failed({ code: "vault_locked" }))
        : settings.change(changed),
    async "doctor.run"() {
      lastRun = await doctor.run();
      return ok(lastRun);
    },
    async "doctor.copy"() {
      lastRun ??= await doctor.run();
      return tokenClipboard.copyPlain(doctor.report(lastRun));
    },
    "browsers.list": async () => ok(await rest.browsers()),

    "proxy.logIn"({ id, username, password }) {
      const answer = proxyLogins?.answer(id, username, password);
      if (answer?.ok === true) rest.retryRequests();
      return Promise.resolve(answer ?? failed({ code: "proxy_login_gone" }));
    },
    "proxy.decline": (id) =>
      Promise.resolve(proxyLogins?.answer(id, undefined, "") ?? failed({ code: "proxy_login_gone" })),

    "window.close"(answer) {
      rest.frame.answerClosing(answer);
      return Promise.resolve(ok(null));
    },
    "window.drafts"(has) {
      rest.frame.setDrafts(has);
      return Promise.resolve(ok(null));
    },
    "app.quit"() {
      rest.frame.quit();
      return Promise.resolve(ok(null));
    },
    "wish.done"(id) {
      navigation.done(id);
      return Promise.resolve(ok(null));
    },
    "window.failed"(facts) {
      rest.log.error("window.failed", facts);
      return Promise.resolve(ok(null));
    },
  } satisfies Partial<Handlers>;
}
