/** What the person sees in the browser when the answer has come back: one page, complete in itself, under a strict policy. */
import { createHash } from "node:crypto";
import type { Language, Translate } from "../../../text/words.ts";

/** The address holds the answer: it leaves the tab's history before anything else happens. */
const CLEAR = `const answer=location.hash.slice(1);history.replaceState(null,"",location.pathname);`;
/** A fragment never comes with a request (RFC 9110 §4.1), so the page hands it over itself. */
const HAND_OVER = `${CLEAR}
const show=(id)=>{const shown=document.getElementById(id);shown.hidden=false;document.title=shown.querySelector("h1").textContent};
fetch(location.pathname,{method:"POST",body:answer}).then(({ok})=>show(ok?"done":"refused"),()=>show("refused"));`;
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0;box-sizing:border-box;min-height:100vh;display:grid;place-content:center;padding:1rem;color:light-dark(#1d2628,#e6ebec);background:light-dark(#f8f9f9,#13191b)}
main{max-width:28rem}h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}p{margin:0;color:light-dark(#526064,#a4b1b5)}`;

const source = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const POLICY = [
  "default-src 'none'",
  `script-src ${source(CLEAR)} ${source(HAND_OVER)}`,
  `style-src ${source(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // Whoever opened the tab has no hold on it.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** In the person's language. No placeholder takes anything from a request. */
export interface Words {
  readonly language: Language;
  readonly t: Translate;
}
type Kind = "done" | "refused" | "hand_over";

export function pageOf(kind: Kind, { language, t }: Words): string {
  const part = (name: "done" | "refused"): string =>
    `<main id="${name}"${kind === "hand_over" ? " hidden" : ""}><h1>${t(`loopback.${name}`)}</h1><p>${t(`loopback.${name}Text`)}</p></main>`;
  const parts = kind === "hand_over" ? part("done") + part("refused") : part(kind);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${kind === "hand_over" ? "Tokenkeep" : t(`loopback.${kind}`)}</title>
<style>${STYLE}</style>
</head>
<body>${parts}
<script>${kind === "hand_over" ? HAND_OVER : CLEAR}</script>
</body>
</html>`;
}
