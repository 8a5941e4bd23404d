/**
 * Checks a client before the first sign-in, by two harmless requests: a token request with a code that was never
 * issued, and the authorization page for each redirect URI, without cookies. Providers check client and secret before
 * the code (RFC 6749 §4.1.3; docs/twitch-auth.md §14).
 */
import * as oauth from "oauth4webapi";
import type { Failure } from "../../contract/failure.ts";
import type { ClientFinding, ClientProbe } from "../../contract/client-check.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import { isLoopback } from "../providers/redirects.ts";
import { Secret } from "../secret.ts";
import { tokenFailure } from "./failures.ts";
import { jsonObject } from "./form.ts";
import { codeRequest, readTokenOutcome, type ClientCredentials } from "./token-request.ts";

/** A token request with a random code, which no provider has issued. */
export const tokenProbe = (provider: Provider, client: ClientCredentials): HttpRequest =>
  codeRequest(provider, client, {
    code: new Secret(oauth.generateRandomNonce()),
    redirect_uri: provider.redirectUris[0],
    code_verifier: new Secret(oauth.generateRandomCodeVerifier()),
  });

/** An authorization request (RFC 6749 §4.1.1). Its `state` is not stored, so a response to it completes no sign-in. */
export async function pageProbe(
  provider: Provider,
  client_id: string,
  redirect_uri: string,
): Promise<HttpRequest> {
  const url = new URL(provider.authorizationEndpoint);
  const parameters = {
    ...provider.authorizationParameters,
    response_type: "code",
    client_id,
    redirect_uri,
    scope: "openid",
    state: oauth.generateRandomState(),
    code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return {
    method: "GET",
    url: url.href,
    headers: { accept: "application/json, text/html" },
    timeoutMs: 10_000,
  };
}

type PageVerdict = "accepted" | "redirect_rejected" | "client_rejected" | "unknown";

/** The member that an error message names. */
const verdictOf = (words: string): PageVerdict =>
  /redirect.?ur[il]|redirect_mismatch/i.test(words)
    ? "redirect_rejected"
    : /client/i.test(words)
      ? "client_rejected"
      : "unknown";

/** Reads the answer of the authorization page: errors are in a redirect or in the body (RFC 6749 §4.1.2.1). */
function readPage(redirect_uri: string, outcome: HttpOutcome): PageVerdict {
  if (outcome.kind === "redirected") {
    const { location = "" } = outcome;
    if (!URL.canParse(location)) return "unknown";
    const { searchParams, hash } = new URL(location);
    const errors = [searchParams, new URLSearchParams(hash.slice(1))].flatMap((parameters) =>
      ["error", "error_description"].flatMap((name) => parameters.get(name) ?? []),
    );
    if (errors.length === 0) return "accepted"; // redirected to the login page
    // docs/twitch-auth.md §3: the error goes to another registered URI if the requested one is not registered.
    const verdict = verdictOf(errors.join(" "));
    if (verdict === "redirect_rejected") return verdict;
    return location.startsWith(redirect_uri) ? "accepted" : verdict;
  }
  if (outcome.kind !== "answered") return "unknown";
  if (outcome.status < 300) return "accepted";
  if (outcome.status >= 500 || outcome.status === 429) return "unknown";
  const { error, error_description, message } = jsonObject(outcome.body) ?? {};
  const words = [error, error_description, message].filter((text) => typeof text === "string").join(" ");
  return verdictOf(words === "" ? outcome.body : words);
}

const samePath = (one: string, other: string): boolean => new URL(one).pathname === new URL(other).pathname;

/** The former redirect URIs to check: those for which none of their replacements is registered. */
export function formerToCheck(
  { formerRedirectUris = [] }: Provider,
  pages: readonly PageAnswer[],
): readonly string[] {
  return formerRedirectUris.filter((former) => {
    const now = pages.filter(
      ({ redirect_uri }) => isLoopback(redirect_uri) && samePath(redirect_uri, former),
    );
    return (
      now.length > 0 &&
      now.every(({ redirect_uri, outcome }) => readPage(redirect_uri, outcome) !== "accepted")
    );
  });
}

/**
 * One registered loopback port is enough for a sign-in by the browser; the others serve when it is in use. So a missing
 * port is `spare`, and a missing former redirect URI is no finding.
 */
function redirectFindings(
  { formerRedirectUris = [] }: Provider,
  answers: readonly { readonly redirect_uri: string; readonly verdict: PageVerdict }[],
): readonly ClientFinding[] {
  /** The same address at another port is registered. */
  const comesBack = (missing: string): boolean =>
    isLoopback(missing) &&
    answers.some(
      ({ redirect_uri, verdict }) =>
        verdict === "accepted" && isLoopback(redirect_uri) && samePath(redirect_uri, missing),
    );
  return answers.flatMap(({ redirect_uri, verdict }): ClientFinding[] => {
    const about = "redirect_uri";
    if (verdict === "accepted") return [{ about, result: "good", redirect_uri }];
    if (formerRedirectUris.includes(redirect_uri)) return [];
    if (verdict !== "redirect_rejected") return [{ about, result: "unknown", redirect_uri }];
    if (comesBack(redirect_uri)) return [{ about, result: "spare", redirect_uri }];
    return [
      { about, result: "wrong", redirect_uri, failure: { code: "redirect_uri_rejected", redirect_uri } },
    ];
  });
}

export interface PageAnswer {
  readonly redirect_uri: string;
  readonly outcome: HttpOutcome;
}

/**
 * The findings, the most important first. Trouble at the provider or an unknown client ends the list. A finding is
 * `unknown` where an answer has several meanings; nothing is guessed.
 */
export function judgeClient(
  provider: Provider,
  hasSecret: boolean,
  token: HttpOutcome,
  pages: readonly PageAnswer[],
): readonly ClientFinding[] {
  const verdict = readTokenOutcome(provider, token, { grant: "authorization_code", scopes: [] }, 0);
  const answers = pages.map(({ redirect_uri, outcome }) => ({
    redirect_uri,
    verdict: readPage(redirect_uri, outcome),
  }));
  const known = answers.some(({ verdict: page }) => page === "accepted" || page === "redirect_rejected");
  const stranger = answers.some(({ verdict: page }) => page === "client_rejected");
  const redirects = redirectFindings(provider, answers);
  const id = (result: ClientFinding["result"]): ClientFinding => ({
    about: "client_id",
    result,
    ...(result === "wrong" && { failure: { code: "client_id_rejected" } }),
  });
  const secret = (result: ClientFinding["result"], failure?: Failure): ClientFinding => ({
    about: "client_secret",
    result,
    ...(failure !== undefined && { failure }),
  });
  const noSecretNeeded = hasSecret ? [secret("good")] : [];

  if (verdict.kind === "tokens" || verdict.kind === "unusable")
    // The server accepted a code that it has not issued, so it cannot be trusted with a sign-in.
    return [
      {
        about: "provider",
        result: "wrong",
        failure: { code: "provider_misbehaved", provider: provider.name, what: "status", detail: "200" },
      },
    ];
  if (verdict.kind !== "refused") {
    const says4xx = verdict.kind === "busy" && verdict.status < 500 && verdict.status !== 429;
    if (says4xx) return [id(known ? "good" : "unknown"), secret("unknown"), ...redirects];
    return [{ about: "provider", result: "wrong", failure: tokenFailure(verdict, provider) }];
  }
  switch (verdict.why) {
    case "client_id":
      return [id("wrong")];
    case "client":
      if (stranger) return [id("wrong")];
      if (!known) return [id("unknown"), secret("unknown")];
      return [
        id("good"),
        secret("wrong", { code: hasSecret ? "client_secret_rejected" : "client_secret_missing" }),
        ...redirects,
      ];
    case "client_secret":
      return [id("good"), secret("wrong", { code: "client_secret_rejected" }), ...redirects];
    case "client_secret_missing":
      return [id("good"), secret("wrong", { code: "client_secret_missing" }), ...redirects];
    case "client_public":
      // A public client without a secret can use the device grant instead.
      return [
        id("good"),
        ...(hasSecret || provider.device === undefined ? [secret("wrong", { code: "client_public" })] : []),
      ];
    case "grant":
    case "redirect_uri":
      return [id("good"), ...noSecretNeeded, ...redirects];
  }
}

/**
 * What the findings about a client ID say of its type. `hasSecret`: the token request had a secret, so the answer tells
 * whether it is the right one.
 */
export function probeOf(findings: readonly ClientFinding[], hasSecret: boolean): ClientProbe {
  const wrong = (about: ClientFinding["about"]): ClientFinding | undefined =>
    findings.find((one) => one.about === about && one.result === "wrong");
  const provider = wrong("provider");
  if (provider?.failure !== undefined) return { is: "unchecked", failure: provider.failure };
  if (wrong("client_id") !== undefined) return { is: "unknown_id" };
  switch (wrong("client_secret")?.failure?.code) {
    case "client_secret_missing":
      return { is: "confidential" };
    case "client_secret_rejected":
      return { is: "secret_rejected" };
    case "client_public":
      return { is: "public" };
    default:
      if (findings.some(({ result }) => result === "unknown")) return { is: "unsure" };
      return { is: hasSecret ? "confidential" : "public" };
  }
}
