/** Tells what happens to the tokens of this command line, a line each, until it is stopped or its key is taken back. */
import { print, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { say } from "./say.ts";

export async function run(context: Context): Promise<number> {
  const keep = await context.keep();
  for await (const change of keep.watch()) {
    if (context.json) print(JSON.stringify(change));
    else {
      const time = new Date().toLocaleTimeString();
      print(
        `${time}  ${say(`change.${change.type}`, { account: "account" in change ? change.account : "" })}`,
      );
    }
    if (change.type === "grant.revoked") return EXIT.notPaired;
  }
  return EXIT.ok;
}
