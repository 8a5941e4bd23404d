/** The sandbox's pages: plain forms without scripts. Dashed borders say that no account is real. */
import { describeScope } from "../core/scopes/catalogue.ts";
import type { Answer } from "./answer.ts";
import type { User } from "./seeds.ts";
import { STYLE_PATH } from "./style.ts";
import type { Words } from "./words.ts";
import type { PendingRequest } from "./world.ts";

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

/** Chromium applies `form-action` to the redirect after a form too, so it has to allow the client's redirect URI. */
function formAction(redirect_uri: string | undefined): string {
  if (redirect_uri === undefined) return "'self'";
  const { protocol, origin } = new URL(redirect_uri);
  return `'self' ${origin === "null" ? protocol : origin}`;
}

function page(words: Words, status: number, title: string, content: string, redirect_uri?: string): Answer {
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
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<main>
<p class="sandbox">${escape(words.t("banner"))}</p>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>`,
  };
}

const monogram = ({ display_name }: User): string => escape(display_name.slice(0, 1).toUpperCase());

export const loginPage = (words: Words, users: readonly User[], request: PendingRequest): Answer =>
  page(
    words,
    200,
    words.t("chooseTitle"),
    `<p class="lead">${escape(words.t("chooseText", { app: request.client.name }))}</p>
<form method="post" action="/oauth2/login" class="users">
<input type="hidden" name="request" value="${escape(request.id)}">
${users
  .map(
    (user) => `<button type="submit" name="user" value="${escape(user.id)}">
<span class="monogram" aria-hidden="true">${monogram(user)}</span>
<span>${escape(words.t("signInAs", { login: user.login }))}<small>${escape(user.description)}</small></span>
</button>`,
  )
  .join("\n")}
</form>`,
    request.redirect_uri,
  );

const scopeItem = (words: Words, name: string): string => {
  const { access } = describeScope(name);
  const summary = words.scope(name);
  const kind = access === "read" ? words.t("reads") : access === "manage" ? words.t("changes") : "";
  return `<li><span>${escape(summary ?? name)}</span>${kind === "" ? "" : `<em class="${access}">${escape(kind)}</em>`}${
    summary === undefined ? "" : `<code>${escape(name)}</code>`
  }</li>`;
};

export const consentPage = (words: Words, user: User, request: PendingRequest): Answer =>
  page(
    words,
    200,
    words.t("allowTitle", { app: request.client.name }),
    `<div class="who"><span class="monogram" aria-hidden="true">${monogram(user)}</span>
<p>${escape(words.t("signedInAs"))} <strong>${escape(user.login)}</strong>
<a href="/oauth2/consent?request=${escape(request.id)}&amp;switch=1">${escape(words.t("switch"))}</a></p></div>
<h2>${escape(words.t("allows", { app: request.client.name }))}</h2>
${
  request.scopes.length === 0
    ? `<p>${escape(words.t("identityOnly"))}</p>`
    : `<ul>${request.scopes.map((name) => scopeItem(words, name)).join("")}</ul>`
}
<form method="post" action="/oauth2/consent" class="answers">
<input type="hidden" name="request" value="${escape(request.id)}">
<button type="submit" class="primary" name="answer" value="allow">${escape(words.t("authorize"))}</button>
<button type="submit" name="answer" value="deny">${escape(words.t("cancel"))}</button>
</form>`,
    request.redirect_uri,
  );

/** A page with a title and one paragraph. */
export const textPage = (words: Words, status: number, title: string, text: string): Answer =>
  page(words, status, title, `<p class="lead">${escape(text)}</p>`);

/** A page without a question. `about` names its title and its text. */
export const plainPage = (
  words: Words,
  status: number,
  about: "ended" | "client" | "code" | "denied" | "allowed" | "channel" | "connections",
): Answer => textPage(words, status, words.t(`${about}Title`), words.t(`${about}Text`));
