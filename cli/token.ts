/** `tokenkeep token`: prints one access token, in the format that its reader needs (docs/twitch-auth.md §15). */
import type { Token } from "../clients/node/src/messages.ts";
import { print, text, tokenRequest, type Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { explained } from "./explain.ts";
import { EXIT } from "./exit.ts";
import { FORMATS } from "./grammar.ts";

type Format = (typeof FORMATS)[number];
const isFormat = (name: string): name is Format => FORMATS.some((format) => format === name);

/** Environment variables that hold a token. The window copies the same names for an `.env` file. */
export const environmentOf = ({ access_token, client_id, user_id, login }: Token) => ({
  CLIENT_ID: client_id,
  ACCESS_TOKEN: access_token,
  USER_ID: user_id,
  LOGIN: login,
});

const FORMATTERS: { readonly [F in Format]: (token: Token) => string } = {
  raw: ({ access_token }) => access_token,
  json: (token) => JSON.stringify(token),
  env: (token) =>
    Object.entries(environmentOf(token))
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  header: ({ access_token, client_id }) => `Authorization: Bearer ${access_token}\nClient-Id: ${client_id}`,
  irc: ({ access_token }) => `oauth:${access_token}`,
};

export async function run(context: Context): Promise<number> {
  const format = text(context, "format") ?? (context.json ? "json" : "raw");
  if (!isFormat(format)) throw new UsageError("formatUnknown", { given: format, known: FORMATS.join(", ") });
  // A token on a screen is read by people who look on, and kept by a recording.
  if (process.stdout.isTTY && context.values["show"] !== true) throw new UsageError("showMissing");
  const request = tokenRequest(context);
  const tokenkeep = await context.connect();
  print(FORMATTERS[format](await explained(tokenkeep, request, tokenkeep.token(request))));
  tokenkeep.close();
  return EXIT.ok;
}
