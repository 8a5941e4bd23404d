/** The window's state and actions, put together once and handed to all components. */
import { createContext } from "svelte";
import type { RendererApi } from "../../contract/ipc.ts";
import { AuthorizationActions } from "./actions/authorizations.ts";
import { FrameActions } from "./actions/frame.svelte.ts";
import { ImportActions } from "./actions/imports.ts";
import { ClientActions, ProviderActions } from "./actions/registrations.ts";
import { SettingsActions } from "./actions/settings.ts";
import { SignInActions } from "./actions/sign-ins.ts";
import { ToolActions } from "./actions/tools.ts";
import { UndoActions } from "./actions/undo.ts";
import { VaultActions } from "./actions/vault.ts";
import { Listing } from "./listing.svelte.ts";
import { Notices } from "./notices.svelte.ts";
import { Route } from "./route.svelte.ts";
import { Session } from "./session.svelte.ts";
import { Wishes } from "./wishes.svelte.ts";

export type WindowState = ReturnType<typeof createWindowState>;

export function createWindowState(api: RendererApi) {
  const notices = new Notices();
  const route = new Route();
  const listing = new Listing();
  const session = new Session(api, notices, listing);
  const undo = new UndoActions(session, notices);
  return {
    session,
    notices,
    route,
    listing,
    wishes: new Wishes(session, route),
    vaultActions: new VaultActions(session, notices),
    frameActions: new FrameActions(session),
    settingsActions: new SettingsActions(session, notices),
    signInActions: new SignInActions({ session, notices, route, listing, undo }),
    authorizationActions: new AuthorizationActions(session, notices, route),
    clientActions: new ClientActions(session, notices, undo),
    providerActions: new ProviderActions(session, notices),
    toolActions: new ToolActions({ session, notices, route, undo }),
    importActions: new ImportActions(session, notices, route),
  };
}

export const [windowInContext, provideWindow] = createContext<WindowState>();
