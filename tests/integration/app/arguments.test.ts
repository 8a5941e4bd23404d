/** The command line of the packaged app: only arguments on the list are accepted. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  argumentSentence,
  judgeArguments,
  judgeCliStart,
  MAX_LINK_BYTES,
} from "../../../main/app/arguments.ts";

const judge = (...args: string[]) => judgeArguments(args, {}, "linux");
const LINK = "app.tokenkeep://callback/sandbox?code=abc&state=def";

/** The switches that the app accepts. */
const ALLOWED = [
  "--hidden",
  "--user-data-dir=/home/mira/keep",
  "--no-sandbox",
  "--disable-gpu",
  "--ozone-platform=wayland",
  "--ozone-platform-hint=auto",
  "--force-device-scale-factor=1.5",
  "--lang=de",
  "--password-store=basic",
];
const NAMES = ALLOWED.map((one) => one.slice(2).split("=")[0] ?? "");

test.each(ALLOWED)("%s is accepted", (argument) => {
  expect(judge(argument)).toMatchObject({ ok: true, hidden: argument === "--hidden" });
  expect(judge(argument, LINK)).toMatchObject({ ok: true, link: LINK });
});

test.each([
  "--remote-debugging-port=0",
  "--remote-debugging-pipe",
  "--remote-allow-origins=*",
  "--js-flags=--expose-gc",
  "--proxy-server=http://127.0.0.1:1",
  "--proxy-pac-url=http://127.0.0.1/x",
  "--host-resolver-rules=MAP * 127.0.0.1",
  "--host-rules=MAP * 127.0.0.1",
  "--ignore-certificate-errors",
  "--ignore-certificate-errors-spki-list=abc",
  "--allow-insecure-localhost",
  "--ssl-key-log-file=/tmp/keys",
  "--log-net-log=/tmp/net",
  "--inspect",
  "--inspect-brk=0",
  "--disable-web-security",
  "--load-extension=/tmp/x",
  "--renderer-cmd-prefix=/tmp/x",
  "--gpu-launcher=/tmp/x",
  "--utility-cmd-prefix=/tmp/x",
  "--no-zygote",
  "--single-process",
  "--disable-features=Sandbox",
  "--crash-dumps-dir=/tmp",
  "-remote-debugging-port=0",
  " --remote-debugging-port=0",
  "\t--proxy-server=x",
  "--REMOTE-DEBUGGING-PORT=0",
  "--Hidden",
  "---hidden",
  "-",
  "-psn_0_1",
  "--hidden\n--inspect",
  "--no-sandboxx",
  "--user-data-dir-x=/tmp",
])("%j is refused by name at any position", (argument) => {
  for (const judged of [judge(argument), judge("--hidden", argument), judge(LINK, argument)]) {
    expect(judged).toMatchObject({ ok: false, fault: "switch" });
    if (!judged.ok)
      expect(argumentSentence(judged)).toContain(argument.trim().split("=")[0]?.split("\n")[0] ?? "");
  }
});

test("an argument that is neither a switch nor a link is refused", () => {
  for (const argument of [
    "x",
    "/etc/passwd",
    "https://example.org/",
    "app.tokenkee",
    "",
    "inspect",
    "\u{fffd}",
  ])
    expect(judge(argument)).toMatchObject({ ok: false, fault: "argument" });
  // Chromium reads a switch's value only after “=”, and would use the default profile here.
  expect(judge("--user-data-dir", "/tmp/x")).toMatchObject({ ok: false, fault: "value" });
  expect(judge("--user-data-dir=")).toMatchObject({ ok: false, fault: "value" });
});

test("“--” ends the switches: what follows is a link or is refused", () => {
  expect(judge("--", LINK)).toMatchObject({ ok: true, link: LINK });
  expect(judge("--", "--hidden")).toMatchObject({ ok: false, fault: "argument" });
  expect(judge("--", "--remote-debugging-port=0")).toMatchObject({ ok: false, fault: "argument" });
});

test("one link is accepted, of at most 8 KiB of UTF-8", () => {
  const of = (bytes: number) => `app.tokenkeep:${"a".repeat(bytes - "app.tokenkeep:".length)}`;
  expect(judge(of(MAX_LINK_BYTES))).toMatchObject({ ok: true });
  for (const link of [
    of(MAX_LINK_BYTES + 1),
    of(48_000),
    of(2_000_000),
    `app.tokenkeep:${"€".repeat(3_000)}`,
  ])
    expect(judge(link)).toMatchObject({ ok: false, fault: "link_too_long" });
  expect(judge(LINK, LINK)).toMatchObject({ ok: false, fault: "links" });
});

test("an environment variable with the effect of a switch is refused, unless it is empty", () => {
  expect(judgeArguments([], { SSLKEYLOGFILE: "/tmp/keys" }, "linux")).toMatchObject({
    fault: "environment",
    name: "SSLKEYLOGFILE",
  });
  expect(judgeArguments([], { SSLKEYLOGFILE: "" }, "linux")).toMatchObject({ ok: true });
});

test("each system's own forms of switches are accepted or refused", () => {
  expect(judgeArguments(["-psn_0_98330"], {}, "darwin")).toMatchObject({ ok: true });
  expect(judgeArguments(["-psn_0_98330=--inspect"], {}, "darwin")).toMatchObject({ ok: false });
  expect(judgeArguments(["/remote-debugging-port=0"], {}, "win32")).toMatchObject({ fault: "switch" });
});

describe("the command line in the same binary", () => {
  test("all arguments after --cli belong to the command line", () => {
    const launcher = [
      "--no-sandbox",
      "--no-zygote",
      "--log-level=3",
      "--cli",
      "--",
      "exec",
      "--inspect",
      "x",
    ];
    expect(judgeCliStart(launcher, "linux")).toMatchObject({ ok: true });
    expect(judgeCliStart(["--hidden"], "linux")).toBeUndefined();
  });
  test("arguments before --cli are checked", () => {
    expect(judgeCliStart(["--remote-debugging-port=0", "--cli"], "linux")).toMatchObject({ ok: false });
    expect(judgeCliStart(["x", "--cli"], "linux")).toMatchObject({ ok: false });
  });
});

const anything = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom("-", "--", " --", "---", "\u00a0--", "/", ""),
      fc.oneof(fc.constantFrom(...NAMES, "inspect", "js-flags", "cli"), fc.string({ maxLength: 12 })),
      fc.constantFrom("", "=", "=x", " x", "=\n--inspect", "\u0000"),
    )
    .map((parts) => parts.join("")),
  fc.constantFrom(...ALLOWED, LINK, "--"),
);

/** The switches as Chromium reads them (base/command_line.cc): trimmed, one or two hyphens, name, “=”, value. */
function chromiumSwitches(args: readonly string[]): string[] {
  const found: string[] = [];
  for (const argument of args) {
    const trimmed = argument.replace(/^[\s]+|[\s]+$/g, "");
    if (trimmed === "--") break;
    const [, name] = /^--?([^=]+)/.exec(trimmed) ?? [];
    if (name !== undefined) found.push(name);
  }
  return found;
}

test("any accepted arguments hold only switches on the list, and at most one link", () => {
  fc.assert(
    fc.property(
      fc.array(anything, { maxLength: 6 }),
      fc.constantFrom("linux", "win32", "darwin"),
      (args, platform) => {
        const judged = judgeArguments(args, {}, platform);
        if (!judged.ok) {
          const text = argumentSentence(judged);
          expect(text.length).toBeLessThan(300);
          expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          return;
        }
        for (const name of chromiumSwitches(args).filter((one) => !/^psn_/.test(one)))
          expect(NAMES).toContain(name);
        const rest = args.filter((argument) => !argument.trim().startsWith("-"));
        expect(rest).toEqual(judged.link === undefined ? [] : [judged.link]);
      },
    ),
    { numRuns: 5_000 },
  );
});

test("any arguments on the list are accepted in any order", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...ALLOWED, LINK]), (args) => {
      expect(judge(...args)).toEqual({
        ok: true,
        hidden: args.includes("--hidden"),
        ...(args.includes(LINK) && { link: LINK }),
      });
    }),
  );
});
