/**
 * Finds tokens in what people paste and in what other tools keep: a bare token, `oauth:…`, `Bearer …`, lines of an
 * `.env` file, JSON of any shape. Tools differ in where they put a token, and hardly in what they call it, so names
 * decide and places do not (docs/providers.md lists the tools, tests/vectors/import their files). Pure.
 */
import { Secret } from "../secret.ts";

export interface FoundToken {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** As the file says; the provider is asked all the same. */
  readonly client_id?: string;
  /** What the file calls its owner. */
  readonly name?: string;
}

/** More is not a person's accounts. */
const AT_MOST = 20;
const DEPTH = 8;

/** RFC 6750 §2.1: `b64token`. Short ones are words, and words are not sent anywhere. */
const TOKEN = /^[A-Za-z0-9._~+/-]{20,2000}=*$/;
/** A refresh token may hold more (TA §10): `%` and the like. */
const REFRESH = /^[\x21-\x7e]{20,2000}$/;
const PREFIX = /^(?:authorization:\s*)?(?:oauth:|oauth\s+|bearer\s+)/i;

const bare = (text: string): string => text.trim().replace(PREFIX, "");

type Part = "access" | "refresh" | "client" | "name";
/** By the end of a name: what stands before says whose it is, or nothing. The order matters: the first that fits counts. */
const PARTS: readonly (readonly [RegExp, Part | undefined])[] = [
  [/refreshtoken$/, "refresh"],
  [/idtoken$/, undefined], // says who somebody is, and opens nothing
  [/clientid$/, "client"],
  [/(?:access|oauth|auth|bearer)?token$|oauth$|^pass(?:word)?$/, "access"],
  [/(?:login|username|nick|nickname|displayname)$/, "name"],
];

/** `ACCESS_TOKEN`, `accessToken`, `access-token`: the same name. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, "");
function partOf(name: string): { readonly part: Part; readonly before: string } | undefined {
  const text = plain(name);
  for (const [end, part] of PARTS) {
    const found = end.exec(text);
    if (found !== null) return part === undefined ? undefined : { part, before: text.slice(0, found.index) };
  }
  return undefined;
}

/** What is known at one place, from which a token takes what it has not itself. */
interface Known {
  readonly client?: string | undefined;
  readonly name?: string | undefined;
}
type Parts = Partial<Record<Part, string>>;

function tokenOf({ access, refresh, client, name }: Parts, around: Known = {}): FoundToken | undefined {
  const token = access === undefined ? "" : bare(access);
  if (!TOKEN.test(token)) return undefined;
  const client_id = client ?? around.client;
  const called = name ?? around.name;
  return {
    accessToken: new Secret(token),
    ...(refresh !== undefined && REFRESH.test(refresh) && { refreshToken: new Secret(refresh) }),
    ...(client_id !== undefined && /^[\x21-\x7e]{1,200}$/.test(client_id) && { client_id }),
    ...(called !== undefined && called !== "" && { name: called.slice(0, 60) }),
  };
}

/** Every object that has a token of its own, with what the objects around it say. */
function fromJson(value: unknown, around: Known = {}, depth = 0): readonly FoundToken[] {
  if (typeof value !== "object" || value === null || depth > DEPTH) return [];
  const parts: Parts = {};
  for (const [name, member] of Object.entries(value)) {
    const part = typeof member === "string" ? partOf(name)?.part : undefined;
    if (part !== undefined) parts[part] ??= member as string;
  }
  const here: Known = { client: parts.client ?? around.client, name: parts.name ?? around.name };
  const own = tokenOf(parts, around);
  return [
    ...(own === undefined ? [] : [own]),
    ...Object.values(value).flatMap((member) => fromJson(member, here, depth + 1)),
  ];
}

/** Longer than any line with a token; what looks for one in a line goes over it more than once. */
const LONGEST_LINE = 4_096;
const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*?)\s*$/;
const unquoted = (text: string): string =>
  /^(["'])(.*)\1(?:\s+#.*)?$/.exec(text)?.[2] ?? text.replace(/\s+#.*$/, "");

/** `BOT_ACCESS_TOKEN` goes with `BOT_REFRESH_TOKEN`; what has no such word before it is everybody's. */
function fromLines(text: string): readonly FoundToken[] {
  const groups = new Map<string, Parts>();
  for (const line of text.split(/\r?\n|;/)) {
    const [, name = "", value = ""] = (line.length <= LONGEST_LINE && LINE.exec(line)) || [];
    const found = partOf(name);
    if (found === undefined || value === "") continue;
    const parts = groups.get(found.before) ?? {};
    parts[found.part] ??= unquoted(value);
    groups.set(found.before, parts);
  }
  const clients = [...groups.values()].flatMap(({ client }) => client ?? []);
  const around: Known = { client: clients.length === 1 ? clients[0] : undefined };
  return [...groups.values()].flatMap((parts) => tokenOf(parts, around) ?? []);
}

/** The tokens in a text, each once, in its order; none when there is none. Never throws. */
export function findTokens(text: string): readonly FoundToken[] {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  const alone = trimmed.length <= LONGEST_LINE ? tokenOf({ access: unquoted(trimmed) }) : undefined;
  let found: readonly FoundToken[];
  if (alone !== undefined) found = [alone];
  else {
    try {
      found = fromJson(JSON.parse(trimmed));
    } catch {
      found = fromLines(trimmed);
    }
  }
  return found
    .filter(({ accessToken }, at) => found.findIndex((other) => other.accessToken.equals(accessToken)) === at)
    .slice(0, AT_MOST);
}
