/**
 * What can be known of a client registration before anybody signs in. Two questions are asked that give nothing to
 * anybody: a token request with a code that was never issued, and the authorization page for each redirect URI, as a
 * browser without cookies gets it. Client and secret are judged before the code is (RFC 6749 §4.1.3; TA §14).
 */
import * as oauth from "oauth4webapi";
import type { Failure } from "../../contract/failure.ts";
import type { ClientFinding } from "../../contract/client-check.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Provider } from "../providers/provider.ts";
import { isLoopback } from "../providers/redirects.ts";
import { Secret } from "../secret.ts";
import { tokenFailure } from "./failures.ts";
import { jsonObject } from "./form.ts";
import { codeRequest, readTokenOutcome, type ClientCredentials } from "./token-request.ts";

/** Random, so that it is nobody's code. */
export const tokenProbe = (provider: Provider, client: ClientCredentials): HttpRequest =>
  codeRequest(provider, client, {
    code: new Secret(oauth.generateRandomNonce()),
    redirect_uri: provider.redirectUris[0],
    code_verifier: new Secret(oauth.generateRandomCodeVerifier()),
  });

/** RFC 6749 §4.1.1. Its `state` is thrown away: an answer to it is no answer to any sign-in. */
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

const blames = (words: string): PageVerdict =>
  /redirect.?ur[il]|redirect_mismatch/i.test(words)
    ? "redirect_rejected"
    : /client/i.test(words)
      ? "client_rejected"
      : "unknown";

/** Errors are told at a redirect, or on a page for people: of a wrong redirect URI never there (RFC 6749 §4.1.2.1). */
function readPage(redirect_uri: string, outcome: HttpOutcome): PageVerdict {
  if (outcome.kind === "redirected") {
    const { location = "" } = outcome;
    if (!URL.canParse(location)) return "unknown";
    const { searchParams, hash } = new URL(location);
    const said = [searchParams, new URLSearchParams(hash.slice(1))].flatMap((parameters) =>
      ["error", "error_description"].flatMap((name) => parameters.get(name) ?? []),
    );
    if (said.length === 0) return "accepted"; // on to the login
    // TA §3: the answer goes to another registered URI when the one that was asked for is not.
    const verdict = blames(said.join(" "));
    if (verdict === "redirect_rejected") return verdict;
    return location.startsWith(redirect_uri) ? "accepted" : verdict;
  }
  if (outcome.kind !== "answered") return "unknown";
  if (outcome.status < 300) return "accepted";
  if (outcome.status >= 500 || outcome.status === 429) return "unknown";
  const { error, error_description, message } = jsonObject(outcome.body) ?? {};
  const words = [error, error_description, message].filter((said) => typeof said === "string").join(" ");
  return blames(words === "" ? outcome.body : words);
}

const samePath = (one: string, other: string): boolean => new URL(one).pathname === new URL(other).pathname;

/** Former redirect URIs that are worth asking for: where none of those that took their place is registered. */
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
 * One port of this computer that is registered is enough for a sign-in by the browser: the others are for when it is in
 * use, so a missing one is `spare`, and a former one that is missing is not spoken of.
 */
function redirectFindings(
  { formerRedirectUris = [] }: Provider,
  answers: readonly { readonly redirect_uri: string; readonly said: PageVerdict }[],
): readonly ClientFinding[] {
  /** The same address at another port is registered. */
  const comesBack = (missing: string): boolean =>
    isLoopback(missing) &&
    answers.some(
      ({ redirect_uri, said }) =>
        said === "accepted" && isLoopback(redirect_uri) && samePath(redirect_uri, missing),
    );
  return answers.flatMap(({ redirect_uri, said }): ClientFinding[] => {
    const about = "redirect_uri";
    if (said === "accepted") return [{ about, result: "good", redirect_uri }];
    if (formerRedirectUris.includes(redirect_uri)) return [];
    if (said !== "redirect_rejected") return [{ about, result: "unknown", redirect_uri }];
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
 * What the answers say, in the order in which it matters: trouble at the provider ends the list, and so does a client
 * that it does not know. `unknown` is said where an answer can mean either: never guessed.
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
    said: readPage(redirect_uri, outcome),
  }));
  const known = answers.some(({ said }) => said === "accepted" || said === "redirect_rejected");
  const stranger = answers.some(({ said }) => said === "client_rejected");
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
    // A code that nobody issued was taken: whatever this is, it is not to be trusted with a sign-in.
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
      // Without a secret that is as it should be: there is another way in.
      return [
        id("good"),
        ...(hasSecret || provider.device === undefined ? [secret("wrong", { code: "client_public" })] : []),
      ];
    case "grant":
    case "redirect_uri":
      return [id("good"), ...noSecretNeeded, ...redirects];
  }
}
