/** The sandbox inside the app: a process of its own, told its port and folder, answering with one message. */
import { OWN_CLIENT } from "./seeds.ts";
import { startSandbox } from "./server.ts";

/** Electron's utility processes have this; Node's types do not know it. */
const { parentPort } = process as unknown as { parentPort: { postMessage(message: unknown): void } };

const options = JSON.parse(process.argv[2] ?? "{}") as { port: number; folder: string };
const started = await startSandbox(options);
if ("failure" in started) parentPort.postMessage(started);
else {
  const { origin, port } = started;
  const { client_id, client_secret } = OWN_CLIENT;
  parentPort.postMessage({ origin, port, client_id, client_secret });
}
