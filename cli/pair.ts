/** Asks for a key of its own, in Tokenkeep's window, and keeps it (docs/adr/0014-command-line.md). */
import { hostname, userInfo } from "node:os";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { pair } from "../clients/node/src/pair.ts";
import { CHOICES } from "./commands.ts";
import { print, STORE_FILE, text, texts, UsageError, type Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { say } from "./say.ts";

type Lifetime = "lock" | "always";

export async function run(context: Context): Promise<number> {
  const lifetime = text(context, "lifetime") ?? "always";
  if (CHOICES["lifetime"]?.includes(lifetime) !== true)
    throw new UsageError("choiceUnknown", { given: lifetime, known: CHOICES["lifetime"]?.join(", ") ?? "" });
  if (context.values["again"] !== true && (await context.store.load().catch(() => undefined)) !== undefined)
    throw new UsageError("pairedAlready", { file: STORE_FILE() });
  if (context.values["start"] === true) await (await import("./start.ts")).startApp();
  const granted = await pair(
    {
      name: text(context, "name") ?? say("pairName"),
      developer: "Tokenkeep",
      reason: say("pairReason", { user: userInfo().username, host: hostname() }).slice(0, 120),
      accounts: texts(context, "account"),
      scopes: texts(context, "scope"),
      lifetime: lifetime as Lifetime,
    },
    { onCode: (code) => process.stderr.write(`${say("pairCode", { code })}\n`) },
  );
  granted.keep.close();
  if (granted.credentials === undefined) throw new TokenkeepError("not_paired", "");
  await context.store.save(granted.credentials);
  const { accounts, scopes } = granted;
  if (context.json) print(JSON.stringify({ lifetime: granted.lifetime, accounts, scopes }));
  else process.stderr.write(`${say("paired", { accounts: accounts.join(", "), file: STORE_FILE() })}\n`);
  return EXIT.ok;
}
