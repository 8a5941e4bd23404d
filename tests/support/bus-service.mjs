// @ts-check
/** A program on a session bus, with a name and one object, whose one method answers a boolean. */
import dbus from "@homebridge/dbus-native";

/**
 * @param {string} address
 * @param {{ name: string, path: string, interface: string, method: string, answer: boolean | "never" }} service
 */
export async function startService(address, { name, path, interface: from, method, answer }) {
  const bus = /** @type {any} */ (dbus).createClient({ busAddress: address });
  bus.connection.on("error", () => undefined); // its bus may be killed
  const never = new Promise(() => undefined);
  bus.exportInterface({ [method]: () => (answer === "never" ? never : answer) }, path, {
    name: from,
    methods: { [method]: ["", "b"] },
  });
  await new Promise((resolve, reject) =>
    bus.requestName(name, 0, (/** @type {unknown} */ error) =>
      error ? reject(new Error(`the name ${name} is taken`)) : resolve(undefined),
    ),
  );
  return {
    /** Sends a signal with a boolean. @param {string} member @param {boolean} value */
    signal: (member, value) => void bus.sendSignal(path, from, member, "b", [value]),
    end: () => void bus.connection.end(),
  };
}
