/** `add`, `remove`, `export`, `open`: show Tokenkeep's own window, where the person does it, or does not. */
import { print, text, texts, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { say } from "./say.ts";

export async function run(context: Context): Promise<number> {
  const keep = await context.keep();
  const shown = await keep.ui({
    action: context.command as "add" | "remove" | "export" | "open",
    account: text(context, "account"),
    scopes: texts(context, "scope"),
  });
  keep.close();
  if (context.json) print(JSON.stringify({ shown }));
  else process.stderr.write(`${say(shown ? "shown" : "shownLater")}\n`);
  return EXIT.ok;
}
