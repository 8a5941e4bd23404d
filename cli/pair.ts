/**
 * `tokenkeep pair`: asks the user, in Tokenkeep's window, for a grant of its own, and stores its credentials
 * (docs/adr/0014-command-line.md).
 */
import { hostname, userInfo } from "node:os";
import { TokenkeepError } from "../clients/node/src/errors.ts";
import { pair } from "../clients/node/src/pair.ts";
import { credentialsFile, print, text, texts, type Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit.ts";
import { CHOICES } from "./grammar.ts";
import { translate } from "./messages.ts";

type Lifetime = "lock" | "always";
const LIFETIMES = CHOICES["lifetime"] ?? [];
const isLifetime = (name: string): name is Lifetime => LIFETIMES.includes(name);
/** Characters of a reason that the socket accepts. */
const MAX_REASON = 120;

/** Groups of three digits, as the window shows them. */
const grouped = (code: string): string => code.replace(/\B(?=(?:\d{3})+$)/g, " ");

export async function run(context: Context): Promise<number> {
  const lifetime = text(context, "lifetime") ?? "always";
  if (!isLifetime(lifetime))
    throw new UsageError("choiceUnknown", { given: lifetime, known: LIFETIMES.join(", ") });
  if (context.values["again"] !== true && (await context.store.load().catch(() => undefined)) !== undefined)
    throw new UsageError("pairedAlready", { file: credentialsFile() });
  if (context.values["start"] === true) await (await import("./start.ts")).startApp();
  const pairing = await pair(
    {
      name: text(context, "name") ?? translate("pairName"),
      developer: "Tokenkeep",
      reason: translate("pairReason", { user: userInfo().username, host: hostname() }).slice(0, MAX_REASON),
      accounts: texts(context, "account"),
      scopes: texts(context, "scope"),
      lifetime,
    },
    { onCode: (code) => process.stderr.write(`${translate("pairCode", { code: grouped(code) })}\n`) },
  );
  pairing.keep.close();
  if (pairing.credentials === undefined) throw new TokenkeepError("not_paired", "");
  await context.store.save(pairing.credentials);
  const { accounts, scopes } = pairing;
  if (context.json) print(JSON.stringify({ lifetime: pairing.lifetime, accounts, scopes }));
  else
    process.stderr.write(
      `${translate("paired", { accounts: accounts.join(", "), file: credentialsFile() })}\n`,
    );
  return EXIT.ok;
}
