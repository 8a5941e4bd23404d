/** Asks the provider whether the token is valid, now. */
import { print, tokenRequest, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { say } from "./say.ts";

export async function run(context: Context): Promise<number> {
  const keep = await context.keep();
  const { login, token_id, expires_at } = await keep.token(tokenRequest(context));
  const valid = await keep.reportInvalid(token_id);
  keep.close();
  if (context.json) print(JSON.stringify({ valid, login, expires_at }));
  else print(say(valid ? "valid" : "notValid", { login }));
  return valid ? EXIT.ok : EXIT.needsSignIn;
}
