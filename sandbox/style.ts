/** The stylesheet of all pages; sandbox/server.ts serves it. */
export const STYLE_PATH = "/style.css";
export const STYLE = `
:root { color-scheme: light dark; --bg:#f8f9f9; --raised:#fff; --text:#1b2427; --soft:#4c5a5f; --line:#c9d1d3; --edge:#7d8a8e; --accent:#0b6470; --on-accent:#fff; --warn:#7a4a00; --focus:#0a7f8f; }
@media (prefers-color-scheme: dark) { :root { --bg:#13191b; --raised:#1b2326; --text:#e4eaec; --soft:#a9b5b9; --line:#344146; --edge:#75858a; --accent:#6fc3cf; --on-accent:#0a2328; --warn:#e5b567; --focus:#8adbe6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.5 "Inter", system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 24px 20px 40px; }
.sandbox { margin: 0 0 24px; padding: 8px 12px; border: 1px dashed var(--edge); border-radius: 7px; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 8px; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 24px 0 8px; font-size: 1rem; }
.lead { margin: 0 0 20px; color: var(--soft); }
button { font: inherit; color: inherit; cursor: pointer; border-radius: 7px; border: 1px solid var(--edge); background: var(--raised); min-height: 44px; padding: 8px 16px; }
button:hover { border-color: var(--accent); }
button:focus-visible, a:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.users { display: grid; gap: 8px; }
.users button { display: flex; gap: 12px; align-items: center; text-align: left; font-weight: 600; padding: 12px 16px; }
.users small { display: block; font-weight: 400; color: var(--soft); font-size: .875rem; }
.monogram { flex: none; width: 40px; height: 40px; border-radius: 50%; border: 1px dashed var(--edge); display: grid; place-items: center; font-weight: 600; color: var(--soft); }
.who { display: flex; gap: 12px; align-items: center; margin-top: 16px; }
.who p { margin: 0; }
.who a { display: block; color: var(--accent); font-size: .875rem; }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 11px; background: var(--raised); }
li { padding: 12px 16px; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; align-items: center; }
li + li { border-top: 1px solid var(--line); }
code { color: var(--soft); font: .8125rem ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; grid-column: 1; }
em { font-style: normal; font-size: .75rem; border: 1px solid var(--edge); border-radius: 4px; padding: 0 6px; grid-column: 2; grid-row: 1 / span 2; color: var(--soft); white-space: nowrap; }
em.manage { color: var(--warn); border-color: currentColor; }
.answers { display: flex; gap: 12px; margin-top: 24px; }
.answers button { flex: 1; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
@media (max-width: 380px) { .answers { flex-direction: column; } }
`;
