/** The dispatcher: the lock refuses calls, a lock that comes meanwhile hides the answer, streamer mode masks names. */
import { expect, test } from "vitest";
import { failed, ok, type Result } from "../../../contract/failure.ts";
import { ipc, type CallName, type Handlers } from "../../../contract/ipc.ts";
import { createDispatcher, type Visibility } from "../../../main/window/dispatch.ts";

const names = (Object.keys(ipc) as (keyof typeof ipc)[]).filter(
  (name): name is CallName => ipc[name].kind === "call",
);
const OPEN: Visibility = { windowLocked: false, vaultLocked: false, masked: false };

/** Handlers that all return the same answer, and a record of the calls that ran. */
function callsThat(answer: (name: CallName) => Promise<Result<unknown>>) {
  const ran: CallName[] = [];
  const calls: Handlers = Object.assign(
    {} as Handlers,
    Object.fromEntries(
      names.map((name) => [
        name,
        () => {
          ran.push(name);
          return answer(name);
        },
      ]),
    ),
  );
  return { calls, ran };
}
async function runAll(handlers: Handlers, which = names): Promise<Map<CallName, Result<unknown>>> {
  const answers = new Map<CallName, Result<unknown>>();
  for (const name of which) answers.set(name, await (handlers[name] as () => Promise<Result<unknown>>)());
  return answers;
}

test("behind a locked window only calls run that unlock it, set the vault aside, or reveal nothing", async () => {
  const { calls, ran } = callsThat(() => Promise.resolve(ok(null)));
  const answers = await runAll(createDispatcher(calls, () => ({ ...OPEN, windowLocked: true })));
  const aboutTheWindow: CallName[] = [
    "app.quit",
    "window.close",
    "window.drafts",
    "window.failed",
    "tools.watch",
  ];
  const allowed: CallName[] = ["proxy.decline", "proxy.logIn", "state.get", "vault.setAside", "vault.unlock"];
  expect(ran.sort()).toEqual([...allowed, ...aboutTheWindow].sort());
  for (const [name, answer] of answers)
    if (!ran.includes(name)) expect(answer, name).toEqual(failed({ code: "vault_locked" }));
});

test("behind a locked vault no call about accounts runs", async () => {
  const { calls, ran } = callsThat(() => Promise.resolve(ok(null)));
  await runAll(createDispatcher(calls, () => ({ ...OPEN, vaultLocked: true })));
  expect(ran).toContain("vault.unlock");
  const aboutAccounts = /^(?:signIns|tools|clients|import|pairing|authorization|activity)\b/;
  expect(names.filter((name) => aboutAccounts.test(name)).length).toBeGreaterThan(30);
  const aboutTheWindow = ["tools.watch"]; // whether it shows the tools' screen
  expect(ran.filter((name) => aboutAccounts.test(name))).toEqual(aboutTheWindow);
});

test("a lock during a call hides the answer of the call, but not its success", async () => {
  let visibility = OPEN;
  const { calls } = callsThat((name) => {
    visibility = { ...OPEN, windowLocked: true };
    return Promise.resolve(name === "signIns.revoke" ? ok(null) : ok({ undo: true }));
  });
  const handlers = createDispatcher(calls, () => visibility);
  expect(await handlers["signIns.remove"]("id")).toEqual(failed({ code: "vault_locked" }));
  visibility = OPEN;
  expect(await handlers["signIns.revoke"]("id")).toEqual(ok(null));
});

test("streamer mode masks the account that a failure names, whatever call fails", async () => {
  const { calls } = callsThat(() =>
    Promise.resolve(failed({ code: "needs_sign_in", account: "harborlights_tv" })),
  );
  const answers = await runAll(createDispatcher(calls, () => ({ ...OPEN, masked: true })));
  for (const [name, answer] of answers) expect(JSON.stringify(answer), name).not.toContain("harborlights");
});

test("streamer mode masks the names that an answer holds", async () => {
  const login = "harborlights_tv";
  const values: Partial<Record<CallName, unknown>> = {
    "vault.export": { signIns: 1, clients: 0, needSignIn: [login] },
    "vault.import": { added: 1, known: 0, clients: 0, needSignIn: [login] },
    "signIns.history": [
      { atMs: 1, what: "failed", count: 1, failure: { code: "token_revoked", account: login } },
    ],
    "activity.list": [
      { atMs: 1, signIn: "1", what: "failed", count: 1, failure: { code: "token_revoked", account: login } },
    ],
    "signIns.claims": { idToken: [{ name: "preferred_username", value: login }] },
  };
  const which = Object.keys(values) as CallName[];
  const { calls } = callsThat((name) => Promise.resolve(ok(values[name])));
  const masked = await runAll(
    createDispatcher(calls, () => ({ ...OPEN, masked: true })),
    which,
  );
  const plain = await runAll(
    createDispatcher(calls, () => OPEN),
    which,
  );
  for (const name of which) {
    expect(JSON.stringify(plain.get(name)), name).toContain(login);
    expect(JSON.stringify(masked.get(name)), name).not.toContain(login);
  }
});
