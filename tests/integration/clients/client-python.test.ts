/** clients/python, run by the system's Python. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { CONVERSATIONS, expected, playServer } from "./support/scripted-server.ts";

test("the client's own tests pass: proofs, impostors, the key file", () => {
  const { status, stderr } = spawnSync("python3", ["-B", "clients/python/test_tokenkeep.py"], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining("OK") as string });
});

test("the client holds the published conversations", async () => {
  const folder = await mkdtemp("/tmp/tk-py-");
  const servers = await Promise.all(
    CONVERSATIONS.map((conversation, at) =>
      playServer(conversation, path.join(folder, `${String(at)}.sock`)),
    ),
  );
  const tasks = CONVERSATIONS.map((conversation, at) => {
    const { pairs, requests, notices } = expected(conversation);
    return {
      endpoint: path.join(folder, `${String(at)}.sock`),
      credentials: pairs ? null : [conversation.client, conversation.key],
      requests,
      notices: notices.length,
    };
  });
  const child = spawn("python3", ["-B", "tests/integration/clients/support/drive_client.py"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stdin.end(JSON.stringify(tasks));
  await once(child, "close");
  const found = JSON.parse(out) as readonly { outcomes: unknown; notices: unknown }[];
  CONVERSATIONS.forEach((conversation, at) => {
    const { outcomes, notices } = expected(conversation);
    expect({ name: conversation.name, ...found[at] }).toEqual({ name: conversation.name, outcomes, notices });
  });
  for (const { strayed, close } of servers) {
    expect(strayed).toEqual([]);
    close();
  }
  await rm(folder, { recursive: true });
});
