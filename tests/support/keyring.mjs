// @ts-nocheck: the types of @homebridge/dbus-native miss sessionBus
/** Locks the session's default keyring, as a screen lock may. */
import dbus from "@homebridge/dbus-native";

export function lockKeyring() {
  const bus = dbus.sessionBus();
  const call = (member, signature, body) =>
    new Promise((resolve, reject) => {
      bus.invoke(
        {
          destination: "org.freedesktop.secrets",
          path: "/org/freedesktop/secrets",
          interface: "org.freedesktop.Secret.Service",
          member,
          signature,
          body,
        },
        (error, ...values) => (error ? reject(new Error(String(error))) : resolve(values[0])),
      );
    });
  return call("ReadAlias", "s", ["default"])
    .then((collection) => call("Lock", "ao", [[collection]]))
    .finally(() => bus.connection.end());
}
