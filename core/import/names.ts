/**
 * Judges a value by its name. Tools store tokens in different places, under similar names (docs/providers.md). Names
 * are compared by their words: `BOT_ACCESS_TOKEN`, `botAccessToken` and `bot-access-token` are the same name. Pure.
 */

/** The meaning of a value, by its name. `secret` is a client secret, `identity` an ID token; neither is a candidate. */
export type Part = "access" | "refresh" | "client" | "secret" | "identity" | "owner";

/** Characters of a name that are read. */
const LONGEST_NAME = 200;

/** `botAccessToken` → `bot_access_token`. */
function normalized(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/o_auth/g, "oauth")
    .replace(/^_|_$/g, "");
}

/** Endings of names that describe a token (its type, its expiry, its endpoint) and do not name one. */
const ABOUT_A_TOKEN =
  /(?:^|_)(?:ur[il]s?|endpoints?|hosts?|ports?|path|file|file_?name|folder|dir|types?|scopes?|expir[a-z]*|at|in|ttl|timestamp|date|time|timeout|interval|margin|length|limit|count|header|hash|updated|obtained|status|valid[a-z]*)$|token(?:expir[a-z]*|scopes?|types?|ur[il])$/;

/** In the order of precedence: the first match decides. */
const PARTS: readonly (readonly [RegExp, Part])[] = [
  [/login$|user_?name$|nick(?:_?name)?$|display_?name$/, "owner"],
  [/(?:oauth2?_?|access_?)?refresh_?token|refresh(?=_?\d*$)/, "refresh"],
  [/(?<![a-z])id_?token/, "identity"],
  [/(?:client|app|application)_?secret/, "secret"],
  [/(?:client|app|application)_?id(?![a-z])/, "client"],
  [
    /(?:access|oauth2?|auth|bearer)?_?tokens?(?![a-z])|oauth2?(?![a-z])|(?<![a-z])(?:authorization|bearer)$/,
    "access",
  ],
  [/^pass(?:word)?$/, "access"],
];

export interface NamedPart {
  readonly part: Part;
  /** The normalized name. A name that occurs twice has been replaced. */
  readonly name: string;
  /** The rest of the name: `bot_access_token` and `bot_refresh_token` are of one group. */
  readonly group: string;
}

/** The group of names without a rest: `token`, `username`. */
export const WHOLE_NAME = " ";

function judge(name: string): NamedPart | undefined {
  const words = normalized(name.slice(0, LONGEST_NAME));
  const isOwner = PARTS[0]?.[0].test(words) === true;
  if (!isOwner && ABOUT_A_TOKEN.test(words)) return undefined;
  for (const [pattern, part] of PARTS) {
    const found = pattern.exec(words);
    if (found === null) continue;
    const after = words.slice(found.index + found[0].length);
    const group = `${words.slice(0, found.index)} ${after}`.replace(/_/g, "");
    return { part, name: words, group };
  }
  return undefined;
}
/** A cache: a large file repeats its names. */
const judged = new Map<string, NamedPart | undefined>();
/** The part of a token that a name stands for; undefined for any other name. */
export function partOf(name: string): NamedPart | undefined {
  if (judged.has(name)) return judged.get(name);
  const part = judge(name);
  if (judged.size >= 2_000) judged.clear();
  judged.set(name, part);
  return part;
}
/** The normalized name, for comparing names that `partOf` does not know. */
export const sameName = (name: string): string => normalized(name.slice(0, LONGEST_NAME));

/** Names whose value is no access token, even if it has the form of one. */
const NOT_A_TOKEN =
  /secret|refresh|passw|passphrase|(?:^|_)(?:pass|pwd|pw)(?:_|\d|$)|(?:^|_)keys?\d*(?:_|$)|(?:api|stream|access|private|public|auth|crypt|encryption|signing)keys?$|(?:client|app|application|user|channel|device|session)_?ids?(?:_|\d|$)|(?<![a-z])id_?token/;
/** Words that rule a token out unless the name also says “token”: `CHANNEL_ACCESS_TOKEN` is one, `channel` is not. */
const PROBABLY_NOT_A_TOKEN =
  /(?:^|_)(?:ids?|uu?id|guid|hash|salt|sha\d*|md5|signature|sig|cookie|csrf|xsrf|sessions?|sid|nonce|state|code|verifier|challenge|cursor|etag|checksum|digest|pin|otp|seed|device|channel|version|build|commit|revision|license|licence|serial|webhook|url)(?:_|\d|$)/;

/** Services whose tokens stand in the same files. The provider that the import is for is not counted as one of them. */
const SERVICES: ReadonlySet<string> = new Set(
  (
    "airtable algolia amazon anthropic apple asana auth0 aws azure betterttv bitbucket bluesky bsky bttv bungie claude " +
    "cloudflare cohere datadog deepgram deepl deepseek digitalocean discord dlive docker dropbox elevenlabs elgato " +
    "facebook faceit fastly ffz figma firebase fortnite fourthwall frankerfacez gcp gemini genius giphy gitea " +
    "github gitlab gmail google gpt grafana groq guilded heroku huggingface ifttt imgur instagram jira kick kofi " +
    "lastfm lemonsqueezy linkedin mailchimp mailgun mapbox mastodon matrix messenger microsoft " +
    "mistral mongodb mongo msteams mysql netlify ngrok nightbot notion npm nvidia obs okta openai openrouter " +
    "openweather opsgenie osu pagerduty pastebin patreon paypal perplexity pinterest plex pnpm postgres postgresql " +
    "posthog postmark pubnub pulsoid pushbullet pushover pusher pypi rabbitmq railway rawg reddit redis " +
    "replicate riot roblox rocketchat s3 sendgrid sentry shodan shopify signal slack smtp snapchat " +
    "soundcloud spotify stabilityai steam streamelements streamlabs stripe strava " +
    "supabase teams telegram tenor tidal tiktok tipeee trello trovo tumblr turso twilio twitter vercel " +
    "vimeo vk vonage voicemod weather weatherapi wechat whatsapp wordpress xai xbox yahoo yandex yarn youtube yt " +
    "zapier zendesk zoom"
  ).split(" "),
);
/** Names of services at least this long are found inside of a word too; `s3` would be in many words. */
const FOUND_WITHIN = 6;

function namesService(words: string, provider: string): boolean {
  const parts = words.split("_");
  const squashed = words.replace(/_/g, "");
  for (const service of SERVICES) {
    if (service === provider) continue;
    if (parts.includes(service)) return true;
    if (service.length >= FOUND_WITHIN && squashed.includes(service)) return true;
  }
  return false;
}

/**
 * Whether a name says that its value is no access token of this provider, but an ID, a secret, a password, a key, a
 * refresh token, or a token of another service.
 *
 * @param path the names of the places around the value, outermost first, then its own name; empty when it has no name
 * @param provider the provider's ID
 */
export function saysOther(path: readonly string[], provider: string): boolean {
  const words = path.map((name) => normalized(name.slice(0, LONGEST_NAME)));
  if (words.some((name) => namesService(name, provider))) return true;
  const own = words.at(-1);
  if (own === undefined) return false;
  if (NOT_A_TOKEN.test(own)) return true;
  if (partOf(path.at(-1) ?? "")?.part === "access") return false;
  return [own, words.at(-2) ?? ""].some((name) => PROBABLY_NOT_A_TOKEN.test(name) || NOT_A_TOKEN.test(name));
}

/** The longest text without a separator that can be a word or a user ID; a longer one may be a piece of a secret. */
const LONGEST_RUN = 24;
const kindOf = (char: string): string =>
  /[a-z]/.test(char) ? "a" : /[A-Z]/.test(char) ? "A" : /\d/.test(char) ? "0" : "-";
/**
 * The share of characters whose kind (letter, capital, digit, sign) differs from the one before: high in random text.
 */
function mixture(text: string): number {
  let changes = 0;
  for (let at = 1; at < text.length; at++)
    if (kindOf(text.charAt(at)) !== kindOf(text.charAt(at - 1))) changes += 1;
  return changes / text.length;
}
/**
 * Whether a text in the position of a name is a value: by its form, or because it is longer or more mixed than names
 * are.
 */
function looksSecret(text: string, form: RegExp | undefined): boolean {
  if (form?.test(text) === true || /oauth:|bearer\s|[+/=~%]/i.test(text)) return true;
  if (text.length >= 12 && mixture(text) > 0.45) return true;
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [];
  return runs.some(
    (run) =>
      run.length > LONGEST_RUN ||
      (run.length >= 16 && /\d/.test(run) && /[a-z]/i.test(run)) ||
      (run.length >= 12 && /\d[a-z]+\d|[a-z]\d+[a-z]+\d/i.test(run)),
  );
}

/** A name from a file, made fit to be shown; undefined when it may be a piece of a secret. */
export function shownName(text: string, form: RegExp | undefined): string | undefined {
  if (looksSecret(text.slice(0, LONGEST_NAME), form)) return undefined;
  const shown = text
    .replace(/[^\p{L}\p{N} _.$@-]/gu, "")
    .trim()
    .slice(0, 48);
  return shown === "" ? undefined : shown;
}
