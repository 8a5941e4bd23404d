/** `tokenkeep validate`: asks the provider now whether the token is valid. */
import { print, tokenRequest, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { explained } from "./explain.ts";
import { translate } from "./messages.ts";

export async function run(context: Context): Promise<number> {
  const tokenkeep = await context.connect();
  const request = tokenRequest(context);
  const token = await explained(tokenkeep, request, tokenkeep.token(request));
  const { login, token_id, expires_at } = token;
  const valid = await tokenkeep.reportInvalid(token_id);
  tokenkeep.close();
  if (context.json) print(JSON.stringify({ valid, login, expires_at }));
  else print(translate(valid ? "valid" : "notValid", { login }));
  return valid ? EXIT.ok : EXIT.needsSignIn;
}
