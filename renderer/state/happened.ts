/** An entry of the history in words. Pure. */
import { sentence } from "../../contract/failure.ts";
import type { HistoryView } from "../../contract/view.ts";
import { text } from "../text/en.ts";

/** What happened; what it meant and what was to be done then is told where it is true now. */
export function happened({ what, tool, failure, count }: HistoryView): string {
  const t = text.history;
  const said =
    what === "failed"
      ? failure === undefined
        ? ""
        : (/^.*?\.(?= |$)/.exec(sentence(failure))?.[0] ?? "")
      : what === "handed_out"
        ? t.handedOut(tool ?? t.someTool)
        : t.what[what];
  return count > 1 ? `${said}, ${t.times(count)}` : said;
}
