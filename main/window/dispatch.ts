/** What each call of the window does. Arguments are parsed before they come here (main/electron/ipc.ts). */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { toJson, type CallName, type CopyForm, type Handlers } from "../../contract/ipc.ts";
import type { SignInRecord } from "../../core/accounts/records.ts";
import type { DoctorView } from "../../contract/views/doctor.ts";
import type { ActivityView } from "../../contract/views/history.ts";
import { offeredScopes } from "../../core/scopes/catalogue.ts";
import type { Providers } from "../../core/providers/registry.ts";
import { Secret } from "../../core/secret.ts";
import { accountKey } from "../../core/accounts/records.ts";
import type { Broker } from "../tools/answers.ts";
import type { Bulk } from "../accounts/bulk.ts";
import type { Claims } from "../accounts/claims.ts";
import type { Clients } from "../registrations/clients.ts";
import type { Copying } from "../desktop/clipboard.ts";
import type { Doctor } from "../diagnostics/doctor.ts";
import type { LockState } from "../vault/lock-state.ts";
import type { Lock } from "../vault/lock.ts";
import type { History, HistoryEntry } from "../accounts/history.ts";
import type { Importing } from "../accounts/import.ts";
import type { Host } from "../app/host.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { OwnProviders } from "../registrations/custom-providers.ts";
import type { Pairing } from "../tools/pairing.ts";
import type { Sandbox } from "../registrations/sandbox.ts";
import type { Authorizations } from "../sign-in/authorizations.ts";
import type { Tools } from "../tools/grants.ts";
import type { SettingsStore } from "../storage/settings.ts";
import {
  maskedCandidates,
  maskedClaims,
  maskedFailure,
  maskedImport,
  maskedName,
  maskedResult,
  type Streamer,
} from "../desktop/streamer-mode.ts";
import { PASSPHRASE_MIN_LENGTH } from "../vault/keys/passphrase.ts";
import { exportVault, importVault } from "../vault/transfer.ts";
import type { Undo } from "../vault/undo.ts";
import type { Vault } from "../vault/types.ts";
import type { State } from "./state.ts";
import type { Wishes } from "./navigation.ts";

interface Parts {
  readonly vault: Vault;
  readonly keeper: Keeper;
  readonly authorizations: Authorizations;
  readonly copying: Copying;
  readonly sandbox: Sandbox;
  readonly tools: Tools;
  readonly pairing: Pairing;
  readonly wishes: Wishes;
  readonly clients: Clients;
  readonly ownProviders: OwnProviders;
  readonly providers: Providers;
  readonly importing: Importing;
  readonly broker: Broker;
  readonly lock: Lock;
  readonly lockState: LockState;
  readonly claims: Claims;
  readonly doctor: Doctor;
  readonly bulk: Bulk;
  readonly undo: Undo;
  readonly history: History;
  readonly settings: SettingsStore;
  readonly streamer: Streamer;
  readonly host: Pick<Host, "files" | "clock" | "random" | "browsers" | "keychain" | "log" | "proxyLogins">;
  readonly state: State;
  readonly changed: (signIn?: string) => void;
  /** Opens the vault, if the keychain lets it, and starts what waits for that. */
  readonly open: () => Promise<Result<null>>;
}

/** The forms a token is pasted in (TA §15): bare, for IRC, for a header, for a file of settings. */
function copyText(record: SignInRecord, token: Secret, form: CopyForm): Secret {
  switch (form) {
    case "token":
      return token;
    case "oauth":
      return new Secret(`oauth:${token.reveal()}`);
    case "bearer":
      return new Secret(`Bearer ${token.reveal()}`);
    case "env":
      return new Secret(
        [
          `CLIENT_ID=${record.client_id}`,
          `ACCESS_TOKEN=${token.reveal()}`,
          `USER_ID=${record.user_id}`,
          `LOGIN=${record.login}`,
          "",
        ].join("\n"),
      );
  }
}

/** Lines of the activity; each account's own history goes further back. */
const ACTIVITY_SHOWN = 500;

/** All that a window which is locked may ask for: to be unlocked, or to begin anew without what it hides. */
const BEHIND_WINDOW_LOCK: readonly CallName[] = [
  "state.get",
  "vault.unlock",
  "vault.setAside",
  "window.failed",
  "proxy.logIn", // it hides nothing, and tools wait for it
  "proxy.decline",
];
/** And while the vault is: what is about the app and its computer, not about anybody's accounts. */
const WHILE_LOCKED: readonly CallName[] = [
  ...BEHIND_WINDOW_LOCK,
  "vault.retry",
  "vault.lock",
  "doctor.run",
  "doctor.copy",
  "browsers.list",
  "scopes.list",
];

export function createHandlers(parts: Parts): Handlers {
  const all = createAll(parts);
  const { lockState, vault } = parts;
  const lockedFor = (name: CallName): boolean =>
    lockState.windowLocked
      ? !BEHIND_WINDOW_LOCK.includes(name)
      : vault.state.state === "locked" && !WHILE_LOCKED.includes(name);
  const guarded: Record<string, unknown> = {};
  for (const [name, handler] of Object.entries(all) as [CallName, (_: never) => Promise<Result<unknown>>][])
    guarded[name] = async (argument: never) => {
      if (lockedFor(name)) return failed({ code: "vault_locked" });
      const answer = await handler(argument);
      // It was locked meanwhile: that something was done may be said, and nothing of what it was done to.
      if (lockedFor(name) && name !== "vault.lock" && !(answer.ok && answer.value === null))
        return failed({ code: "vault_locked" });
      return parts.streamer.on ? maskedResult(answer) : answer;
    };
  return guarded as unknown as Handlers;
}

function createAll(parts: Parts): Handlers {
  const { vault, lock, lockState, keeper, authorizations, copying, sandbox, tools, clients, broker, state } =
    parts;
  const { claims, doctor, history, settings, streamer, bulk, undo, host, changed } = parts;
  const { ownProviders, providers, importing, pairing, wishes } = parts;
  let lastRun: DoctorView | undefined;
  let importFile: string | undefined;
  /** The dialogs of the system stay open over a vault, or a window, that locks meanwhile. */
  const atHand = (): boolean => lockState.unlocked;
  /** A token that left must not be handed out by the worker either, once the caller has its answer. */
  const pushed = async <V>(result: Promise<Result<V>>): Promise<Result<V>> => {
    const answer = await result;
    await broker.push();
    return answer;
  };

  /** An alias names one account for tools, so no two accounts have the same. */
  async function rename(id: string, alias: string): Promise<Result<null>> {
    const record = keeper.watches.current(id);
    if (record === undefined) return failed({ code: "account_unknown" });
    const taken = keeper.watches
      .all()
      .some(
        (other) =>
          other.id !== id &&
          (other.alias === alias || (other.login === alias && accountKey(other) !== accountKey(record))),
      );
    if (alias !== "" && taken) return failed({ code: "alias_taken", alias });
    const answer = await keeper.rename(id, alias === "" ? undefined : alias);
    await broker.push();
    return answer;
  }

  const shown = (failure: Failure): Failure => (streamer.on ? maskedFailure(failure) : failure);
  const shownNames = <V extends { readonly needSignIn: readonly string[] }>(answer: Result<V>): Result<V> =>
    answer.ok && streamer.on
      ? ok({ ...answer.value, needSignIn: answer.value.needSignIn.map(maskedName) })
      : answer;

  /** Copies what is no access token, and nothing while hand-outs are stopped. */
  async function copyToken(token: Result<Secret>): Promise<Result<{ readonly clearsInMs: number }>> {
    if (!lockState.handsOut)
      return failed({ code: vault.state.state === "open" ? "vault_paused" : "vault_locked" });
    return token.ok ? copying.copy(token.value) : token;
  }

  /** Names are not written down; they are put back here. */
  function named({ signIn, atMs, what, tool, count = 1, failure }: HistoryEntry): ActivityView {
    const name = tool === undefined ? undefined : vault.get("grant", tool)?.name;
    const account = keeper.watches.current(signIn)?.login ?? "";
    return {
      signIn,
      atMs,
      what,
      count,
      ...(name !== undefined && { tool: name }),
      ...(failure !== undefined && { failure: shown({ account, ...failure } as Failure) }),
    };
  }

  return {
    "state.get": () => Promise.resolve(ok(toJson(state.snapshot()))),

    "vault.create": ({ passphrase }) => lock.opening(() => vault.create(new Secret(passphrase))),
    "vault.unlock": ({ passphrase }) => lock.unlock(new Secret(passphrase)),
    "vault.retry": () => parts.open(),
    "vault.lock": (what) => lock.lock(what),
    "vault.pause": (paused) => lock.pause(paused),
    "vault.reseal": ({ keychain, passphrase, current }) =>
      lock.reseal({
        keychain,
        passphrase: typeof passphrase === "string" ? passphrase : new Secret(passphrase.new),
        ...(current !== undefined && { current: new Secret(current) }),
      }),
    "vault.otherKeychains": async () => ok(await host.keychain.others()),
    async "vault.move"({ backend, current }) {
      const others = await host.keychain.others();
      if (others.every((other) => other.backend !== backend)) return failed({ code: "keychain_missing" });
      const begun = await vault.move(backend, new Secret(current));
      if (begun.ok) host.keychain.restart();
      return begun;
    },
    "vault.setAside": () => lock.setAside(),
    async "vault.export"({ passphrase, current }) {
      if (passphrase.length < PASSPHRASE_MIN_LENGTH)
        return failed({ code: "passphrase_too_short", minLength: PASSPHRASE_MIN_LENGTH });
      const owner = await vault.verify(current === undefined ? undefined : new Secret(current));
      if (!owner.ok) return owner;
      const day = new Date(host.clock.nowMs()).toISOString().slice(0, 10);
      const file = await host.files.save(`tokenkeep-${day}.tokenkeep`);
      if (file === undefined) return ok(null);
      if (!atHand()) return failed({ code: "vault_locked" });
      return shownNames(await exportVault(vault, keeper.watches.all(), file, new Secret(passphrase), host));
    },
    async "vault.import"({ passphrase, sameFile }) {
      const file = sameFile && importFile !== undefined ? importFile : await host.files.open("export");
      if (file === undefined) return ok(null);
      importFile = file;
      if (!atHand()) return failed({ code: "vault_locked" });
      const answer = await importVault(vault, file, new Secret(passphrase), host.random, (record) =>
        keeper.adopt(record, "imported"),
      );
      changed();
      void keeper.validateAll(); // with many it takes a while; what comes of it is in the rows
      return shownNames(answer);
    },

    "settings.change": (changed) =>
      Promise.resolve(
        // Or whoever stands before a locked vault could see to it that it is not locked the next time.
        vault.state.state === "locked" ? failed({ code: "vault_locked" }) : settings.change(changed),
      ),
    async "doctor.run"() {
      lastRun = await doctor.run();
      return ok(lastRun);
    },
    async "doctor.copy"() {
      lastRun ??= await doctor.run();
      return copying.copyPlain(doctor.report(lastRun));
    },

    "browsers.list": async () => ok(await host.browsers()),

    "scopes.list": () => Promise.resolve(ok(offeredScopes())),

    async "sandbox.start"() {
      const client = await sandbox.start();
      return client.ok ? ok({ client: client.value.id }) : client;
    },

    "providers.save": ({ form, change }) => ownProviders.save(form, change),
    "providers.remove": (id) => ownProviders.remove(id),
    "providers.discover": ({ issuer }) => ownProviders.discover(issuer),
    "providers.copyRedirect"({ provider, at }) {
      const uri = providers.get(provider)?.redirectUris[at];
      return uri === undefined
        ? Promise.resolve(failed({ code: "provider_unknown", provider }))
        : copying.copyPlain(uri);
    },

    "clients.save": (form) => clients.save(form),
    "clients.remove": (id) => undo.removing(vault.get("client", id), () => clients.remove(id)),

    "clients.check": (id) => clients.check(id),

    "proxy.logIn"({ id, username, password }) {
      const answer = parts.host.proxyLogins?.answer(id, username, password);
      if (answer?.ok === true) keeper.resume(); // what waited too long is tried again
      return Promise.resolve(answer ?? failed({ code: "proxy_login_gone" }));
    },
    "proxy.decline": (id) =>
      Promise.resolve(
        parts.host.proxyLogins?.answer(id, undefined, "") ?? failed({ code: "proxy_login_gone" }),
      ),

    "authorization.start": (question) => authorizations.start(question),
    "authorization.show": (id) => authorizations.show(id),
    "authorization.showElsewhere": (id) => authorizations.showElsewhere(id),
    "authorization.copyLink"(id) {
      const link = authorizations.link(id);
      return link.ok ? copying.copyPlain(link.value) : Promise.resolve(link);
    },
    "authorization.toBrowser": (id) => authorizations.toBrowser(id),
    "authorization.cancel": (id) => authorizations.cancel(id),
    "authorization.keep": ({ id, beside }) => authorizations.keep(id, beside),
    "authorization.copyIdToken": (id) => copyToken(authorizations.idToken(id)),
    "authorization.discard": (id) => authorizations.discard(id),

    async "import.read"(question) {
      const read = await importing.read(question);
      return read.ok && read.value !== null && streamer.on ? ok(maskedCandidates(read.value)) : read;
    },
    async "import.check"(question) {
      const checked = await importing.check(question);
      return checked.ok && streamer.on ? ok(maskedImport(checked.value)) : checked;
    },
    "import.keep": (answer) => importing.keep(answer),
    "import.drop"() {
      importing.forget();
      return Promise.resolve(ok(null));
    },

    "signIns.validate": (id) => keeper.validate(id),
    async "signIns.validateAll"() {
      await keeper.validateAll();
      if (vault.state.state !== "open") return failed({ code: "vault_locked" });
      // What needs the person is told by its row; this is about what could not be found out.
      const { watches } = keeper;
      const unknown = watches.all().find(({ id }) => watches.of(id).condition !== undefined);
      const reason = unknown && watches.of(unknown.id).reason;
      return reason === undefined ? ok(null) : failed(reason);
    },
    async "signIns.refresh"(id) {
      const answer = await keeper.refresh(id);
      return answer.ok ? ok(null) : answer;
    },
    async "signIns.copy"({ id, form }) {
      if (!lockState.handsOut)
        return failed({ code: vault.state.state === "open" ? "vault_paused" : "vault_locked" });
      const answer = await keeper.tokenFor(id, 0, true);
      if (!answer.ok) return answer;
      const { value: record } = answer;
      if (!lockState.handsOut) return failed({ code: "vault_paused" }); // meanwhile; a lock is told by the copying
      if (record.access_token === undefined) return failed({ code: "needs_sign_in", account: record.login });
      const copied = await copying.copy(copyText(record, record.access_token, form));
      if (copied.ok) history.note({ signIn: id, what: "copied" });
      return copied;
    },
    async "signIns.history"(id) {
      const record = keeper.watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      return ok((await history.of(id)).map(named));
    },
    async "signIns.opens"(id) {
      const record = keeper.watches.current(id);
      if (record === undefined) return failed({ code: "account_unknown" });
      const { opensOf } = await import("../../core/scopes/opens.ts");
      return ok(opensOf(record.scopes));
    },
    "activity.list": async () => ok((await history.recent(ACTIVITY_SHOWN)).map(named)),
    "signIns.claims": async ({ id, now }) => {
      const known = await claims.of(id, now);
      return known.ok && streamer.on ? ok(maskedClaims(known.value)) : known;
    },
    "signIns.copyIdToken": (id) => copyToken(claims.idToken(id)),
    "signIns.rename": ({ id, alias }) => rename(id, alias),
    "signIns.revoke": (id) => pushed(keeper.revoke(id)),
    "signIns.bulk": ({ action, ids }) => Promise.resolve(bulk.start(action, [...new Set(ids)])),
    "signIns.bulkEnd": () => {
      bulk.cancel();
      return Promise.resolve(ok(null));
    },
    async "signIns.remove"(id) {
      const record = keeper.watches.current(id);
      const bare = record?.access_token === undefined ? record : undefined;
      const answer = await pushed(undo.removing(bare, () => keeper.remove(id)));
      return answer.ok ? ok({ undo: bare !== undefined }) : answer;
    },
    async undo() {
      const answer = await pushed(undo.undo());
      changed();
      return answer;
    },

    "tools.create": ({ name, accounts }) => tools.create(name, accounts),
    "tools.copy": (id) => tools.copy(id),
    "tools.remove": ({ id, endTokens }) =>
      endTokens ? tools.removeWithTokens(id) : undo.removing(vault.get("grant", id), () => tools.remove(id)),

    "pairing.allow": (answer) => pairing.allow(answer),
    "pairing.deny": (answer) => Promise.resolve(pairing.deny(answer)),
    "wish.done": (id) => Promise.resolve(ok(wishes.done(id) ?? null)),
    "window.failed"(facts) {
      host.log.error("window.failed", facts);
      return Promise.resolve(ok(null));
    },
  };
}
