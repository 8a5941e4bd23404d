/** Shows what main put into the address of this page: whose page lies below. No messages, no preload. */
import { text } from "../text/en.ts";

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
};

function show(): void {
  const facts = new URLSearchParams(location.hash.slice(1));
  const test = facts.get("test") === "1";
  const secure = facts.get("secure") === "1";
  element("origin").textContent = facts.get("origin") ?? "";
  element("note").textContent = test ? text.bar.test : secure ? text.bar.secure : text.bar.insecure;
  element("mark").className = test ? "test" : secure ? "" : "insecure";
  element("busy").hidden = facts.get("loading") !== "1";
}
show();
addEventListener("hashchange", show);
