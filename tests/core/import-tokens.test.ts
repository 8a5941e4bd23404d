/** What other tools keep is found by its names and its form, in every notation; what it is not is said, and not joined. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../core/import/decode.ts";
import { findTokens, type Candidate } from "../../core/import/tokens.ts";
import { twitch } from "../../core/providers/twitch.ts";

const folder = new URL("../vectors/import/", import.meta.url);
const read = (file: string) => decodeText(readFileSync(new URL(file, folder)));
type Expected = Pick<Candidate, "name" | "owner" | "client_id" | "doubt"> & { readonly refresh: boolean };
const expected = JSON.parse(read("expected.json")) as Record<string, readonly Expected[]>;
const find = (text: string) => findTokens(text, twitch).candidates;
const shown = (text: string): readonly Expected[] =>
  find(text).map(({ accessToken: _token, refreshToken, line: _line, ...rest }) => ({
    ...rest,
    refresh: refreshToken !== undefined,
  }));
const values = (text: string) => find(text).map(({ accessToken }) => accessToken.reveal());
const suggested = (text: string) =>
  find(text).flatMap(({ accessToken, doubt }) => (doubt === undefined ? [accessToken.reveal()] : []));

describe("files of other tools", () => {
  test("each has its expectation", () => {
    const files = readdirSync(folder).filter((name) => !/^\.|^README|^expected/.test(name));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });
  test.each(Object.entries(expected))("%s", (file, tokens) => expect(shown(read(file))).toEqual(tokens));
  test("their tokens are the ones that stand in them", () => {
    for (const file of Object.keys(expected))
      for (const value of values(read(file))) {
        expect(read(file)).toContain(value);
        expect(value).toMatch(/^(?:ghp_)?invented(?:access|session|token)/);
      }
  });
});

/** RFC 6750 §2.1, as long as tokens are. */
const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{24,60}={0,2}$/).filter((text) => new Set(text).size > 8);
/** The provider's own form. */
const own = fc.stringMatching(/^[a-z0-9]{30}$/).filter((text) => new Set(text).size > 8);
const refresh = fc.stringMatching(/^[a-z0-9]{50}$/).filter((text) => new Set(text).size > 8);

const FORMS: Record<string, (text: string) => string> = {
  bare: (text) => text,
  "with space around": (text) => `\n  ${text}\t\n`,
  quoted: (text) => `"${text}"`,
  "for IRC": (text) => `oauth:${text}`,
  "as a header's value": (text) => `Bearer ${text}`,
  "as a header": (text) => `Authorization: OAuth ${text}`,
  "a line": (text) => `ACCESS_TOKEN=${text}`,
  "a line of a shell": (text) => `export TOKEN='${text}'`,
  JSON: (text) => JSON.stringify({ access_token: text }),
  "JSON within JSON": (text) => JSON.stringify([{ a: { b: [{ oauthToken: `oauth:${text}` }] } }]),
  "JSON in a string of JSON": (text) => JSON.stringify({ saved: JSON.stringify({ access_token: text }) }),
};
describe.each(Object.entries(FORMS))("%s", (_form, write) => {
  test("it is found, once, and does not show", () =>
    fc.assert(
      fc.property(token, (text) => {
        expect(values(write(text))).toEqual([text]);
        expect(JSON.stringify(find(write(text)))).not.toContain(text);
      }),
      { numRuns: 50 },
    ));
});

type Write = (name: string, value: string) => string;
const NOTATIONS: Record<string, Write> = {
  dotenv: (name, value) => `${name}=${value}`,
  "dotenv, quoted": (name, value) => `${name} = "${value}" # a comment`,
  shell: (name, value) => `export ${name}='${value}'`,
  "shell, one command": (name, value) => `env ${name}=${value} ./bot --verbose`,
  powershell: (name, value) => `$env:${name} = "${value}"`,
  "powershell, braces": (name, value) => `\${env:${name}} = '${value}'`,
  "powershell, .NET": (name, value) => `[Environment]::SetEnvironmentVariable("${name}", "${value}", "User")`,
  "powershell, item": (name, value) => `Set-Item -Path Env:${name} -Value "${value}"`,
  cmd: (name, value) => `set ${name}=${value}`,
  "cmd, quoted": (name, value) => `set "${name}=${value}"`,
  setx: (name, value) => `setx ${name} "${value}" /M`,
  fish: (name, value) => `set -gx ${name} ${value}`,
  csh: (name, value) => `setenv ${name} ${value}`,
  systemd: (name, value) => `Environment="${name}=${value}"`,
  docker: (name, value) => `ENV ${name} ${value}`,
  "docker, option": (name, value) => `docker run -e ${name}=${value} bot`,
  compose: (name, value) => `      - ${name}=${value}`,
  yaml: (name, value) => `${name}: ${value} # a comment`,
  "yaml, folded": (name, value) => `${name}: >-\n  ${value}`,
  ini: (name, value) => `${name} = ${value}`,
  properties: (name, value) => `${name} : ${value}`,
  toml: (name, value) => `${name} = '''${value}'''`,
  javascript: (name, value) => `const config = { ${name}: '${value}', };`,
  typescript: (name, value) => `const ${name}: string = \`${value}\`;`,
  python: (name, value) => `${name}: str = "${value}"`,
  "python, call": (name, value) => `bot = Bot(prefix="!", ${name}="${value}")`,
  "python, environment": (name, value) => `os.environ["${name}"] = "${value}"`,
  php: (name, value) => `$config['${name}'] = '${value}';`,
  ruby: (name, value) => `config = { :${name} => "${value}" }`,
  lua: (name, value) => `config["${name}"] = "${value}"`,
  go: (name, value) => `${name} := "${value}"`,
  json: (name, value) => JSON.stringify({ [name]: value }),
  "json with comments": (name, value) => `{\n// it\n"${name}": /* is */ "${value}",\n}`,
  "list of variables": (name, value) => JSON.stringify([{ name, value }]),
  "list of variables, yaml": (name, value) => `env:\n- name: ${name}\n  value: ${value}`,
  xml: (name, value) => `<add key="${name}" value="${value}" />`,
  "xml, element": (name, value) => `<${name}>${value}</${name}>`,
  query: (name, value) => `https://localhost/callback#${name}=${value}&token_type=bearer`,
  option: (name, value) => `bot --${name} ${value}`,
};
const LINE_ENDS = { "\n": "LF", "\r\n": "CR LF", "\r": "CR" };

describe.each(Object.entries(NOTATIONS))("in %s", (_notation, write) => {
  test("a token of the provider's form is found, with its name, and suggested, with each line end", () =>
    fc.assert(
      fc.property(own, fc.constantFrom(...Object.keys(LINE_ENDS)), (text, end) => {
        const file = write("TWITCH_TOKEN", text).replaceAll("\n", end);
        const [found, ...others] = find(`A=1\n${file}\nB=2\n`.replaceAll("\n", end));
        expect(others).toEqual([]);
        expect(found?.accessToken.reveal()).toBe(text);
        expect(found?.name).toMatch(/TWITCH_TOKEN$/);
        expect(found?.doubt).toBeUndefined();
      }),
      { numRuns: 25 },
    ));
  test.each(["client_secret", "CLIENT_ID", "REFRESH_TOKEN", "refresh", "ID_TOKEN"])(
    "what is called %s is no candidate, whatever its form",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(find(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
  test.each(["BOT_SECRET", "PASSWORD", "password", "API_KEY", "apiKey", "KEY", "USER_ID"])(
    "what is called %s is never suggested, whatever its form",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(suggested(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
  test.each(["DISCORD_TOKEN", "github_token", "youtubeToken", "SPOTIFY_ACCESS_TOKEN", "streamlabs_token"])(
    "another service's %s is never suggested",
    (name) =>
      fc.assert(
        fc.property(own, (text) => {
          expect(suggested(write(name, text))).toEqual([]);
        }),
        { numRuns: 5 },
      ),
  );
});

test.each([
  "OPENAI_TOKEN",
  "aws_session_token",
  "SLACK_BOT_TOKEN",
  "SLACK_OAUTH",
  "GOOGLE_OAUTH_TOKEN",
  "kickAccessToken",
  "TELEGRAM_TOKEN",
  "refreshKey",
  "STREAM_KEY",
  "passwd",
  "IRC_PASS",
  "CLIENTID2",
  "device_id",
  "csrf",
  "webhook_secret",
])("%s says something else", (name) => {
  expect(suggested(`${name}=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5`)).toEqual([]);
});
test("what a call is, or is given to, counts too", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [
    `bot.setClientSecret("${text}");`,
    `password = decode("${text}")`,
    `secrets = ["${text}"]`,
  ])
    expect(find(file), file).toMatchObject([{ doubt: "name" }]);
  expect(suggested(`bot.login("${text}"); bot.setAccessToken("${text}")`)).toEqual([text]);
});
test("the names around it count too: of a section, an object, a parent", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [
    `[discord]\ntoken=${text}`,
    JSON.stringify({ discord: { auth: { access_token: text } } }),
    `discord:\n  bot:\n    token: ${text}`,
    `discord:\n- token: ${text}`,
    `const discord = { token: "${text}" }`,
  ])
    expect(find(file), file).toMatchObject([{ doubt: "name" }]);
});
test("without a form of its own a provider has nothing suggested", () =>
  fc.assert(
    fc.property(own, fc.constantFrom(...Object.values(NOTATIONS)), (text, write) => {
      const { candidates } = findTokens(write("ACCESS_TOKEN", text), { id: "local" });
      expect(candidates).toMatchObject([{ doubt: "form" }]);
    }),
  ));
test.each([
  ["29 characters", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o"],
  ["31 characters", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p"],
  ["a capital letter", "A1b2c3d4e5f6g7h8i9j0k1l2m3n4o5"],
  ["a sign", "a1b2c3d4e5f6g7-8i9j0k1l2m3n4o5"],
])("a value with %s is not suggested", (_what, text) => {
  for (const file of [text, `oauth:${text}`, `TOKEN=${text}`]) expect(suggested(file)).toEqual([]);
});

describe("what stands beside an access token", () => {
  /** In these each text is an object, a call or a URL of its own. */
  const apart = [
    "javascript",
    "json",
    "json with comments",
    "ruby",
    "python, call",
    "query",
    "list of variables",
    "list of variables, yaml",
  ];
  const together = Object.entries(NOTATIONS).filter(([notation]) => !apart.includes(notation));
  test.each(together)("%s: its refresh token goes with it", (_notation, write) =>
    fc.assert(
      fc.property(own, refresh, (access, renews) => {
        const file = `${write("TWITCH_ACCESS_TOKEN", access)}\n${write("TWITCH_REFRESH_TOKEN", renews)}`;
        const [found] = find(file);
        expect(found?.refreshToken?.reveal()).toBe(renews);
      }),
      { numRuns: 5 },
    ),
  );
  /** Lines of one name each; what is after a name's last line does not count, and pairs are never mixed. */
  test("the last of a repeated name counts, and a refresh token from before is never joined to it", () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("access", "refresh"), { minLength: 1, maxLength: 7 }),
        fc.constantFrom("env", "json", "yaml"),
        (kinds, notation) => {
          const lines = kinds.map((kind, at) => ({
            name: `${kind}_token`,
            value: `invented${kind}`.padEnd(kind === "access" ? 29 : 49, "0") + String(at),
          }));
          const text =
            notation === "json"
              ? `{${lines.map(({ name, value }) => `"${name}":"${value}"`).join(",")}}`
              : lines
                  .map(({ name, value }) => `${name}${notation === "env" ? "=" : ": "}${value}`)
                  .join("\n");
          const [found, ...others] = find(text);
          expect(others).toEqual([]);
          const last = kinds.lastIndexOf("access");
          expect(found?.accessToken.reveal()).toBe(lines[last]?.value);
          const joined = found?.refreshToken?.reveal();
          if (joined === undefined) return;
          expect(joined).toBe(lines[kinds.lastIndexOf("refresh")]?.value);
          expect(Math.abs(kinds.lastIndexOf("refresh") - last)).toBe(1);
        },
      ),
    ));
  test.each([
    ["access first", ["access", "refresh"]],
    ["refresh first", ["refresh", "access"]],
  ])("pairs, %s: the last pair counts whole", (_order, pair) => {
    const kinds = [...pair, ...pair, ...pair];
    const text = kinds
      .map((kind, at) => `${kind}_token=invented${kind}`.padEnd(44, "0") + String(at))
      .join("\n");
    const [found] = findTokens(text, { id: "local" }).candidates;
    expect(found?.accessToken.reveal()).toMatch(pair[0] === "access" ? /4$/ : /5$/);
    expect(found?.refreshToken?.reveal()).toMatch(pair[0] === "access" ? /5$/ : /4$/);
  });
  test("two names for two tokens are two tokens, and the refresh token goes with one", () => {
    const text = JSON.stringify({
      token: "inventedaccesstoken00000000001",
      access_token: "inventedaccesstoken00000000002",
      refresh_token: "inventedrefreshtoken0000000000001",
    });
    expect(find(text)).toMatchObject([{ name: "token" }, { name: "access_token" }]);
    expect(find(text).map(({ refreshToken }) => refreshToken !== undefined)).toEqual([false, true]);
  });
});

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a mark": (text) => Buffer.from(`\uFEFF${text}`),
  "UTF-16 LE": (text) => Buffer.from(text, "utf16le"),
  "UTF-16 LE with a mark": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "UTF-16 BE": (text) => Buffer.from(text, "utf16le").swap16(),
  "UTF-16 BE with a mark": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
  "Latin-1": (text) => Buffer.from(`# Schlüssel für später\n${text}`, "latin1"),
  "UTF-8, and UTF-16 behind": (text) =>
    Buffer.concat([Buffer.from("CHANNEL=harborlights\n"), Buffer.from(text, "utf16le")]),
  "UTF-16 with a mark, and UTF-8 behind": (text) =>
    Buffer.concat([Buffer.from("\uFEFFCHANNEL=harborlights\n", "utf16le"), Buffer.from(text)]),
};
describe.each(Object.entries(ENCODINGS))("in %s", (_encoding, encode) => {
  test.each(Object.entries(LINE_ENDS))("%j: both tokens are found", (end) =>
    fc.assert(
      fc.property(own, refresh, (access, renews) => {
        const text = [`# c`, `ACCESS_TOKEN=${access}`, `REFRESH_TOKEN=${renews}`, ""].join(end);
        const [found] = find(decodeText(encode(text)));
        expect(found?.accessToken.reveal()).toBe(access);
        expect(found?.refreshToken?.reveal()).toBe(renews);
      }),
      { numRuns: 10 },
    ),
  );
});

test("nothing makes it throw, and what is found is a token", () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.json(),
        fc.anything().map(fc.stringify),
        fc
          .array(
            fc.constantFrom(
              ..."{}[]()\"'`=:,;#/\\*-<>!&?|$@ \n\r\t",
              "token",
              "oauth:",
              "env:",
              "[a]",
              "- ",
              "curl ",
            ),
          )
          .map((pieces) => pieces.join("")),
        fc.uint8Array({ maxLength: 400 }).map(decodeText),
      ),
      (text) => {
        for (const { accessToken } of find(text)) expect(accessToken.byteLength).toBeGreaterThanOrEqual(20);
      },
    ),
    { numRuns: 1_000 },
  ));

test("a name that is shown holds no piece of a value, even where a value stands in its place", () =>
  fc.assert(
    fc.property(
      fc.oneof(own, token, refresh),
      own,
      fc.constantFrom(...Object.values(NOTATIONS)),
      fc.constantFrom("=", ": ", " ", ", ", ":", "&", "#"),
      (secret, value, write, between) => {
        const files = [
          write(secret, value),
          `${secret}${between}${value}`,
          write("TOKEN", `${secret}${between}${value}`),
          JSON.stringify({ username: secret, [secret]: { token: value } }),
          `[${secret}]\ntoken=${value}`,
        ];
        for (const file of files)
          for (const { name = "", owner = "" } of find(file))
            for (let at = 0; at + 12 <= secret.length; at++)
              expect(`${name} ${owner}`).not.toContain(secret.slice(at, at + 12));
      },
    ),
    { numRuns: 300 },
  ));

test("a word before a value is shown only where it is plainly a name", () => {
  const text = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
  for (const file of [`hunter ${text}`, `login("hunter", "${text}")`, `TOKEN="hunter:${text}"`])
    expect(JSON.stringify(find(`A=1\n${file}`)), file).not.toContain("hunter");
  expect(find(`A=1\nsecret ${text}`)).toMatchObject([{ doubt: "name" }]);
  expect(find(`A=1\nsetx TWITCH ${text}`)).toMatchObject([{ name: "TWITCH" }]);
});

test.each([
  ["nothing", ""],
  ["a word", "password"],
  ["a sentence", "this is a sentence that is longer than any token is"],
  ["a secret of a client", "CLIENT_SECRET=inventedsecretofaclient0000001"],
  ["a refresh token alone", "REFRESH_TOKEN=inventedrefreshtoken0000000001"],
  ["an ID token", '{"id_token":"eyJub3QiOiJhbiBhY2Nlc3MgdG9rZW4ifQ.e30.c2ln"}'],
  ["a picture", "\u0089PNG\r\n\u001a\n\u0000\u0000"],
  ["a place holder", "TOKEN=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
  ["a variable's name in a program", "token: process.env.TWITCH_ACCESS_TOKEN_OF_THE_BOT"],
  ["a comment", "# TOKEN=an-old-token-that-is-not-used-any-more"],
  ["the address for tokens", "token_url = https://id.example.com/oauth2/token/and/more"],
])("%s is none", (_what, text) => expect(find(text)).toEqual([]));

test("where no notation is understood, what has the provider's form is found all the same, and not suggested", () => {
  const text = "\u0000\u0001SQLite\u0002table\u0003#a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5\u0004";
  expect(find(`// ${text}`)).toMatchObject([{ doubt: "name" }]);
});
test("a refresh token is no candidate in another place either", () => {
  const same = "inventedrefreshtoken0000000001";
  expect(find(`REFRESH_TOKEN=${same}\nOTHER=${same}\n${same}`)).toEqual([]);
});

test("the same token in two places is one, and what either place doubts counts", () => {
  const same = { access_token: "inventedaccesstoken00000000001" };
  expect(find(JSON.stringify([same, { a: same }]))).toHaveLength(1);
  expect(find(JSON.stringify([same, { discord: same }]))).toMatchObject([{ doubt: "name" }]);
});
test("many accounts are all found; what is more than can be listed is counted", () => {
  const many = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, at) => ({ token: `inventedaccess${String(at).padStart(16, "0")}` })),
    );
  expect(findTokens(many(300), twitch)).toMatchObject({ more: 0, candidates: { length: 300 } });
  expect(findTokens(many(1_234), twitch)).toMatchObject({ more: 234, candidates: { length: 1_000 } });
});

test("a file as deep as it likes is read as far as people nest things", () => {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  expect(find(deep)).toEqual([]);
  expect(values(`${deep}\nTOKEN=a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5`)).toHaveLength(1);
});
