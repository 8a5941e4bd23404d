/** One token, in the form that its reader wants (TA §15: header, IRC). */
import type { Token } from "../clients/node/src/messages.ts";
import { FORMATS } from "./commands.ts";
import { print, text, tokenRequest, UsageError, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";

type Format = (typeof FORMATS)[number];
const WRITE: { readonly [F in Format]: (token: Token) => string } = {
  raw: ({ access_token }) => access_token,
  json: (token) => JSON.stringify(token),
  env: (token) =>
    Object.entries(environmentOf(token))
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
  header: ({ access_token, client_id }) => `Authorization: Bearer ${access_token}\nClient-Id: ${client_id}`,
  irc: ({ access_token }) => `oauth:${access_token}`,
};

/** The same names as the window copies for a file of settings. */
export const environmentOf = ({ access_token, client_id, user_id, login }: Token) => ({
  CLIENT_ID: client_id,
  ACCESS_TOKEN: access_token,
  USER_ID: user_id,
  LOGIN: login,
});

export async function run(context: Context): Promise<number> {
  const format = text(context, "format") ?? (context.json ? "json" : "raw");
  if (!isFormat(format)) throw new UsageError("formatUnknown", { given: format, known: FORMATS.join(", ") });
  // On a screen it is read by who looks on, and kept by who records.
  if (process.stdout.isTTY && context.values["show"] !== true) throw new UsageError("showMissing");
  const ask = tokenRequest(context);
  const keep = await context.keep();
  print(WRITE[format](await keep.token(ask)));
  keep.close();
  return EXIT.ok;
}
const isFormat = (name: string): name is Format => FORMATS.some((format) => format === name);
