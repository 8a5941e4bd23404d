/** An entry of the history in words. Pure. */
import type { HistoryView } from "../../contract/views/history.ts";
import { sentence, t } from "../text/t.ts";

/** What happened; what it meant and what was to be done then is told where it is true now. */
export function happened({ what, tool, failure, count }: HistoryView): string {
  const said =
    what === "failed"
      ? failure === undefined
        ? ""
        : (/^.*?\.(?= |$)/.exec(sentence(failure))?.[0] ?? "")
      : what === "handed_out"
        ? t("history.handedOut", { tool: tool ?? t("history.someTool") })
        : t(`history.what.${what}`);
  return count > 1 ? `${said}, ${t("history.times", { count })}` : said;
}
