/** What people copy from pages, shells and clusters: names in words, values in base64, signs in place of others. */
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
  ["on lines of their own", `ACCESS TOKEN\n${ACCESS}\n\nREFRESH TOKEN\n${REFRESH}\n\nCLIENT ID\n${CLIENT}\n`],
  [
    "with whose they are before them",
    `Bot access token = ${ACCESS}\nBot refresh token = ${REFRESH}\nClient id = ${CLIENT}`,
  ],
])("names of several words count whole, %s", (_form, text) =>
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
])("a value in base64 is read: %s", (_form, text, refresh) =>
  expect(shown(text)).toEqual([[ACCESS, refresh, undefined, undefined]]),
);
test("a client's ID in base64 is no candidate in another place either", () => {
  expect(shown(`client_id: ${base64(ACCESS)}\nvalue: ${ACCESS}\n`)).toEqual([]);
});

test.each([
  ["a shell's value for where there is none", `environment:\n  - TWITCH_TOKEN=\${TWITCH_TOKEN:-${ACCESS}}\n`],
  ["a character's number in properties", `twitch.oauth=oauth\\u003a${ACCESS}\n`],
  [
    "a string that goes on after a backslash",
    `{accessToken:'${ACCESS.slice(0, 21)}\\\n${ACCESS.slice(21)}'}`,
  ],
])("a token is found whole: %s", (_form, text) =>
  expect(shown(text)).toEqual([[ACCESS, undefined, undefined, undefined]]),
);
test.each([
  ["a URL in a URL", encodeURIComponent(`http://localhost:3000/#access_token=${ACCESS}&scope=x`)],
  ["a password in a URL", `irc://lanternbot:oauth%3A${ACCESS}@irc.example:6667`],
])("behind a sign in place of another it is found, and not suggested: %s", (_form, text) =>
  expect(shown(text)).toEqual([[ACCESS, undefined, undefined, "name"]]),
);

test("UTF-32 is read by its mark, in either order, whatever is cut off its end", () => {
  for (const isLittle of [true, false]) {
    const text = `\ufeffTWITCH_TOKEN=${ACCESS}\n`;
    const view = new DataView(new ArrayBuffer(text.length * 4 + 2));
    for (let at = 0; at < text.length; at++) view.setUint32(at * 4, text.charCodeAt(at), isLittle);
    expect(decodeText(new Uint8Array(view.buffer))).toBe(text.slice(1));
  }
});
