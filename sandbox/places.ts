/** Pages that an app links to: a channel, and the settings where a user sees which apps are connected. */
import type { Answer, Request } from "./answer.ts";
import { plainPage, textPage } from "./pages.ts";
import { wordsOf } from "./words.ts";
import type { World } from "./world.ts";

export function channelPage(world: World, { query, headers }: Request): Answer {
  const words = wordsOf(headers);
  const user = world.users.find(({ login }) => login === query.get("login"));
  return user === undefined
    ? plainPage(words, 404, "channel")
    : textPage(words, 200, user.display_name, user.description);
}

export const connectionsPage = (_world: World, { headers }: Request): Answer =>
  plainPage(wordsOf(headers), 200, "connections");
