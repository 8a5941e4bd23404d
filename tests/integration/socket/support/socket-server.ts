/** The real socket server for tests without an app: the test gives the table and main's answers. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { SocketAccount } from "../../../../contract/socket.ts";
import { startSocketServer } from "../../../../main/socket/server.ts";
import type { TokenTable, TableAccount, OnQuestion, SocketOptions } from "../../../../main/socket/types.ts";

const away = () => Promise.resolve({ ok: false, code: "provider_unreachable" } as const);

/** Without `questions`, main answers every question with provider_unreachable. */
export const optionsAt = (
  folder: string,
  questions: Partial<OnQuestion> = {},
  more: Partial<SocketOptions> = {},
): SocketOptions => ({
  folder,
  workerUrl: pathToFileURL(path.resolve("out/main/socket-worker.js")),
  onQuestion: { token: away, report: away, pair: away, revokeSelf: away, show: away, ...questions },
  onUse: () => undefined,
  onLeft: () => undefined,
  onState: () => undefined,
  ...more,
});

export async function startServerAt(folder: string, table: TokenTable, questions?: Partial<OnQuestion>) {
  const started = await startSocketServer(optionsAt(folder, questions));
  if (!started.ok) throw new Error(started.failure.code);
  await started.value.push(table);
  return started.value;
}

export const accountOf = (view: SocketAccount): TableAccount => ({ view, signIns: [] });
