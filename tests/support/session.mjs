// @ts-check
/**
 * A session of its own: a D-Bus that starts nothing by itself, and a real GNOME Keyring on it, which a test may lock,
 * stop, freeze and replace without taking it from the tests that follow.
 */
import dbus from "@homebridge/dbus-native";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const SERVICE = "org.freedesktop.secrets";
const SECRETS = { destination: SERVICE, path: "/org/freedesktop/secrets" };
/** GNOME Keyring's own, for its login helper: without it every unlocking is a dialog. */
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

/** @param {string} address */
function connect(address) {
  const bus = /** @type {any} */ (dbus).createClient({ busAddress: address });
  /** The first value of the answer. @param {object} message @returns {Promise<any>} */
  const call = (message) =>
    new Promise((resolve, reject) => {
      bus.invoke(message, (/** @type {any} */ error, /** @type {any} */ ...values) =>
        error ? reject(new Error(`${error.name}: ${error.message}`)) : resolve(values),
      );
    });
  return { bus, call, end: () => bus.connection.end() };
}

export async function startSession() {
  const folder = mkdtempSync("/tmp/tk-session-");
  const config = path.join(folder, "bus.conf");
  const runtime = path.join(folder, "run");
  const data = path.join(folder, "data");
  writeFileSync(config, BUS_CONFIG);
  for (const each of [runtime, data]) mkdirSync(each, { mode: 0o700 });
  const daemon = spawn("dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address=1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(/** @type {NonNullable<typeof daemon.stdout>} */ (daemon.stdout), "data");
  const address = String(line).trim();
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_DATA_HOME: data, XDG_RUNTIME_DIR: runtime };
  const keyrings = path.join(data, "keyrings");
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let keyring;

  /** @template V @param {(client: ReturnType<typeof connect>) => Promise<V>} work */
  async function withBus(work) {
    const client = connect(address);
    try {
      return await work(client);
    } finally {
      client.end();
    }
  }
  const owned = () =>
    withBus(async ({ call }) => {
      const [is] = await call({
        destination: "org.freedesktop.DBus",
        path: "/org/freedesktop/DBus",
        interface: "org.freedesktop.DBus",
        member: "NameHasOwner",
        signature: "s",
        body: [SERVICE],
      });
      return is === true || is === 1;
    });
  /** @param {boolean} wanted */
  async function untilOwned(wanted) {
    for (const end = Date.now() + 30_000; (await owned()) !== wanted;) {
      if (Date.now() > end) throw new Error(`the keyring is ${wanted ? "not there" : "still there"}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  /** @param {ReturnType<typeof connect>} client */
  const defaultCollection = async ({ call }) =>
    (
      await call({
        ...SECRETS,
        interface: "org.freedesktop.Secret.Service",
        member: "ReadAlias",
        signature: "s",
        body: ["default"],
      })
    )[0];

  /** @param {ReturnType<typeof connect>} client */
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

  const self = {
    env,
    /** Unlocked by its password, as a login does it. */
    async startKeyring() {
      const started = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
        stdio: ["pipe", "ignore", "ignore"],
        env: { ...process.env, ...env },
      });
      started.stdin?.end(KEYRING_PASSWORD);
      keyring = started;
      await untilOwned(true);
      // It has its name before it answers, and answers before it has unlocked itself, which makes its collection the
      // first time.
      for (const end = Date.now() + 30_000; !(await withBus(isUnlocked).catch(() => false));) {
        if (Date.now() > end) throw new Error("the keyring did not unlock itself");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** As `kill -9` does. */
    async killKeyring() {
      const dying = /** @type {import("node:child_process").ChildProcess} */ (keyring);
      dying.kill("SIGKILL");
      if (dying.exitCode === null && dying.signalCode === null) await once(dying, "exit");
      await untilOwned(false);
    },
    /** It is there, and says nothing any more. @param {boolean} frozen */
    freezeKeyring(frozen) {
      keyring?.kill(frozen ? "SIGSTOP" : "SIGCONT");
    },
    lockKeyring: () =>
      withBus(async (client) => {
        await client.call({
          ...SECRETS,
          interface: "org.freedesktop.Secret.Service",
          member: "Lock",
          signature: "ao",
          body: [[await defaultCollection(client)]],
        });
      }),
    /** As the login helper does it, without a dialog. */
    unlockKeyring: () =>
      withBus(async (client) => {
        const [, session] = await client.call({
          ...SECRETS,
          interface: "org.freedesktop.Secret.Service",
          member: "OpenSession",
          signature: "sv",
          body: ["plain", ["s", ""]],
        });
        const secret = [session, Buffer.alloc(0), Buffer.from(KEYRING_PASSWORD), "text/plain"];
        await client.call({
          ...SECRETS,
          interface: INTERNAL,
          member: "UnlockWithMasterPassword",
          signature: "o(oayays)",
          body: [await defaultCollection(client), secret],
        });
      }),
    /** Another program asks for the keyring's password: its dialog stays open until the answer's `end`. */
    async askAsAnotherProgram() {
      const client = connect(address);
      const [, prompt] = await client.call({
        ...SECRETS,
        interface: "org.freedesktop.Secret.Service",
        member: "Unlock",
        signature: "ao",
        body: [[await defaultCollection(client)]],
      });
      if (prompt === "/") throw new Error("nothing was asked: the keyring is unlocked");
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
      return client.end;
    },
    /** Puts the keyring's files away; the answer brings them back. Both while it is stopped. */
    forgetKeyrings() {
      const kept = path.join(folder, "kept");
      cpSync(keyrings, kept, { recursive: true });
      rmSync(keyrings, { recursive: true });
      return () => {
        rmSync(keyrings, { recursive: true, force: true });
        cpSync(kept, keyrings, { recursive: true });
      };
    },
    /** A screen lock says so to the session. @param {string} locker @param {boolean} active */
    screenLock: (locker, active) =>
      withBus(async (client) => {
        await client.call({
          destination: "org.freedesktop.DBus",
          path: "/org/freedesktop/DBus",
          interface: "org.freedesktop.DBus",
          member: "GetId",
        });
        client.bus.sendSignal("/", locker, "ActiveChanged", "b", [active]);
        await new Promise((resolve) => setTimeout(resolve, 50)); // out before the connection ends
      }),
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
