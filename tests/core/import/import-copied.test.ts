/** Texts copied from pages, shells and clusters: names of several words, values in base64, escaped characters. */
import { expect, test } from "vitest";
import { decodeText } from "../../../core/import/decode.ts";
import { find } from "./import-texts.ts";

const ACCESS = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5";
const REFRESH = "r1s2t3u4v5w6x7y8z9a0b1c2d3e4f5g6h7i8j9k0l1m2n3o4p5";
const CLIENT = "c0d1c2d3c4d5c6d7c8d9e0f1e2f3e4";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const shown = (text: string) =>
  find(text).map(({ accessToken, refreshToken, client_id, doubt }) => [
    accessToken.reveal(),
    refreshToken?.reveal(),
    client_id,
    doubt,
  ]);

test.each([
  ["before a colon", `Access Token: ${ACCESS}\nRefresh Token: ${REFRESH}\nClient ID: ${CLIENT}`],
  ["on separate lines", `ACCESS TOKEN\n${ACCESS}\n\nREFRESH TOKEN\n${REFRESH}\n\nCLIENT ID\n${CLIENT}\n`],
  [
    "with the owner's name before them",
    `Bot access token = ${ACCESS}\nBot refresh token = ${REFRESH}\nClient id = ${CLIENT}`,
  ],
])("a name of several words is read as one name: %s", (_form, text) =>
  expect(shown(text)).toEqual([[ACCESS, REFRESH, CLIENT, undefined]]),
);

test.each([
  [
    "a cluster's secret",
    `kind: Secret\ndata:\n  access-token: ${base64(ACCESS)}\n  refresh-token: ${base64(REFRESH)}\n`,
    REFRESH,
  ],
  ["the same as JSON", JSON.stringify({ data: { TWITCH_TOKEN: base64(`oauth:${ACCESS}`) } }), undefined],
  ["with the line end of `echo`", `data:\n  token: ${base64(`${ACCESS}\n`)}\n`, undefined],
])("a value in base64 is decoded: %s", (_form, text, refresh) =>
  expect(shown(text)).toEqual([[ACCESS, refresh, undefined, undefined]]),
);
test("a client ID in base64 is no candidate, even if it appears again under another name", () => {
  expect(shown(`client_id: ${base64(ACCESS)}\nvalue: ${ACCESS}\n`)).toEqual([]);
});

test.each([
  ["the default value of a shell variable", `environment:\n  - TWITCH_TOKEN=\${TWITCH_TOKEN:-${ACCESS}}\n`],
  ["an escaped character in a properties file", `twitch.oauth=oauth\\u003a${ACCESS}\n`],
  [
    "a string that goes on after a backslash",
    `{accessToken:'${ACCESS.slice(0, 21)}\\\n${ACCESS.slice(21)}'}`,
  ],
])("the complete token is found: %s", (_form, text) =>
  expect(shown(text)).toEqual([[ACCESS, undefined, undefined, undefined]]),
);
test.each([
  ["a URL in a URL", encodeURIComponent(`http://localhost:3000/#access_token=${ACCESS}&scope=x`)],
  ["a password in a URL", `irc://lanternbot:oauth%3A${ACCESS}@irc.example:6667`],
])("a token after a percent-encoded character is found, and not suggested: %s", (_form, text) =>
  expect(shown(text)).toEqual([[ACCESS, undefined, undefined, "name"]]),
);

test("UTF-32 with a byte order mark is read in both byte orders, even if its last character is cut off", () => {
  for (const isLittle of [true, false]) {
    const text = `\ufeffTWITCH_TOKEN=${ACCESS}\n`;
    const view = new DataView(new ArrayBuffer(text.length * 4 + 2));
    for (let at = 0; at < text.length; at++) view.setUint32(at * 4, text.charCodeAt(at), isLittle);
    expect(decodeText(new Uint8Array(view.buffer))).toBe(text.slice(1));
  }
});
