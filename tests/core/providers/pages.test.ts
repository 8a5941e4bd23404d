/** The addresses of a provider's pages about an account. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pagesOf, pageUrl } from "../../../core/providers/pages.ts";
import { sandboxAt } from "../../../core/providers/sandbox.ts";
import { twitch } from "../../../core/providers/twitch.ts";

test("Twitch has a channel, a connections page and a developer console", () => {
  expect(pagesOf(twitch).map((page) => pageUrl(twitch, page, "mirrelune"))).toEqual([
    "https://www.twitch.tv/mirrelune",
    "https://www.twitch.tv/settings/connections",
    "https://dev.twitch.tv/console/apps",
  ]);
});

test("no login leads to another site, or to another place than one path or parameter", () => {
  const providers = [twitch, sandboxAt("http://localhost:17")];
  fc.assert(
    fc.property(fc.constantFrom(...providers), fc.string(), (provider, login) => {
      const url = pageUrl(provider, "channel", login);
      if (url === undefined) return;
      const { origin, pathname, searchParams, hash } = new URL(url);
      const own = new URL(provider.channelUrl ?? "");
      expect(origin).toBe(own.origin);
      expect(hash).toBe("");
      if (provider === twitch) expect(pathname.split("/")).toHaveLength(2);
      else expect([pathname, [...searchParams.keys()]]).toEqual(["/channel", ["login"]]);
    }),
  );
});

test.each(["", ".", ".."])("a login %j, which a path would swallow, has no channel", (login) => {
  expect(pageUrl(twitch, "channel", login)).toBeUndefined();
});
