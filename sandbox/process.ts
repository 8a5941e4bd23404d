/** The sandbox as a utility process of the app. Its argument is JSON with port and folder; it sends one message back. */
import { OWN_CLIENT } from "./seeds.ts";
import { startSandbox } from "./server.ts";

/** Only Electron's utility processes have `parentPort`, so Node's types lack it. */
const { parentPort } = process as NodeJS.Process & {
  readonly parentPort: { postMessage(message: unknown): void };
};

const options = JSON.parse(process.argv[2] ?? "{}") as { port: number; folder: string };
const started = await startSandbox(options);
if ("failure" in started) parentPort.postMessage(started);
else {
  const { origin, port } = started;
  const { client_id, client_secret } = OWN_CLIENT;
  parentPort.postMessage({ origin, port, client_id, client_secret });
}
