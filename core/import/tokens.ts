/**
 * Finds what may be access tokens in what people paste and in what other tools keep, and says which of them look like
 * tokens of one provider. Nothing is sent: that is for the person to decide (docs/providers.md). Pure.
 */
import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { sameName, saysOther, shownName, WHOLE_NAME, type Part } from "./names.ts";
import { scan, type Found, type Scope } from "./scan.ts";

export interface Candidate {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** As the file says; the provider is asked all the same. */
  readonly client_id?: string;
  /** What the file calls it, with the names around it; absent: nothing, or nothing that may be shown. */
  readonly name?: string;
  /** What the file calls its owner. */
  readonly owner?: string;
  /** The first is 1. */
  readonly line: number;
  /** Why it is not suggested: its form is not that of the provider's tokens, or its name says something else. */
  readonly doubt?: "form" | "name";
}
export interface Findings {
  readonly candidates: readonly Candidate[];
  /** So many more were found, and are left out. */
  readonly more: number;
}
type For = Pick<Provider, "id" | "accessTokenForm">;

/** More than anybody's accounts, and no more than a window shows. */
const AT_MOST = 1_000;
/** RFC 6750 §2.1: `b64token`. Shorter ones are words. */
const TOKEN = /^[A-Za-z0-9._~+/-]{20,8000}=*$/;
/** A refresh token may hold more (TA §10): `%` and the like. */
const REFRESH = /^[\x21-\x7e]{20,8000}$/;
const PREFIX = /^(?:authorization:\s*)?(?:oauth:|oauth\s+|bearer\s+)/i;
/** In a program: the value is kept elsewhere. */
const REFERENCE = /^(?:process|import|os|deno|bun|env|config|settings|options|this|self)\.[\w.$]+$/i;
const WORDS = /[A-Za-z0-9]{20,}/g;
const NAMES_SHOWN = 3;
/** As in `scan`: after so many steps there is a pause. */
const STEPS = 200;

/** Secrets of Kubernetes and some tools' settings have values in base64, each alone. */
const BASE64 = /^[A-Za-z0-9+/]{24,12000}={0,2}$/;
/** The text of printable ASCII in a value of base64, without the line end that `echo` put there; undefined: there is none. */
function fromBase64(text: string): string | undefined {
  const value = text.trim();
  if (!BASE64.test(value) || value.length % 4 !== 0) return undefined;
  const plain = atob(value).trim();
  return /^[\x21-\x7e]+$/.test(plain) ? plain : undefined;
}

const bare = (text: string): string => text.trim().replace(PREFIX, "");
/** The token in a value; undefined: it can be none. */
function tokenIn(
  { text, quoted }: Pick<Found, "text" | "quoted">,
  form: RegExp | undefined,
): string | undefined {
  let token = bare(text);
  if (!quoted && form?.test(token) !== true) {
    // A comment or another command that begins without a space, or the end of a sentence.
    const [head = ""] = token.split(/[#&]/);
    const shorter = head.replace(/[.!]+$/, "");
    if (form?.test(shorter) === true) token = shorter;
    else if (REFERENCE.test(token)) return undefined;
  }
  if (!TOKEN.test(token)) return undefined;
  return new Set(token).size < 5 ? undefined : token; // “xxxxxxxxxxxxxxxxxxxx” stands for one
}

const namesOf = (scope: Scope | undefined): readonly string[] => {
  const names: string[] = [];
  for (let at = scope; at !== undefined && names.length < 12; at = at.parent)
    if (at.name !== undefined) names.unshift(at.name);
  return names;
};

/** Values under one scope that belong together by their names, from the first name that comes twice on: the next. */
interface Block {
  readonly values: Map<
    string,
    /** `encoded`: the file has it in base64, and what stands beside it, too. */
    Found & { readonly kind: Part | "other"; readonly order: number; readonly encoded?: boolean }
  >;
}
type Kept = Block["values"] extends Map<string, infer V> ? V : never;

/** Puts values together as they belong together, while they are found. */
class Collection {
  readonly #blocks = new Map<Scope, Map<string, Block[]>>();
  readonly #listed: Kept[] = [];
  /** What is a refresh token, a client's ID or secret, or an ID token by its name is never a candidate. */
  readonly never = new Set<string>();
  readonly #form: RegExp | undefined;
  #order = 0;

  constructor(form: RegExp | undefined) {
    this.#form = form;
  }

  add(found: Found): void {
    const kind = found.part?.part ?? "other";
    let kept: Kept = { ...found, kind, order: this.#order++ };
    if (kind === "access" || kind === "other") {
      const plain = fromBase64(found.text);
      if (plain !== undefined && this.#form?.test(bare(plain)) === true)
        kept = { ...kept, text: plain, encoded: true };
      const token = tokenIn(kept, this.#form);
      if (token === undefined || (kind === "other" && this.#form?.test(token) !== true)) return;
      if (found.listed || found.name === undefined) return void this.#listed.push(kept);
    } else {
      if (kind !== "owner")
        for (const text of [found.text, fromBase64(found.text) ?? ""])
          for (const piece of [bare(text), ...(text.match(WORDS) ?? [])]) this.never.add(piece);
      if (kind === "refresh" ? !REFRESH.test(found.text) : found.text.trim() === "") return;
    }
    const name = found.part?.name ?? sameName(found.name ?? "");
    const group = found.part?.group ?? `other ${name}`;
    const groups = this.#blocks.get(found.scope) ?? new Map<string, Block[]>();
    this.#blocks.set(found.scope, groups);
    const blocks = groups.get(group) ?? [];
    groups.set(group, blocks);
    const last = blocks.at(-1);
    if (last === undefined || last.values.has(name)) blocks.push({ values: new Map([[name, kept]]) });
    else last.values.set(name, kept);
  }

  *candidates(): Generator<Parts | undefined> {
    const clients = new Set<string>();
    const all: Parts[] = this.#listed.map((access) => ({ access }));
    let steps = 0;
    for (const groups of this.#blocks.values())
      for (const blocks of groups.values()) {
        if (++steps % STEPS === 0) yield undefined;
        for (const { values } of blocks)
          for (const { text } of ofKind(values, "client")) clients.add(text.trim());
        all.push(...lastOfEach(blocks));
      }
    const [onlyClient] = clients.size === 1 ? clients : [];
    for (const parts of all.sort((one, other) => one.access.order - other.access.order)) {
      if (++steps % STEPS === 0) yield undefined;
      const around = this.#around(parts.access.scope);
      const client = parts.client ?? around.client ?? onlyClient;
      const owner = parts.owner ?? around.owner;
      yield { ...parts, ...(client !== undefined && { client }), ...(owner !== undefined && { owner }) };
    }
  }
  /** What the scopes around a value say of its client and its owner. */
  #around(scope: Scope): { readonly client?: string; readonly owner?: string } {
    let client: string | undefined;
    let owner: string | undefined;
    let steps = 0;
    for (let at = scope.parent; at !== undefined && steps < 12; at = at.parent, steps++) {
      const block = this.#blocks.get(at)?.get(WHOLE_NAME)?.at(-1);
      if (block === undefined) continue;
      client ??= ofKind(block.values, "client")[0]?.text;
      owner ??= ofKind(block.values, "owner")[0]?.text;
    }
    return { ...(client !== undefined && { client }), ...(owner !== undefined && { owner }) };
  }
}

interface Parts {
  readonly access: Kept;
  readonly refresh?: string;
  readonly client?: string;
  readonly owner?: string;
}
const ofKind = (values: Block["values"], kind: Kept["kind"]): readonly Kept[] =>
  [...values.values()].filter((one) => one.kind === kind);

/**
 * Of each name the last value, with what stands beside that one: a refresh token from before belongs to the token that
 * was replaced, and the two are never joined.
 */
function lastOfEach(blocks: readonly Block[]): readonly Parts[] {
  const taken = new Set<string>();
  const parts: Parts[] = [];
  for (const { values } of [...blocks].reverse()) {
    const refresh = ofKind(values, "refresh").at(-1);
    const isLast = refresh !== undefined && !taken.has(refresh.part?.name ?? "");
    const fresh = [...values].filter(([name]) => !taken.has(name)).map(([, value]) => value);
    const tokens = fresh.filter(({ kind }) => kind === "access" || kind === "other");
    const owned = isLast ? bestFor(refresh, ofKind(values, "access")) : undefined;
    for (const access of tokens) {
      const client = ofKind(values, "client")[0]?.text;
      const owner = ofKind(values, "owner")[0]?.text;
      parts.push({
        access,
        ...(access === owned && refresh !== undefined && { refresh: textBeside(access, refresh.text) }),
        ...(client !== undefined && { client: textBeside(access, client) }),
        ...(owner !== undefined && { owner }),
      });
    }
    for (const name of values.keys()) taken.add(name);
  }
  return parts;
}
const textBeside = ({ encoded }: Kept, text: string): string =>
  (encoded === true ? fromBase64(text) : undefined) ?? text;
/** `refresh_token` goes with `access_token`, and with `token` where that is all there is; `refresh` the other way round. */
function bestFor(refresh: Kept, tokens: readonly Kept[]): Kept | undefined {
  const isLong = /token/.test(refresh.part?.name ?? "");
  const rank = ({ part }: Kept): number => {
    const name = part?.name ?? "";
    if (/access/.test(name)) return isLong ? 0 : 1;
    if (/oauth|auth|bearer/.test(name)) return 2;
    return /token/.test(name) ? (isLong ? 1 : 0) : 3;
  };
  return [...tokens].sort((one, other) => rank(one) - rank(other))[0];
}

function candidateOf({ access, refresh, client, owner }: Parts, token: string, provider: For): Candidate {
  const form = provider.accessTokenForm;
  const scopes = namesOf(access.scope);
  const path =
    access.name === undefined || (access.listed && scopes.at(-1) === access.name)
      ? scopes
      : [...scopes, access.name];
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

/** A token alone, as it is copied. */
function alone(text: string, provider: For): Candidate | undefined {
  const found = /^(["'`]?)(.*)\1$/s.exec(text.length > 10_000 ? "" : text)?.[2] ?? "";
  const token = /[\r\n]/.test(found) ? undefined : tokenIn({ text: found, quoted: true }, undefined);
  if (token === undefined) return undefined;
  const doubt = provider.accessTokenForm?.test(token) === true ? {} : ({ doubt: "form" } as const);
  return { accessToken: new Secret(token), line: 1, ...doubt };
}

/** Signs that a URL or a program has in place of others: what is around a token, and is none of it. */
const SIGNS = /%[0-9a-f]{2}|\\u00[0-9a-f]{2}|\\x[0-9a-f]{2}/gi;

/** Where no notation is understood: anything that has the provider's form. It is never suggested. */
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

/**
 * Finds the candidates in a text, each token once, in their order; none when there is none. Never throws.
 *
 * It stops at every `yield`, so that whoever drives it can do something else in between: a text may have megabytes.
 * A name that comes twice counts as its last value (see `lastOfEach`). Values that their names call a refresh token, a
 * client ID, a client secret or an ID token are no candidates, wherever else they stand.
 */
export function* findingTokens(text: string, provider: For): Generator<undefined, Findings> {
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
    if (known === undefined && tokens.size >= AT_MOST) {
      tokens.set(token, undefined);
      continue;
    }
    const candidate = candidateOf(parts, token, provider);
    tokens.set(token, known === undefined ? candidate : both(known, candidate));
  }
  if (tokens.size === 0 && form !== undefined)
    for (const { token, line } of anywhere(text.replace(SIGNS, " "), form))
      if (!collection.never.has(token))
        tokens.set(token, { accessToken: new Secret(token), line, doubt: "name" });
  const candidates = [...tokens.values()].filter((one) => one !== undefined).slice(0, AT_MOST);
  return { candidates, more: tokens.size - candidates.length };
}
/** The same token in two places: what either place knows, and the doubts of both. */
const both = (one: Candidate, other: Candidate): Candidate => ({
  ...other,
  ...one,
  ...(one.doubt === undefined && other.doubt !== undefined && { doubt: other.doubt }),
});

/** `findingTokens` in one go. */
export function findTokens(text: string, provider: For): Findings {
  const finding = findingTokens(text, provider);
  for (let step = finding.next(); ; step = finding.next()) if (step.done === true) return step.value;
}
