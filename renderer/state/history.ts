/** An entry of the history in words. Pure. */
import type { HistoryView } from "../../contract/views/history.ts";
import { sentence, t } from "../text/t.ts";

/** The first sentence of a failure: what happened. What to do about it was true then and may not be now. */
const FIRST_SENTENCE = /^.*?\.(?= |$)/;

function eventText({ what, tool, failure }: HistoryView): string {
  if (what === "handed_out") return t("history.handedOut", { tool: tool ?? t("history.someTool") });
  if (what === "access_changed") return t("history.accessChanged", { tool: tool ?? t("history.someTool") });
  if (what !== "failed") return t(`history.what.${what}`);
  return failure === undefined ? "" : (FIRST_SENTENCE.exec(sentence(failure))?.[0] ?? "");
}
/** The event, and how often it happened in a row. */
export function historyText(entry: HistoryView): string {
  const { count } = entry;
  const event = eventText(entry);
  return count > 1 ? `${event}, ${t("history.times", { count })}` : event;
}
