/** Builds the parts that make, keep and end sign-ins. */
import path from "node:path";
import { createClaims } from "../accounts/claims.ts";
import { createImporting } from "../accounts/import.ts";
import { createPictures } from "../accounts/pictures/pictures.ts";
import { createActivity } from "../accounts/activity.ts";
import { createPlaces } from "../accounts/places.ts";
import { createTokenCopies } from "../accounts/token-copies.ts";
import { createTokenClipboard } from "../desktop/clipboard.ts";
import { createKeeper } from "../keeper/keeper.ts";
import { createClients } from "../registrations/clients.ts";
import { createConsole } from "../registrations/console.ts";
import { createCustomProviders } from "../registrations/custom-providers.ts";
import { createSandbox } from "../registrations/sandbox.ts";
import { createSharedClient } from "../registrations/shared-client.ts";
import { createAuthorizations } from "../sign-in/authorizations.ts";
import { createUndo, withFreeAlias } from "../vault/undo.ts";
import type { Host } from "./host.ts";
import type { Foundation } from "./foundation.ts";

export function createSignIns(host: Host, foundation: Foundation) {
  const { changes, vault, settings, lockState, providers, history, http, clock, log, shutdown } = foundation;
  const keeper = createKeeper(
    { ...foundation, records: vault, vaultIsOpen: () => lockState.vaultOpen },
    changes.signIn,
  );
  const tokenClipboard = createTokenClipboard(host.clipboard, clock, {
    log,
    clearAfterMs: () => settings.current.clearClipboardAfterSec * 1000,
    mayCopy: () => lockState.unlocked && !shutdown.begun,
  });
  const copies = createTokenCopies({ keeper, lockState, tokenClipboard, history });
  const openInBrowser = (url: string): Promise<boolean> => host.openInBrowser(url, settings.current.browser);
  const developerConsole = createConsole(providers, host.random, openInBrowser, tokenClipboard);
  const authorizations = createAuthorizations(
    {
      ...foundation,
      openUserAgent: host.openUserAgent,
      openInBrowser,
      linksReachUs: host.linksReachUs,
      translator: host.translator,
    },
    keeper,
    changes.signIn,
  );
  const clients = createClients(foundation, changes.signIn, (client) => keeper.clientChanged(client));
  const sharedClient = createSharedClient({ ...foundation, read: host.sharedRegistration }, changes.part);
  const customProviders = createCustomProviders(
    path.join(host.profileFolder, "providers"),
    foundation,
    (id) => {
      keeper.providerChanged(id);
      changes.signIn();
    },
  );
  const sandbox = createSandbox(host, vault, providers, changes.signIn);
  const importing = createImporting({ ...host, ...foundation }, keeper, () => lockState.unlocked);
  const places = createPlaces({
    ...{ keeper, providers, tokenClipboard },
    openInBrowser: (url) => host.openInBrowser(url, settings.current.browser),
  });
  const claims = createClaims(providers, http, keeper);
  const pictures = createPictures({
    ...foundation,
    keeper,
    fetchPicture: host.fetchPicture,
    shown: () => settings.current.pictures && !lockState.hidden && !foundation.streamer.on,
  });
  changes.on({ settings: () => settings.current.pictures || pictures.forget() });
  const undo = createUndo(async (record) => {
    if (record.kind === "sign_in")
      return keeper.store(withFreeAlias(record, vault.list("sign_in")), "restored");
    const written = await vault.write(record);
    if (written.ok && record.kind === "client") keeper.clientChanged(record.id);
    return written;
  }, clock);
  return {
    keeper,
    tokenClipboard,
    activity: createActivity({ vault, keeper, history }),
    copies,
    authorizations,
    clients,
    developerConsole,
    sharedClient,
    customProviders,
    sandbox,
    importing,
    claims,
    pictures,
    places,
    undo,
  };
}
export type SignIns = ReturnType<typeof createSignIns>;
