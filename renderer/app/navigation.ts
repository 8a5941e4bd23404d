/** The screens of the navigation, with their icons. */
import ActivityIcon from "@lucide/svelte/icons/activity";
import AppWindow from "@lucide/svelte/icons/app-window";
import KeyRound from "@lucide/svelte/icons/key-round";
import Plug from "@lucide/svelte/icons/plug";
import SettingsIcon from "@lucide/svelte/icons/settings";
import type { Component } from "svelte";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import type { Screen } from "../state/route.svelte.ts";
import { t } from "../text/t.ts";

export interface Entry {
  readonly place: { readonly screen: Screen };
  readonly label: string;
  /** How many things the screen lists; 0 is not shown. */
  readonly count: number;
  readonly Icon: Component<{ class?: string; "aria-hidden"?: "true" }>;
}

export function entriesOf({ vault, signIns, tools, clients }: Snapshot): readonly Entry[] {
  const accounts = vault.state === "opening" ? 0 : signIns.length;
  return [
    { place: { screen: "accounts" }, label: t("app.accounts"), count: accounts, Icon: KeyRound },
    { place: { screen: "tools" }, label: t("app.tools"), count: tools.length, Icon: Plug },
    { place: { screen: "clients" }, label: t("app.clients"), count: clients.length, Icon: AppWindow },
    { place: { screen: "activity" }, label: t("app.activity"), count: 0, Icon: ActivityIcon },
    { place: { screen: "settings" }, label: t("app.settings"), count: 0, Icon: SettingsIcon },
  ];
}
