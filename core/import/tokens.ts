/**
 * Finds possible access tokens in a pasted text or a file of another tool, and judges which of them look like tokens of
 * one provider. Nothing is sent: the user decides what is checked at the provider (docs/providers.md). Pure.
 */
import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { Collection, tokenIn, WORDS, type Parts } from "./collection.ts";
import { saysOther, shownName } from "./names.ts";
import type { Place } from "./nesting.ts";
import { scan } from "./scan.ts";

export interface Candidate {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** According to the file; the provider's answer decides. */
  readonly client_id?: string;
  /** Its name in the file, with the names around it; absent when there is none that may be shown. */
  readonly name?: string;
  /** The name of its user in the file. */
  readonly owner?: string;
  /** The first line is 1. */
  readonly line: number;
  /**
   * Why it is not suggested: it has not the form of the provider's tokens, or its name says that it is something else.
   */
  readonly doubt?: "form" | "name";
}
export interface Findings {
  readonly candidates: readonly Candidate[];
  /** How many further candidates were found and left out. */
  readonly more: number;
}
/** The provider that the candidates are judged for. */
type TargetProvider = Pick<Provider, "id" | "accessTokenForm">;

/** The most candidates: more than a user has accounts, and not more than the window can show. */
const MAX_CANDIDATES = 1_000;
/** Names of places around a candidate that the window shows, the nearest ones. */
const NAMES_SHOWN = 3;
/** The names of a place and the places around it, outermost first. */
const namesOf = (place: Place | undefined): readonly string[] => {
  const names: string[] = [];
  for (let at = place; at !== undefined && names.length < 12; at = at.parent)
    if (at.name !== undefined) names.unshift(at.name);
  return names;
};

function candidateOf(
  { access, refresh, client, owner }: Parts,
  token: string,
  provider: TargetProvider,
): Candidate {
  const form = provider.accessTokenForm;
  const around = namesOf(access.place);
  const path =
    access.name === undefined || (access.listed && around.at(-1) === access.name)
      ? around
      : [...around, access.name];
  const shown = path.slice(-NAMES_SHOWN).flatMap((name) => shownName(name, form) ?? []);
  const other =
    saysOther(path, provider.id) || (access.inner !== undefined && saysOther([access.inner], provider.id));
  const doubt = other ? "name" : form?.test(token) === true ? undefined : "form";
  const called = owner === undefined ? undefined : shownName(owner, form);
  return {
    accessToken: new Secret(token),
    ...(refresh !== undefined && { refreshToken: new Secret(refresh) }),
    ...(client !== undefined && /^[\x21-\x7e]{1,200}$/.test(client) && { client_id: client }),
    ...(shown.length > 0 && { name: shown.join(" › ") }),
    ...(called !== undefined && { owner: called }),
    line: access.line,
    ...(doubt !== undefined && { doubt }),
  };
}

/** A text that is one token and no more, as it is copied. */
function alone(text: string, provider: TargetProvider): Candidate | undefined {
  const found = /^(["'`]?)(.*)\1$/s.exec(text.length > 10_000 ? "" : text)?.[2] ?? "";
  const token = /[\r\n]/.test(found) ? undefined : tokenIn({ text: found, quoted: true }, undefined);
  if (token === undefined) return undefined;
  const doubt = provider.accessTokenForm?.test(token) === true ? {} : ({ doubt: "form" } as const);
  return { accessToken: new Secret(token), line: 1, ...doubt };
}

/** Encoded characters of a URL or a program: they stand around a token and are no part of it. */
const ENCODED_CHARACTERS = /%[0-9a-f]{2}|\\u00[0-9a-f]{2}|\\x[0-9a-f]{2}/gi;

/** Every word of the provider's form, for a text whose notation is not understood. These words are never suggested. */
function* anywhere(text: string, form: RegExp): Generator<{ readonly token: string; readonly line: number }> {
  let line = 1;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(WORDS)) {
    if (!form.test(token) || new Set(token).size < 5) continue;
    line += text.slice(from, index).match(/\r\n?|\n/g)?.length ?? 0;
    from = index;
    yield { token, line };
  }
}

/** Joins two findings of one token: what either place tells, and the doubt of either. */
const both = (one: Candidate, other: Candidate): Candidate => ({
  ...other,
  ...one,
  ...(one.doubt === undefined && other.doubt !== undefined && { doubt: other.doubt }),
});

/**
 * Finds the candidates in a text, each token once, in the order of the text. Never throws.
 *
 * The generator yields `undefined` from time to time, so that the caller can let other work run: a text may have
 * megabytes. Of a name that occurs twice, the last value counts (core/import/collection.ts). A value that its name
 * calls a refresh token, a client ID, a client secret or an ID token is no candidate, wherever else it stands.
 */
export function* findingTokens(text: string, provider: TargetProvider): Generator<undefined, Findings> {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  const single = alone(trimmed, provider);
  if (single !== undefined) return { candidates: [single], more: 0 };
  const form = provider.accessTokenForm;
  const collection = new Collection(form);
  for (const found of scan(text)) {
    if (found === undefined) yield undefined;
    else collection.add(found);
  }
  const tokens = new Map<string, Candidate | undefined>();
  for (const parts of collection.candidates()) {
    if (parts === undefined) {
      yield undefined;
      continue;
    }
    const token = tokenIn(parts.access, form) ?? "";
    const known = tokens.get(token);
    if (token === "" || collection.never.has(token)) continue;
    if (known === undefined && tokens.size >= MAX_CANDIDATES) {
      tokens.set(token, undefined);
      continue;
    }
    const candidate = candidateOf(parts, token, provider);
    tokens.set(token, known === undefined ? candidate : both(known, candidate));
  }
  if (tokens.size === 0 && form !== undefined)
    for (const { token, line } of anywhere(text.replace(ENCODED_CHARACTERS, " "), form))
      if (!collection.never.has(token))
        tokens.set(token, { accessToken: new Secret(token), line, doubt: "name" });
  const candidates = [...tokens.values()].filter((one) => one !== undefined).slice(0, MAX_CANDIDATES);
  return { candidates, more: tokens.size - candidates.length };
}
/** Runs `findingTokens` without pauses. */
export function findTokens(text: string, provider: TargetProvider): Findings {
  const finding = findingTokens(text, provider);
  for (let step = finding.next(); ; step = finding.next()) if (step.done === true) return step.value;
}
