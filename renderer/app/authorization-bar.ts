/** Shows whose page lies below. Main puts all of it into the address of this page, which has no preload and no texts. */
const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
};
const strip = element("strip");
/** What is left out where the strip is too narrow, one after the other. The host is never left out. */
const SHORTER = ["no-note", "no-scheme", "small-button"];

let host = "";
const isTooNarrow = (): boolean => {
  const last = [...strip.children].filter((one) => one.getClientRects().length > 0).at(-1);
  const { right } = strip.getBoundingClientRect();
  const padding = parseFloat(getComputedStyle(strip).paddingRight);
  return last !== undefined && last.getBoundingClientRect().right > right - padding + 0.5;
};
/** Of a host that is longer than the strip, the end stays: it says whose page this is. */
function fit(): void {
  strip.classList.remove(...SHORTER);
  element("host").textContent = host;
  for (const step of SHORTER) {
    if (!isTooNarrow()) return;
    strip.classList.add(step);
  }
  for (let cut = 1; cut < host.length && isTooNarrow(); cut += 1)
    element("host").textContent = `…${host.slice(cut).replace(/^\./, "")}`;
}

function show(): void {
  const facts = new URLSearchParams(location.hash.slice(1));
  const test = facts.get("test") === "1";
  const secure = facts.get("secure") === "1";
  document.documentElement.lang = facts.get("language") ?? "";
  document.title = facts.get("title") ?? "";
  const origin = facts.get("origin") ?? "";
  const afterScheme = origin.indexOf("://") + "://".length;
  host = origin.slice(afterScheme);
  element("scheme").textContent = origin.slice(0, afterScheme);
  element("origin").setAttribute("aria-label", origin);
  element("origin").title = origin;
  element("note").textContent = facts.get("note") ?? "";
  element("mark").className = test ? "test" : secure ? "" : "insecure";
  const browser = element("browser");
  const label = facts.get("browser") ?? "";
  browser.hidden = label === "";
  element("browser-label").textContent = label;
  browser.title = label;
  browser.setAttribute("aria-label", label);
  browser.setAttribute("href", facts.get("href") ?? "");
  element("busy").hidden = facts.get("loading") !== "1";
  fit();
}
show();
addEventListener("hashchange", show);
new ResizeObserver(fit).observe(document.documentElement);
