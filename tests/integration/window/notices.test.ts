/** The texts of tray and notifications, in the user's language. */
import { expect, test } from "vitest";
import type { SignInView } from "../../../contract/views/account.ts";
import { createNotices } from "../../../main/window/notices.ts";
import { trayModel } from "../../../main/window/tray-model.ts";
import { de } from "../../../text/de.ts";
import { en } from "../../../text/en.ts";
import { createWords } from "../../../text/words.ts";

const words = { en: createWords("en", en), de: createWords("de", de) };
const signIn = (login: string, status: SignInView["status"]): SignInView =>
  ({ id: login, login, clientName: "Bot", status }) as SignInView;
const signIns = [signIn("mirrelune", "signed_in"), signIn("harborlights_tv", "needs_sign_in")];
const open = { state: "open", paused: false, unreadable: [], sealedBy: { passphrase: true } } as const;

test("the tray's menu is in English and in German", () => {
  const labels = (language: "en" | "de") =>
    trayModel({ vault: open, signIns, pairing: null, streamer: false }, words[language]).entries.flatMap(
      (entry) => ("label" in entry ? [entry.label] : []),
    );
  expect(labels("en")).toEqual([
    "harborlights_tv: sign in again",
    "Copy token of mirrelune",
    "Check all accounts",
    "Lock now",
    "Open Tokenkeep",
    "Quit Tokenkeep",
  ]);
  expect(labels("de")).toEqual([
    `harborlights_tv: ${de.tray.reason.needs_sign_in}`,
    "Token von mirrelune kopieren",
    de.tray.validateAll,
    de.tray.lock,
    de.tray.open,
    de.tray.quit,
  ]);
  expect(trayModel({ vault: open, signIns, pairing: null, streamer: false }, words.en).tooltip).toBe(
    "Tokenkeep: 1 account needs attention",
  );
});

test.each([
  ["needs_sign_in", true, true],
  ["needs_sign_in", false, false],
  ["revoked", false, false],
  ["expiring", false, true], // a tool's request gets a new token
  ["config_error", true, true],
] as const)(
  "in the tray a sign-in of status %s, with a token: %s, can be copied from: %s",
  (status, hasToken, enabled) => {
    const row = { ...signIn("mirrelune", status), hasToken };
    const { entries } = trayModel({ vault: open, signIns: [row], pairing: null, streamer: false }, words.en);
    expect(entries.find(({ kind }) => kind === "copy")).toMatchObject({ enabled });
  },
);

test("a notification is shown once, in the current language", () => {
  const notices = createNotices();
  expect(notices.from(signIns, open, words.de)).toEqual([
    { title: de.notices.needs_sign_in.replace("{{login}}", "harborlights_tv"), body: de.notices.cannotRenew },
  ]);
  expect(notices.from(signIns, open, words.en)).toEqual([]);
});
