/** The accounts that this command line may use. */
import { print, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";

export async function run(context: Context): Promise<number> {
  const keep = await context.keep();
  const accounts = await keep.accounts();
  keep.close();
  if (context.json) print(JSON.stringify({ accounts }));
  // Four columns for `cut`: what they are is in docs/cli.md.
  else
    for (const { account, login, status, sign_ins } of accounts)
      print([account, login, status, sign_ins.map(({ scopes }) => scopes.join(",")).join(" ")].join("\t"));
  return EXIT.ok;
}
