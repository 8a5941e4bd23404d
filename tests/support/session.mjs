// @ts-check
/**
 * A session of its own: a D-Bus that starts no service by itself, and a real GNOME Keyring on it. A test may lock, stop,
 * freeze and replace this keyring without harm to the tests that follow.
 */
import dbus from "@homebridge/dbus-native";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const SERVICE = "org.freedesktop.secrets";
const SECRETS = { destination: SERVICE, path: "/org/freedesktop/secrets" };
/** GNOME Keyring's interface for its login helper: the only way to unlock without a dialog. */
const INTERNAL = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
export const KEYRING_PASSWORD = "a keyring's password";

export const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`;

/** @typedef {ReturnType<typeof connect>} Client */
/** @param {string} address */
function connect(address) {
  const bus = /** @type {any} */ (dbus).createClient({ busAddress: address });
  /** Resolves with the values of the answer. @param {object} message @returns {Promise<any>} */
  const call = (message) =>
    new Promise((resolve, reject) => {
      bus.invoke(message, (/** @type {any} */ error, /** @type {any} */ ...values) =>
        error ? reject(new Error(`${error.name}: ${error.message}`)) : resolve(values),
      );
    });
  return { bus, call, end: () => bus.connection.end() };
}

/** Resolves when `condition` resolves to true. @param {() => Promise<boolean>} condition @param {string} failure */
async function until(condition, failure) {
  for (const end = Date.now() + 30_000; !(await condition());) {
    if (Date.now() > end) throw new Error(failure);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {Client} client */
async function isOwned({ call }) {
  const [owned] = await call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "NameHasOwner",
    signature: "s",
    body: [SERVICE],
  });
  return owned === true || owned === 1;
}

/** A method of the Secret Service. @param {Client} client @param {string} member @param {string} signature @param {unknown[]} body */
const callSecrets = ({ call }, member, signature, body) =>
  call({ ...SECRETS, interface: "org.freedesktop.Secret.Service", member, signature, body });

/** The path of the default collection; `/`: there is none. @param {Client} client */
const defaultCollection = async (client) => (await callSecrets(client, "ReadAlias", "s", ["default"]))[0];

/** @param {Client} client */
async function isUnlocked(client) {
  const collection = await defaultCollection(client);
  if (collection === "/") return false;
  const [[, [locked]]] = await client.call({
    destination: SERVICE,
    path: collection,
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: ["org.freedesktop.Secret.Collection", "Locked"],
  });
  return locked === false || locked === 0;
}

/** @param {Client} client */
async function lock(client) {
  await callSecrets(client, "Lock", "ao", [[await defaultCollection(client)]]);
}

/** As the login helper does it, without a dialog. @param {Client} client */
async function unlock(client) {
  const [, session] = await callSecrets(client, "OpenSession", "sv", ["plain", ["s", ""]]);
  const secret = [session, Buffer.alloc(0), Buffer.from(KEYRING_PASSWORD), "text/plain"];
  await client.call({
    ...SECRETS,
    interface: INTERNAL,
    member: "UnlockWithMasterPassword",
    signature: "o(oayays)",
    body: [await defaultCollection(client), secret],
  });
}

/** Opens the dialog that asks for the keyring's password; it closes with the client. @param {Client} client */
async function openUnlockDialog(client) {
  const [, prompt] = await callSecrets(client, "Unlock", "ao", [[await defaultCollection(client)]]);
  if (prompt === "/") throw new Error("no dialog opened: the keyring is unlocked");
  void client
    .call({
      destination: SERVICE,
      path: prompt,
      interface: "org.freedesktop.Secret.Prompt",
      member: "Prompt",
      signature: "s",
      body: [""],
    })
    .catch(() => undefined);
}

/** Sends the signal of a screen lock. @param {Client} client @param {string} locker @param {boolean} active */
async function signalScreenLock(client, locker, active) {
  await client.call({
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "GetId",
  });
  client.bus.sendSignal("/", locker, "ActiveChanged", "b", [active]);
  await new Promise((resolve) => setTimeout(resolve, 50)); // the signal leaves before the connection ends
}

/** A D-Bus of its own. @param {string} folder */
async function startBus(folder) {
  const config = path.join(folder, "bus.conf");
  writeFileSync(config, BUS_CONFIG);
  const daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address=1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(/** @type {NonNullable<typeof daemon.stdout>} */ (daemon.stdout), "data");
  return { daemon, address: String(line).trim() };
}

export async function startSession() {
  const folder = mkdtempSync("/tmp/tk-session-");
  const runtime = path.join(folder, "run");
  const data = path.join(folder, "data");
  for (const each of [runtime, data]) mkdirSync(each, { mode: 0o700 });
  const { daemon, address } = await startBus(folder);
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_DATA_HOME: data, XDG_RUNTIME_DIR: runtime };
  const keyrings = path.join(data, "keyrings");
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let keyring;

  /** @template V @param {(client: Client) => Promise<V>} work */
  async function withBus(work) {
    const client = connect(address);
    try {
      return await work(client);
    } finally {
      client.end();
    }
  }

  const self = {
    env,
    /** Starts it and unlocks it by its password, as a login does. */
    async startKeyring() {
      const started = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
        stdio: ["pipe", "ignore", "ignore"],
        env: { ...process.env, ...env },
      });
      started.stdin?.end(KEYRING_PASSWORD);
      keyring = started;
      await until(() => withBus(isOwned), "the keyring is not on the bus");
      // The keyring owns its name before it answers, and answers before it is unlocked; the first unlock creates the
      // collection.
      await until(() => withBus(isUnlocked).catch(() => false), "the keyring did not unlock itself");
    },
    /** As `kill -9` does. */
    async killKeyring() {
      const dying = /** @type {import("node:child_process").ChildProcess} */ (keyring);
      dying.kill("SIGKILL");
      if (dying.exitCode === null && dying.signalCode === null) await once(dying, "exit");
      await until(async () => !(await withBus(isOwned)), "the keyring is still on the bus");
    },
    /** A frozen keyring keeps its name and answers nothing. @param {boolean} frozen */
    freezeKeyring(frozen) {
      keyring?.kill(frozen ? "SIGSTOP" : "SIGCONT");
    },
    lockKeyring: () => withBus(lock),
    unlockKeyring: () => withBus(unlock),
    /** Another program asks for the keyring's password. Returns the function that closes its dialog. */
    async askAsAnotherProgram() {
      const client = connect(address);
      await openUnlockDialog(client);
      return client.end;
    },
    /** Moves the keyring's files away; returns the function that moves them back. Both only while the keyring is stopped. */
    forgetKeyrings() {
      const kept = path.join(folder, "kept");
      cpSync(keyrings, kept, { recursive: true });
      rmSync(keyrings, { recursive: true });
      return () => {
        rmSync(keyrings, { recursive: true, force: true });
        cpSync(kept, keyrings, { recursive: true });
      };
    },
    /** A screen lock reports to the session whether it is active. @param {string} locker @param {boolean} active */
    screenLock: (locker, active) => withBus((client) => signalScreenLock(client, locker, active)),
    async [Symbol.asyncDispose]() {
      keyring?.kill("SIGCONT");
      keyring?.kill("SIGKILL");
      daemon.kill();
      if (daemon.exitCode === null) await once(daemon, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await self.startKeyring();
  return self;
}
