/** Groups the values of a text into access tokens with what belongs to each. Pure. */
import { sameName, WHOLE_NAME, type Part } from "./names.ts";
import type { Place } from "./nesting.ts";
import type { Found } from "./scan.ts";

/** RFC 6750 §2.1: `b64token`. Shorter ones are words. */
const TOKEN = /^[A-Za-z0-9._~+/-]{20,8000}=*$/;
/** A refresh token may contain more characters, such as `%` (docs/twitch-auth.md §10). */
const REFRESH = /^[\x21-\x7e]{20,8000}$/;
const PREFIX = /^(?:authorization:\s*)?(?:oauth:|oauth\s+|bearer\s+)/i;
/** An expression of a program: the value stands elsewhere. */
const REFERENCE = /^(?:process|import|os|deno|bun|env|config|settings|options|this|self)\.[\w.$]+$/i;
/** Runs of letters and digits that may be tokens. */
export const WORDS = /[A-Za-z0-9]{20,}/g;
/** Steps between two pauses, as in `scan`. */
const STEPS = 200;
/** Places around a value that are searched for its client and its owner. */
const PLACES_AROUND = 12;

/** Secrets of Kubernetes, and the settings of some tools, encode each value in base64. */
const BASE64 = /^[A-Za-z0-9+/]{24,12000}={0,2}$/;
/** The printable ASCII text that a value encodes, without the line end of `echo`; undefined when it encodes none. */
function fromBase64(text: string): string | undefined {
  const value = text.trim();
  if (!BASE64.test(value) || value.length % 4 !== 0) return undefined;
  const plain = atob(value).trim();
  return /^[\x21-\x7e]+$/.test(plain) ? plain : undefined;
}

const bare = (text: string): string => text.trim().replace(PREFIX, "");
/** The token in a value; undefined when the value cannot be a token. */
export function tokenIn(
  { text, quoted }: Pick<Found, "text" | "quoted">,
  form: RegExp | undefined,
): string | undefined {
  let token = bare(text);
  if (!quoted && form?.test(token) !== true) {
    // A comment or a command may follow without a space, and a sentence ends in a full stop.
    const [head = ""] = token.split(/[#&]/);
    const shorter = head.replace(/[.!]+$/, "");
    if (form?.test(shorter) === true) token = shorter;
    else if (REFERENCE.test(token)) return undefined;
  }
  if (!TOKEN.test(token)) return undefined;
  return new Set(token).size < 5 ? undefined : token; // “xxxxxxxxxxxxxxxxxxxx” is a placeholder
}

/** A value that may be a token or a part of one. */
interface Kept extends Found {
  readonly kind: Part | "other";
  readonly order: number;
  /** The file encodes this value, and the values beside it, in base64. */
  readonly encoded?: boolean;
}
/** Values of one place whose names belong together. A name that occurs again begins the next block. */
interface Block {
  readonly values: Map<string, Kept>;
}

/** An access token and the values that belong to it. */
export interface Parts {
  readonly access: Kept;
  readonly refresh?: string;
  readonly client?: string;
  readonly owner?: string;
}
const ofKind = (values: Block["values"], kind: Kept["kind"]): readonly Kept[] =>
  [...values.values()].filter((one) => one.kind === kind);

const textBeside = ({ encoded }: Kept, text: string): string =>
  (encoded === true ? fromBase64(text) : undefined) ?? text;
/** `refresh_token` belongs to `access_token`, or to `token` where that is the only one; `refresh` prefers `token`. */
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

/**
 * The last value of each name, with the values beside it. An earlier refresh token belongs to the access token that was
 * replaced, so it is never joined with a later one.
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

/** Receives the values in the order of the text, then gives the access tokens. */
export class Collection {
  readonly #blocks = new Map<Place, Map<string, Block[]>>();
  readonly #listed: Kept[] = [];
  /**
   * Texts that are never candidates: a name calls them a refresh token, a client ID, a client secret or an ID token.
   */
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
    const groups = this.#blocks.get(found.place) ?? new Map<string, Block[]>();
    this.#blocks.set(found.place, groups);
    const blocks = groups.get(group) ?? [];
    groups.set(group, blocks);
    const last = blocks.at(-1);
    if (last === undefined || last.values.has(name)) blocks.push({ values: new Map([[name, kept]]) });
    else last.values.set(name, kept);
  }

  /** The access tokens in the order of the text; `undefined` now and then, as `scan` yields it. */
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
      const around = this.#around(parts.access.place);
      const client = parts.client ?? around.client ?? onlyClient;
      const owner = parts.owner ?? around.owner;
      yield { ...parts, ...(client !== undefined && { client }), ...(owner !== undefined && { owner }) };
    }
  }
  /** The client and the owner that the places around a value name. */
  #around(place: Place): { readonly client?: string; readonly owner?: string } {
    let client: string | undefined;
    let owner: string | undefined;
    let steps = 0;
    for (let at = place.parent; at !== undefined && steps < PLACES_AROUND; at = at.parent, steps++) {
      const block = this.#blocks.get(at)?.get(WHOLE_NAME)?.at(-1);
      if (block === undefined) continue;
      client ??= ofKind(block.values, "client")[0]?.text;
      owner ??= ofKind(block.values, "owner")[0]?.text;
    }
    return { ...(client !== undefined && { client }), ...(owner !== undefined && { owner }) };
  }
}
