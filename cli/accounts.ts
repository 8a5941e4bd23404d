/** `tokenkeep accounts`: lists the accounts that the user lets this command line use. */
import { print, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export async function run(context: Context): Promise<number> {
  const tokenkeep = await context.connect();
  const accounts = await tokenkeep.accounts();
  tokenkeep.close();
  if (context.json) print(JSON.stringify({ accounts }));
  // Four columns for `cut`; docs/cli.md names them.
  else
    for (const { account, login, status, sign_ins } of accounts)
      print([account, login, status, sign_ins.map(({ scopes }) => scopes.join(",")).join(" ")].join("\t"));
  return EXIT.ok;
}
