// @ts-check
/** The app's socket thread with one account. Also a program of its own; `stalled`: its main thread is blocked half of the time. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";

export async function startTokenkeep() {
  const folder = mkdtempSync("/tmp/tk-bench-");
  mkdirSync(path.join(folder, "tokenkeep"), { mode: 0o700 });
  const endpoint = path.join(folder, "tokenkeep/tokenkeep.sock");
  const [client, key] = [randomUUID(), randomBytes(32).toString("base64url")];
  const worker = new Worker(path.join(import.meta.dirname, "../../out/main/socket-worker.js"), {
    workerData: { endpoint },
  });
  await once(worker, "message");
  const token = {
    access_token: randomBytes(15).toString("hex"),
    token_id: "t",
    client_id: "c",
    user_id: "1",
    login: "ann",
    scopes: ["openid"],
    expires_at: Math.floor(Date.now() / 1000) + 14_000,
    validated_at: null,
  };
  const view = {
    account: "p:1",
    provider: "p",
    user_id: "1",
    login: "ann",
    display_name: "ann",
    status: "signed_in",
    sign_ins: [],
  };
  worker.postMessage({
    kind: "table",
    number: 1,
    table: {
      locked: false,
      grants: [{ id: client, key }],
      accounts: [{ view, signIns: [] }],
      tokens: [{ signIn: "s", account: "p:1", token, renews: true }],
    },
  });
  await once(worker, "message");
  return { folder, connection: { endpoint, client, key }, stop: () => worker.terminate() };
}

if (process.argv[1] === import.meta.filename) {
  const { connection } = await startTokenkeep();
  console.log(JSON.stringify(connection));
  if (process.argv[2] === "stalled")
    setInterval(() => {
      for (const until = performance.now() + 25; performance.now() < until;);
    }, 50);
}
