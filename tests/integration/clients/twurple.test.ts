/** The real twurple with the sandbox and with tokens from the real app: no call fails during a refresh. */
import { ApiClient } from "@twurple/api";
import { afterEach, expect, test } from "vitest";
import { Tokenkeep } from "../../../clients/node/src/index.ts";
import { twurpleProvider } from "../../../clients/node/src/twurple.ts";
import { signIn, startBench, type Bench } from "../../support/host.ts";
import { parseConnection } from "../../support/socket-client.mjs";

const ANN = "700000001";
const LIFE_SEC = 14_124;

afterEach(() => delete process.env["TWURPLE_MOCK_API_PORT"]);

/** A client with the connection of a tool that was added in the window. */
async function tool(bench: Bench): Promise<Tokenkeep> {
  await bench.app.handlers["tools.create"]({ name: "bot" });
  const { endpoint, ...credentials } = parseConnection(bench.clipboard.text);
  process.env["TWURPLE_MOCK_API_PORT"] = String(bench.sandbox.port);
  return new Tokenkeep(credentials, { endpoint });
}
const calls = async (bench: Bench) => (await bench.seen()).filter(({ path }) => path.startsWith("/mock/"));

test("no call of twurple fails while the token is refreshed before its expiry", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  using keep = await tool(bench);
  const api = new ApiClient({ authProvider: await twurpleProvider(keep) });
  const { access_token: before } = await keep.token();

  const ask = async () => {
    const [user, channel] = await Promise.all([
      api.asUser(ANN, (asAnn) => asAnn.users.getAuthenticatedUser(ANN)),
      api.channels.getChannelInfoById(ANN),
    ]);
    expect(user.name).toBe("harborlights_tv");
    expect(channel?.displayName).toBe("harborlights_tv");
  };
  for (let round = 0; round < 30; round += 1) {
    await ask();
    if (round === 10) await bench.advance(LIFE_SEC - 600); // within the margin: the token is refreshed while the calls go on
    while (round === 19 && (await keep.token()).access_token === before) await ask();
    if (round === 20) await bench.advance(700); // the first token has expired
  }
  const { access_token: after } = await keep.token();
  expect(after).not.toBe(before);
  const seen = await calls(bench);
  expect(seen.length).toBeGreaterThanOrEqual(60);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
});

test("a token that the provider ended early costs one repeated request, and no call fails", async () => {
  await using bench = await startBench();
  await signIn(bench, undefined, ["user:read:email"]);
  using keep = await tool(bench);
  const api = new ApiClient({ authProvider: await twurpleProvider(keep) });
  for (let round = 0; round < 10; round += 1) {
    if (round === 5) await bench.admin("end-access", { user_id: ANN });
    const user = await api.asUser(ANN, (asAnn) => asAnn.users.getAuthenticatedUser(ANN));
    expect(user.name).toBe("harborlights_tv");
  }
  const statuses = (await calls(bench)).map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 401, 200, 200, 200, 200, 200]);
});
