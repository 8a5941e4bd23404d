/** The two API calls that tools make first (docs/twitch-auth.md §14 to §16). */
import { json, type Answer, type Request } from "./answer.ts";
import { pictureUrl } from "./pictures.ts";
import type { AccessToken } from "./state.ts";
import { liveToken, tokenIn } from "./tokens.ts";
import { userOf, type World } from "./world.ts";

const unauthorized = (message: string): Answer => json(401, { error: "Unauthorized", status: 401, message });
const badRequest = (message: string): Answer => json(400, { error: "Bad Request", status: 400, message });

/** The token of a call. It has to come with the ID of the client that it was issued to (docs/twitch-auth.md §15). */
function callerToken(world: World, { headers }: Request): AccessToken | Answer {
  const text = tokenIn(headers, /^Bearer (\S+)$/i);
  if (text === undefined) return unauthorized("OAuth token is missing");
  const found = liveToken(world, text);
  if (found === undefined) return unauthorized("Invalid OAuth token");
  return headers["client-id"] === found.client_id
    ? found
    : unauthorized("Client ID and OAuth token do not match");
}
const isAnswer = (value: AccessToken | Answer): value is Answer => "status" in value;

const found = (world: World, data: readonly object[]): Answer =>
  json(200, { data }, {
    "ratelimit-limit": "800",
    "ratelimit-remaining": "799",
    "ratelimit-reset": String(Math.ceil(world.nowMs() / 1000) + 1),
  }); // prettier-ignore

export function users(world: World, request: Request): Answer {
  const token = callerToken(world, request);
  if (isAnswer(token)) return token;
  const ids = request.query.getAll("id");
  const logins = request.query.getAll("login");
  const requested = world.users.filter(({ id, login }) => ids.includes(id) || logins.includes(login));
  const own = userOf(world, token.user_id);
  const shown = ids.length + logins.length > 0 ? requested : own === undefined ? [] : [own];
  return found(
    world,
    shown.map(({ id, login, display_name, description, email }) => ({
      id,
      login,
      display_name,
      type: "",
      broadcaster_type: "",
      description,
      profile_image_url: pictureUrl(world, login),
      offline_image_url: "",
      ...(id === token.user_id && token.scopes.includes("user:read:email") && { email }),
      created_at: "2016-12-14T20:32:28Z",
    })),
  );
}

export function channels(world: World, request: Request): Answer {
  const token = callerToken(world, request);
  if (isAnswer(token)) return token;
  const ids = request.query.getAll("broadcaster_id");
  if (ids.length === 0) return badRequest('Missing required parameter "broadcaster_id"');
  return found(
    world,
    world.users
      .filter(({ id }) => ids.includes(id))
      .map(({ id, login, display_name, description }) => ({
        broadcaster_id: id,
        broadcaster_login: login,
        broadcaster_name: display_name,
        broadcaster_language: "en",
        game_id: "0",
        game_name: "",
        title: description,
        delay: 0,
        tags: [],
        content_classification_labels: [],
        is_branded_content: false,
      })),
  );
}
