/** What each call of the window does. Arguments are parsed before they come here (main/electron/ipc.ts). */
import { failed, ok, type Result } from "../contract/failure.ts";
import type { CopyForm, Handlers } from "../contract/ipc.ts";
import type { SignInRecord } from "../core/accounts/records.ts";
import { offeredScopes } from "../core/scopes/catalogue.ts";
import { Secret } from "../core/secret.ts";
import type { Broker } from "./broker.ts";
import type { Clients } from "./clients.ts";
import type { Copying } from "./copying.ts";
import type { Keeper } from "./keeper/keeper.ts";
import type { Sandbox } from "./sandbox.ts";
import type { Authorizations } from "./sign-in/authorizations.ts";
import type { Tools } from "./tools.ts";
import type { Vault } from "./vault/types.ts";
import type { State } from "./views/state.ts";

interface Parts {
  readonly vault: Vault;
  readonly keeper: Keeper;
  readonly authorizations: Authorizations;
  readonly copying: Copying;
  readonly sandbox: Sandbox;
  readonly tools: Tools;
  readonly clients: Clients;
  readonly broker: Broker;
  readonly state: State;
  /** Starts what waits for an open vault. */
  readonly opened: () => Promise<void>;
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

export function createHandlers(parts: Parts): Handlers {
  const { vault, keeper, authorizations, copying, sandbox, tools, clients, broker, state, opened } = parts;
  const then = async (result: Promise<Result<null>>): Promise<Result<null>> => {
    const answer = await result;
    if (answer.ok) await opened();
    return answer;
  };
  /** A token that left must not be handed out by the worker either, once the caller has its answer. */
  const pushed = async <V>(result: Promise<Result<V>>): Promise<Result<V>> => {
    const answer = await result;
    await broker.push();
    return answer;
  };

  return {
    "state.get": () => Promise.resolve(ok(state.snapshot())),

    "vault.create": ({ passphrase }) => then(vault.create(new Secret(passphrase))),
    "vault.unlock": ({ passphrase }) => then(vault.unlock(new Secret(passphrase))),
    async "vault.retry"() {
      const view = await vault.open();
      if (view.state === "closed") return failed(view.failure);
      await opened();
      return ok(null);
    },
    async "vault.lock"() {
      // Without a passphrase a lock would only pretend to protect.
      if (vault.state.state !== "open" || vault.state.sealedBy !== "passphrase")
        return failed({ code: "bad_request", field: "vault" });
      await authorizations.endAll();
      await keeper.pause();
      await vault.lock();
      await broker.push();
      return ok(null);
    },

    "scopes.list": () => Promise.resolve(ok(offeredScopes())),

    async "sandbox.start"() {
      const client = await sandbox.start();
      return client.ok ? ok({ client: client.value.id }) : client;
    },

    "clients.save": (form) => clients.save(form),
    "clients.remove": (id) => clients.remove(id),

    "authorization.start": ({ client, scopes }) => authorizations.start(client, scopes),
    "authorization.show": (id) => Promise.resolve(authorizations.show(id)),
    "authorization.cancel": (id) => authorizations.cancel(id),
    "authorization.keep": (id) => authorizations.keep(id),
    "authorization.discard": (id) => authorizations.discard(id),

    "signIns.validate": (id) => keeper.validate(id),
    async "signIns.validateAll"() {
      await keeper.validateAll();
      return ok(null);
    },
    async "signIns.refresh"(id) {
      const answer = await keeper.refresh(id);
      return answer.ok ? ok(null) : answer;
    },
    async "signIns.copy"({ id, form }) {
      const answer = await keeper.tokenFor(id, 0);
      if (!answer.ok) return answer;
      const { value: record } = answer;
      if (record.access_token === undefined) return failed({ code: "needs_sign_in", account: record.login });
      return copying.copy(copyText(record, record.access_token, form));
    },
    "signIns.revoke": (id) => pushed(keeper.revoke(id)),
    "signIns.remove": (id) => pushed(keeper.remove(id)),

    "tools.create": ({ name, accounts }) => tools.create(name, accounts),
    "tools.copy": (id) => tools.copy(id),
    "tools.remove": (id) => tools.remove(id),
  };
}
