/** `add`, `remove`, `export`, `open`: open Tokenkeep's window, where the user completes the action or cancels it. */
import type { Tokenkeep } from "../clients/node/src/keep.ts";
import { print, text, texts, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { accountFailure, explained } from "./explain.ts";
import { translate } from "./messages.ts";

/** The account to remove when the command line names none. */
async function onlyAccount(tokenkeep: Tokenkeep): Promise<string> {
  const accounts = await tokenkeep.accounts();
  const [only, another] = accounts;
  if (only === undefined || another !== undefined) throw accountFailure(accounts, undefined);
  return only.account;
}

export async function run(context: Context): Promise<number> {
  const tokenkeep = await context.connect();
  const action = context.command as "add" | "remove" | "export" | "open";
  const given = text(context, "account");
  const account = action === "remove" ? (given ?? (await onlyAccount(tokenkeep))) : given;
  const request = { action, account, scopes: texts(context, "scope") };
  const shown = await explained(tokenkeep, request, tokenkeep.ui(request));
  tokenkeep.close();
  if (context.json) print(JSON.stringify({ shown }));
  else process.stderr.write(`${translate(shown ? "shown" : "shownLater")}\n`);
  return EXIT.ok;
}
