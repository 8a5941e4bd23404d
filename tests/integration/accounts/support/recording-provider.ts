/** A provider on loopback that records every request, and answers that each token is valid. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Provider } from "../../../../core/providers/provider.ts";
import { sandboxAt } from "../../../../core/providers/sandbox.ts";

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
}
export interface RecordingProvider extends AsyncDisposable {
  readonly origin: string;
  readonly provider: Provider;
  readonly requests: Recorded[];
  /** The largest number of concurrent requests. */
  readonly mostAtOnce: number;
  /** Answers wait until this resolves. */
  hold: Promise<unknown>;
  status: number;
}

export async function startRecordingProvider(id: string): Promise<RecordingProvider> {
  const requests: Recorded[] = [];
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    requests.push({
      method: request.method ?? "",
      path: request.url ?? "",
      authorization: request.headers.authorization ?? "",
    });
    mostAtOnce = Math.max(mostAtOnce, ++open);
    const login = (request.headers.authorization ?? "").slice(-4).toLowerCase();
    void recording.hold.then(() => {
      open -= 1;
      response.writeHead(recording.status, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ client_id: "another", user_id: login, login, scopes: [], expires_in: 3_600 }),
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const recording = {
    origin,
    provider: { ...sandboxAt(origin), id, name: id, test: false },
    requests,
    get mostAtOnce() {
      return mostAtOnce;
    },
    hold: Promise.resolve() as Promise<unknown>,
    status: 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return recording;
}
