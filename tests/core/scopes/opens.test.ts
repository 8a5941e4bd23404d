import { expect, test } from "vitest";
import { knownScopes } from "../../../core/scopes/catalogue.ts";
import data from "../../../core/scopes/endpoints.json" with { type: "json" };
import { opensOf } from "../../../core/scopes/opens.ts";

const of = (scopes: readonly string[], scope: string) => opensOf(scopes).find((one) => one.scope === scope);

test("a scope names the endpoints and events that it opens", () => {
  const { endpoints = [], events = [] } =
    of(["channel:read:subscriptions"], "channel:read:subscriptions") ?? {};
  expect(endpoints).toContainEqual({
    name: "Get Broadcaster Subscriptions",
    method: "GET",
    path: "/helix/subscriptions",
    missing: [],
  });
  expect(events.map(({ name }) => name)).toContain("channel.subscribe");
});

test("an event that needs more scopes lists those that the token lacks", () => {
  const moderate = (scopes: readonly string[]) =>
    of(scopes, "moderator:read:vips")?.events.find(
      ({ name, version }) => name === "channel.moderate" && version === "1",
    )?.missing;
  const alone = moderate(["moderator:read:vips"]);
  expect(alone?.length).toBeGreaterThan(3);
  expect(moderate(["moderator:read:vips", ...(alone ?? [])])).toEqual([]);
  expect(moderate(["moderator:read:vips", ...(alone ?? []).slice(1)])).toHaveLength(1);
});

test("a scope that opens nothing, or is unknown, is left out", () => {
  expect(opensOf(["openid", "nobody:knows:this"])).toEqual([]);
});

test("every scope that opens something is a known scope", () => {
  const known = new Set(knownScopes.map(({ name }) => name));
  const used = [...data.helix, ...data.eventsub].flatMap(({ scopes }) => scopes.flat());
  expect(used.length).toBeGreaterThan(150);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});
