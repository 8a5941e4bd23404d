/** Pages that an app links to: a channel, and the settings where a user sees which apps are connected. */
import type { Answer, Request } from "./answer.ts";
import { problemPage } from "./pages.ts";
import type { World } from "./world.ts";

export function channelPage(world: World, { query }: Request): Answer {
  const user = world.users.find(({ login }) => login === query.get("login"));
  return user === undefined
    ? problemPage(404, "No such channel", "The sandbox has no user of this name.")
    : problemPage(200, user.display_name, user.description);
}

export const connectionsPage = (): Answer =>
  problemPage(
    200,
    "Connections",
    "The sandbox keeps no list of connected apps. To end a connection, revoke its token in the app.",
  );
