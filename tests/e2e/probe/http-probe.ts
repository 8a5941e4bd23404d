/** Runs inside Electron: sends what it is told through the app's own transport, and prints how each request ended. */
import { app } from "electron/main";
import { createHttpClient } from "../../../main/http.ts";
import { createElectronTransport } from "../../../main/electron/http.ts";

const { requests } = JSON.parse(process.env["PROBE"] ?? "{}") as {
  requests: { url: string; timeoutMs: number }[];
};
void app.whenReady().then(async () => {
  const client = createHttpClient(createElectronTransport());
  const outcomes = [];
  for (const { url, timeoutMs } of requests) {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    outcomes.push(
      await client.send({ method: "POST", url, headers, body: "grant_type=refresh_token", timeoutMs }),
    );
  }
  console.log(`OUTCOMES ${JSON.stringify(outcomes)}`);
  app.exit(0);
});
