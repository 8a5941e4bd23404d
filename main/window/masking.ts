/**
 * Masks the names of accounts in everything that the window gets in streamer mode. A new part of the snapshot or a new
 * call that has no entry in its table does not compile.
 */
import type { ClaimsView, ClaimView } from "../../contract/claims.ts";
import type { Failure, Result } from "../../contract/failure.ts";
import type { CallName, Value } from "../../contract/ipc.ts";
import type { BulkView, SignInView } from "../../contract/views/account.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import type { HistoryView } from "../../contract/views/history.ts";
import type { CandidatesView, ImportedView } from "../../contract/views/import.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";

/** "no names": the value holds no name of an account, or only what the user has just entered. */
type Mask<V> = "no names" | ((value: V) => V);

/** The first letter: enough to tell the user's own accounts apart, and no name to a viewer of the screen. */
export function maskedName(name: string): string {
  const [first] = name;
  return first === undefined ? "" : `${first}•••`;
}
/** Stands for a text of which nothing may be seen. */
const HIDDEN = "•••";
const maskedFailure = <F extends Failure>(failure: F): F =>
  "account" in failure ? { ...failure, account: maskedName(failure.account) } : failure;

const maskedIf = <K extends string>(key: K, name: string | undefined): Partial<Record<K, string>> =>
  name === undefined ? {} : ({ [key]: maskedName(name) } as Record<K, string>);
/** Also masks the names of variables, because users name them after their accounts. */
const maskedCandidates = (view: CandidatesView): CandidatesView => ({
  ...view,
  candidates: view.candidates.map((one) => ({
    ...one,
    ...maskedIf("name", one.name),
    ...maskedIf("owner", one.owner),
  })),
});
const maskedImport = (view: ImportedView): ImportedView => ({
  tokens: view.tokens.map((one) => {
    const names = { ...maskedIf("name", one.name), ...maskedIf("called", one.called) };
    return "owner" in one
      ? {
          ...one,
          ...names,
          owner: {
            ...one.owner,
            login: maskedName(one.owner.login),
            user_id: maskedName(one.owner.user_id),
          },
        }
      : { ...one, ...names };
  }),
});
function maskedSignIn(row: SignInView): SignInView {
  const { picture: _picture, ...shown } = row;
  const { alias, note, reason } = row;
  return {
    ...shown,
    user_id: maskedName(row.user_id),
    login: maskedName(row.login),
    displayName: maskedName(row.displayName),
    ...(alias !== undefined && { alias: maskedName(alias) }),
    ...(note !== undefined && { note: HIDDEN }),
    ...(reason !== undefined && { reason: maskedFailure(reason) }),
  };
}
const maskedClaim = (claim: ClaimView): ClaimView =>
  claim.atMs === undefined ? { ...claim, value: maskedName(claim.value) } : claim;
/** Also leaves the JSON out, which holds names in any place. */
const maskedClaims = ({ idToken, now }: ClaimsView): ClaimsView => ({
  idToken: idToken.map(maskedClaim),
  ...(now !== undefined && { now: now.map(maskedClaim) }),
});
const maskedBulk = (bulk: BulkView): BulkView => ({
  ...bulk,
  failures: bulk.failures.map(({ failure, count, names }) => ({
    failure: maskedFailure(failure),
    count,
    names: names.map(maskedName),
  })),
});
function maskedAuthorization(authorization: AuthorizationView): AuthorizationView {
  if (authorization.step === "failed")
    return { ...authorization, failure: maskedFailure(authorization.failure) };
  if (authorization.step !== "confirm") return authorization;
  const { insteadOf, replaces, claims } = authorization;
  return {
    ...authorization,
    user_id: maskedName(authorization.user_id),
    login: maskedName(authorization.login),
    displayName: maskedName(authorization.displayName),
    ...(claims !== undefined && { claims: claims.map(maskedClaim) }),
    ...(insteadOf !== undefined && { insteadOf: maskedName(insteadOf) }),
    ...(replaces?.alias !== undefined && { replaces: { ...replaces, alias: maskedName(replaces.alias) } }),
  };
}

const maskedEntries = <E extends HistoryView>(entries: readonly E[]): readonly E[] =>
  entries.map((entry) =>
    entry.failure === undefined ? entry : { ...entry, failure: maskedFailure(entry.failure) },
  );
/** An export or an import names the accounts that have to sign in again. */
const maskedTransfer = <T extends { readonly needSignIn: readonly string[] }>(view: T | null): T | null =>
  view === null ? null : { ...view, needSignIn: view.needSignIn.map(maskedName) };

const SNAPSHOT_MASKS: { readonly [K in keyof Snapshot]: Mask<Snapshot[K]> } = {
  app: "no names",
  vault: "no names",
  providers: "no names",
  providerFiles: "no names",
  clients: "no names",
  sharedClient: "no names",
  scopes: "no names",
  signIns: (rows) => rows.map(maskedSignIn),
  tools: "no names", // ids of accounts, which the window shows by the masked names of their rows
  pairing: "no names", // the window holds the request back in streamer mode
  proxyLogin: "no names",
  wish: "no names",
  socket: "no names",
  authorizations: (views) => views.map(maskedAuthorization),
  keeper: "no names",
  bulk: (view) => (view === null ? null : maskedBulk(view)),
  settings: "no names",
  streamer: "no names",
  vaultFolder: "no names",
};

const CALL_MASKS: { readonly [K in CallName]: Mask<Value<K>> } = {
  "state.get": "no names", // masked part by part, see above
  "vault.create": "no names",
  "vault.unlock": "no names",
  "vault.retry": "no names",
  "vault.lock": "no names",
  "vault.pause": "no names",
  "vault.reseal": "no names",
  "vault.otherKeychains": "no names",
  "vault.move": "no names",
  "vault.setAside": "no names",
  "vault.export": maskedTransfer,
  "vault.import": maskedTransfer,
  "proxy.logIn": "no names",
  "proxy.decline": "no names",
  "settings.change": "no names",
  "doctor.run": "no names",
  "doctor.copy": "no names",
  "browsers.list": "no names",
  "scopes.list": "no names",
  "sandbox.start": "no names",
  "providers.save": "no names",
  "providers.remove": "no names",
  "providers.discover": "no names",
  "providers.copyRedirect": "no names",
  "providers.openConsole": "no names",
  "providers.copyConsoleField": "no names",
  "clients.save": "no names",
  "clients.remove": "no names",
  "clients.check": "no names",
  "clients.probe": "no names",
  "clients.useShared": "no names",
  "authorization.start": "no names",
  "authorization.show": "no names",
  "authorization.showElsewhere": "no names",
  "authorization.toBrowser": "no names",
  "authorization.copyLink": "no names",
  "authorization.cancel": "no names",
  "authorization.keep": "no names",
  "authorization.copyIdToken": "no names",
  "authorization.discard": "no names",
  "import.read": (view) => (view === null ? null : maskedCandidates(view)),
  "import.check": maskedImport,
  "import.keep": "no names",
  "import.drop": "no names",
  "signIns.validate": "no names",
  "signIns.validateAll": "no names",
  "signIns.refresh": "no names",
  "signIns.copy": "no names",
  "signIns.history": maskedEntries,
  "signIns.claims": maskedClaims,
  "signIns.copyIdToken": "no names",
  "signIns.opens": "no names",
  "signIns.copyClaims": "no names",
  "signIns.copyFact": "no names",
  "signIns.openPage": "no names",
  "signIns.usage": "no names", // tools and scopes
  "signIns.losses": "no names",
  "activity.list": maskedEntries,
  "activity.export": "no names",
  "signIns.rename": "no names",
  "signIns.note": "no names",
  "signIns.pin": "no names",
  "signIns.revoke": "no names",
  "signIns.bulk": "no names",
  "signIns.bulkEnd": "no names",
  "signIns.remove": "no names",
  undo: "no names",
  "tools.create": "no names",
  "tools.copy": "no names",
  "tools.change": "no names",
  "tools.copySnippet": "no names",
  "tools.watch": "no names",
  "tools.remove": "no names",
  "pairing.allow": "no names",
  "pairing.deny": "no names",
  "window.close": "no names",
  "window.drafts": "no names",
  "app.quit": "no names",
  "wish.done": "no names",
  "window.failed": "no names",
};

/** The value of a part of the snapshot, as streamer mode shows it. */
export function maskedPart<K extends keyof Snapshot>(name: K, value: Snapshot[K]): Snapshot[K] {
  const mask: Mask<Snapshot[K]> = SNAPSHOT_MASKS[name];
  return typeof mask === "function" ? mask(value) : value;
}

/** The answer to a call, as streamer mode shows it: failures name accounts, too. */
export function maskedAnswer<K extends CallName>(name: K, answer: Result<Value<K>>): Result<Value<K>> {
  if (!answer.ok) return { ...answer, failure: maskedFailure(answer.failure) };
  const mask: Mask<Value<K>> = CALL_MASKS[name];
  return typeof mask === "function" ? { ...answer, value: mask(answer.value) } : answer;
}
