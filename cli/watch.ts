/** `tokenkeep watch`: prints a line for each change of a token, until it is stopped or the user revokes its grant. */
import { print, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { translate } from "./messages.ts";

export async function run(context: Context): Promise<number> {
  const tokenkeep = await context.connect();
  for await (const change of tokenkeep.watch()) {
    if (context.json) print(JSON.stringify(change));
    else {
      const account = "account" in change ? change.account : "";
      print(`${new Date().toLocaleTimeString()}  ${translate(`change.${change.type}`, { account })}`);
    }
    if (change.type === "grant.revoked") return EXIT.notPaired;
  }
  return EXIT.ok;
}
