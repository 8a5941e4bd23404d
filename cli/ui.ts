/** `add`, `remove`, `export`, `open`: open Tokenkeep's window, where the user completes the action or cancels it. */
import { print, text, texts, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { translate } from "./messages.ts";

export async function run(context: Context): Promise<number> {
  const tokenkeep = await context.connect();
  const shown = await tokenkeep.ui({
    action: context.command as "add" | "remove" | "export" | "open",
    account: text(context, "account"),
    scopes: texts(context, "scope"),
  });
  tokenkeep.close();
  if (context.json) print(JSON.stringify({ shown }));
  else process.stderr.write(`${translate(shown ? "shown" : "shownLater")}\n`);
  return EXIT.ok;
}
