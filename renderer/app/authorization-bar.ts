/** Shows whose page lies below. Main puts all of it into the address of this page, which has no preload and no texts. */
const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
};

function show(): void {
  const facts = new URLSearchParams(location.hash.slice(1));
  const test = facts.get("test") === "1";
  const secure = facts.get("secure") === "1";
  document.documentElement.lang = facts.get("language") ?? "";
  document.title = facts.get("title") ?? "";
  element("origin").textContent = facts.get("origin") ?? "";
  element("note").textContent = facts.get("note") ?? "";
  element("mark").className = test ? "test" : secure ? "" : "insecure";
  const browser = element("browser");
  browser.hidden = !facts.has("browser");
  browser.textContent = facts.get("browser");
  browser.setAttribute("href", facts.get("href") ?? "");
  element("busy").hidden = facts.get("loading") !== "1";
}
show();
addEventListener("hashchange", show);
