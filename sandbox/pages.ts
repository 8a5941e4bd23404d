/** The sandbox's pages: plain forms without scripts. Dashed borders say that no account is real. */
import { describeScope } from "../core/scopes/catalogue.ts";
import type { Answer } from "./answer.ts";
import type { User } from "./seeds.ts";
import { STYLE_PATH } from "./style.ts";
import type { PendingRequest } from "./world.ts";

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

/** Chromium applies `form-action` to the redirect after a form too, so it has to allow the client's redirect URI. */
function formAction(redirect_uri: string | undefined): string {
  if (redirect_uri === undefined) return "'self'";
  const { protocol, origin } = new URL(redirect_uri);
  return `'self' ${origin === "null" ? protocol : origin}`;
}

function page(status: number, title: string, content: string, redirect_uri?: string): Answer {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "content-security-policy": `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action ${formAction(redirect_uri)}`,
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<p class="sandbox">Sandbox: a pretend provider on this computer</p>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>`,
  };
}

const monogram = ({ display_name }: User): string => escape(display_name.slice(0, 1).toUpperCase());

export const loginPage = (users: readonly User[], request: PendingRequest): Answer =>
  page(
    200,
    "Who is signing in?",
    `<p class="lead">${escape(request.client.name)} asks for access to an account. These three are made up; pick any.</p>
<form method="post" action="/oauth2/login" class="users">
<input type="hidden" name="request" value="${escape(request.id)}">
${users
  .map(
    (user) => `<button type="submit" name="user" value="${escape(user.id)}">
<span class="monogram" aria-hidden="true">${monogram(user)}</span>
<span>Sign in as ${escape(user.login)}<small>${escape(user.description)}</small></span>
</button>`,
  )
  .join("\n")}
</form>`,
    request.redirect_uri,
  );

const scopeItem = (name: string): string => {
  const { summary, access } = describeScope(name);
  const kind = access === "read" ? "Reads" : access === "manage" ? "Changes" : "";
  return `<li><span>${escape(summary ?? name)}</span>${kind === "" ? "" : `<em class="${access}">${kind}</em>`}${
    summary === undefined ? "" : `<code>${escape(name)}</code>`
  }</li>`;
};

export const consentPage = (user: User, request: PendingRequest): Answer =>
  page(
    200,
    `Allow ${request.client.name}?`,
    `<div class="who"><span class="monogram" aria-hidden="true">${monogram(user)}</span>
<p>Signed in as <strong>${escape(user.login)}</strong>
<a href="/oauth2/consent?request=${escape(request.id)}&amp;switch=1">Not you? Switch account</a></p></div>
<h2>${escape(request.client.name)} will be able to</h2>
${
  request.scopes.length === 0
    ? "<p>See who you are. It asks for nothing more.</p>"
    : `<ul>${request.scopes.map(scopeItem).join("")}</ul>`
}
<form method="post" action="/oauth2/consent" class="answers">
<input type="hidden" name="request" value="${escape(request.id)}">
<button type="submit" class="primary" name="answer" value="allow">Authorize</button>
<button type="submit" name="answer" value="deny">Cancel</button>
</form>`,
    request.redirect_uri,
  );

export const problemPage = (status: number, title: string, text: string): Answer =>
  page(status, title, `<p class="lead">${escape(text)}</p>`);
