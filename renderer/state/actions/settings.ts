/** Settings, the doctor, and what a proxy asks. */
import type { Argument } from "../../../contract/ipc.ts";
import type { Settings } from "../../../contract/settings.ts";
import type { DoctorView } from "../../../contract/views/doctor.ts";
import { t } from "../../text/t.ts";
import type { Notices } from "../notices.svelte.ts";
import type { OnFailure, Session } from "../session.svelte.ts";

export class SettingsActions {
  readonly #session: Session;
  readonly #notices: Notices;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
  }

  /**
   * Changes some settings and leaves the others.
   * @param notice the notice once they are saved
   */
  async change(part: Partial<Settings>, notice?: string, onFailure?: OnFailure): Promise<void> {
    const { api, snapshot } = this.#session;
    if (snapshot === undefined) return;
    const next = { ...snapshot.settings, ...part };
    const done = await this.#session.call("settings", () => api["settings.change"](next), onFailure);
    if (done !== undefined && notice !== undefined) this.#notices.tell(notice);
  }
  /** Turns streamer mode on, or off again. Where OBS turned it on, it stays off until the user wants it back. */
  async toggleStreamer(): Promise<void> {
    const { api, snapshot } = this.#session;
    if (snapshot === undefined) return;
    const { settings, streamer: on } = snapshot;
    const streamer = !on ? "on" : settings.streamer === "on" ? "auto" : "off";
    await this.#session.call("streamer", () => api["settings.change"]({ ...settings, streamer }));
  }

  async runDoctor(): Promise<DoctorView | undefined> {
    return this.#session.call("doctor", () => this.#session.api["doctor.run"]());
  }
  /** Copies the last run of the doctor as text. */
  async copyReport(): Promise<void> {
    const done = await this.#session.call("report", () => this.#session.api["doctor.copy"]());
    if (done !== undefined) this.#notices.tell(t("settings.copied"));
  }

  async logInAtProxy(login: Argument<"proxy.logIn">, onFailure: OnFailure): Promise<void> {
    await this.#session.call("proxy", () => this.#session.api["proxy.logIn"](login), onFailure);
  }
  async declineProxy(id: string): Promise<void> {
    await this.#session.call("proxy", () => this.#session.api["proxy.decline"](id));
  }
}
