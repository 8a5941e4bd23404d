/** The real twurple against the sandbox, with tokens from the real app: no call fails while they are renewed. */
import { ApiClient } from "@twurple/api";
import { afterEach, expect, test } from "vitest";
import { Tokenkeep } from "../../../clients/node/src/index.ts";
import { twurpleProvider } from "../../../clients/node/src/twurple.ts";
import { signIn, startBench, type Bench } from "../../support/host.ts";
import { parseConnection } from "../../support/socket-client.mjs";

const ANN = "700000001";
const LIFE_SEC = 14_124;

afterEach(() => delete process.env["TWURPLE_MOCK_API_PORT"]);

/** A tool that was made in the window. */
async function tool(bench: Bench): Promise<Tokenkeep> {
  await bench.app.handlers["tools.create"]({ name: "bot" });
  const { endpoint, ...credentials } = parseConnection(bench.clipboard.text);
  process.env["TWURPLE_MOCK_API_PORT"] = String(bench.sandbox.port);
  return new Tokenkeep(credentials, { endpoint });
}
const calls = async (bench: Bench) => (await bench.seen()).filter(({ path }) => path.startsWith("/mock/"));

test("twurple's calls go on while the token is renewed ahead of its end", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  using keep = await tool(bench);
  const api = new ApiClient({ authProvider: await twurpleProvider(keep) });
  const { access_token: before } = await keep.token();

  const ask = async () => {
    const [user, channel] = await Promise.all([
      api.asUser(ANN, (mine) => mine.users.getAuthenticatedUser(ANN)),
      api.channels.getChannelInfoById(ANN),
    ]);
    expect(user.name).toBe("harborlights_tv");
    expect(channel?.displayName).toBe("harborlights_tv");
  };
  for (let round = 0; round < 30; round += 1) {
    await ask();
    if (round === 10) await bench.advance(LIFE_SEC - 600); // within the margin: it is renewed while the calls go on
    while (round === 19 && (await keep.token()).access_token === before) await ask();
    if (round === 20) await bench.advance(700); // the first token has ended
  }
  const { access_token: after } = await keep.token();
  expect(after).not.toBe(before);
  const seen = await calls(bench);
  expect(seen.length).toBeGreaterThanOrEqual(60);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
});

test("a token that the provider ended early costs a second question, and no call", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  using keep = await tool(bench);
  const api = new ApiClient({ authProvider: await twurpleProvider(keep) });
  for (let round = 0; round < 10; round += 1) {
    if (round === 5) await bench.admin("end-access", { user_id: ANN });
    const user = await api.asUser(ANN, (mine) => mine.users.getAuthenticatedUser(ANN));
    expect(user.name).toBe("harborlights_tv");
  }
  const statuses = (await calls(bench)).map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 401, 200, 200, 200, 200, 200]);
});
