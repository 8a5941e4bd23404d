/** The page that the browser shows after the redirect. It loads nothing else, and its content security policy is strict. */
import { createHash } from "node:crypto";
import type { Language, Translate } from "../../../text/words.ts";

/** The page's URL contains the authorization response: the script removes it from the tab's history first. */
const CLEAR = `const response=location.hash.slice(1);history.replaceState(null,"",location.pathname);`;
/** A browser sends no fragment with a request (RFC 9110 §4.1), so the page posts it to the listener. */
const HAND_OVER = `${CLEAR}
const show=(id)=>{const shown=document.getElementById(id);shown.hidden=false;document.title=shown.querySelector("h1").textContent};
fetch(location.pathname,{method:"POST",body:response}).then(({ok})=>show(ok?"done":"refused"),()=>show("refused"));`;
const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{margin:0;box-sizing:border-box;min-height:100vh;display:grid;place-content:center;padding:1rem;color:light-dark(#1d2628,#e6ebec);background:light-dark(#f8f9f9,#13191b)}
main{max-width:28rem}h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}p{margin:0;color:light-dark(#526064,#a4b1b5)}`;

const hashSource = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const POLICY = [
  "default-src 'none'",
  `script-src ${hashSource(CLEAR)} ${hashSource(HAND_OVER)}`,
  `style-src ${hashSource(STYLE)}`,
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
  // The page that opened this tab cannot control it.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** The user's language. Nothing of a request is inserted into the texts. */
export interface Translator {
  readonly language: Language;
  readonly t: Translate;
}
type Kind = "done" | "refused" | "hand_over";

export function pageOf(kind: Kind, { language, t }: Translator): string {
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
