/** The entry of the socket's thread. A busy main or window does not delay the thread, nor the thread them. */
import { parentPort, workerData } from "node:worker_threads";
import { createBrokerThread } from "./broker-thread.ts";
import { listenAt } from "./listener.ts";
import type { ThreadStart } from "./types.ts";

if (parentPort === null) throw new Error("this is the script of a thread");
const port = parentPort;
const { endpoint } = workerData as ThreadStart; // what server.ts starts it with
createBrokerThread({
  endpoint,
  port: {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
    close: () => port.close(),
  },
  listen: listenAt(endpoint),
  clock: {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(inMs, run) {
      const timer = setTimeout(run, inMs);
      return () => clearTimeout(timer);
    },
  },
});
