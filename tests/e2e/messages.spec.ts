/**
 * Messages stand where they belong: they cover no control, leave with their screen, and are shown in the dialog that is
 * open. A dialog with input asks before it closes, and the sign-in window's strip always shows whose page it is.
 */
import { expect, test, type Page } from "@playwright/test";
import { de } from "../../text/de.ts";
import { en } from "../../text/en.ts";
import { createWords } from "../../text/words.ts";
import { providerPage } from "../support/app.mjs";
import { startAtSandbox, type AppAtSandbox } from "../support/app-at-sandbox.ts";
import { findsNothingAsItStands, hasKeyboard } from "./support/accessible.ts";

const t = createWords("en", en);
const german = createWords("de", de);
let at: AppAtSandbox;
let signIn: string;
let bot: string;
test.describe.configure({ mode: "serial" });
test.beforeAll(async () => {
  test.setTimeout(120_000);
  at = await startAtSandbox();
});
test.afterAll(() => at.close());
test.afterEach(async () => {
  await at.page.setViewportSize({ width: 1180, height: 800 });
});

const dialog = () => at.page.locator(".dialog.sheet");
const question = () => at.page.getByRole("alertdialog", { name: t("discard.title") });
const notices = () => at.page.locator(".toast");
const button = (name: string) => at.page.getByRole("button", { name, exact: true });

/** Lets main answer a call in this way, as a failing disk or network would. */
async function answers(name: string, answer: object): Promise<void> {
  await at.app.evaluate(
    ({ ipcMain }, [call, given]) => {
      ipcMain.removeHandler(call);
      ipcMain.handle(call, () => given);
    },
    [name, answer] as const,
  );
}
const FAILS = { ok: false, failure: { code: "storage_failing" } };
const WORKS = { ok: true, value: null };

async function go(to: string): Promise<void> {
  await at.page.evaluate((hash) => (location.hash = hash), `#/${to}`);
  await expect(at.page.locator("main h1").first()).toBeVisible();
}
async function openToolForm(): Promise<void> {
  await go("tools");
  await button(t("tools.add")).first().click();
  await expect(dialog()).toBeVisible();
}

/**
 * The controls that can be seen and that a message lies over, except its own. `reach`: only those that scrolling does not
 * bring out from under it count, as for a line at the window's edge.
 */
const covered = (page: Page, reach = false): Promise<string[]> =>
  page.evaluate((scrolls) => {
    const boxes = [...document.querySelectorAll(".toast")];
    const overlaps = (control: Element): boolean => {
      const own = control.getBoundingClientRect();
      return boxes.some((box) => {
        const { left, right, top, bottom } = box.getBoundingClientRect();
        return own.left < right - 1 && own.right > left + 1 && own.top < bottom - 1 && own.bottom > top + 1;
      });
    };
    return [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")]
      .filter((control) => control.checkVisibility() && !boxes.some((box) => box.contains(control)))
      .filter((control) => control.getClientRects().length > 0 && control.closest("[inert]") === null)
      .filter((control) => {
        if (!overlaps(control)) return false;
        if (!scrolls) return true;
        control.scrollIntoView({ block: "nearest" });
        return overlaps(control);
      })
      .map((control) => control.outerHTML.slice(0, 120));
  }, reach);

test("without an account no message speaks of tokens", async () => {
  await answers("sandbox.start", {
    ok: false,
    failure: { code: "provider_unreachable", provider: "Twitch" },
  });
  await at.page.getByRole("button", { name: t("empty.sandboxStart") }).click();
  await expect(notices()).toContainText("Twitch");
  await expect(notices()).not.toContainText(/token/i);
  await button(t("app.dismiss")).click();
  await expect(notices()).toHaveCount(0);
});

test("trouble of a screen leaves with it, and good news goes along", async () => {
  bot = await at.register("tokenkeep-sandbox", "Bot");
  signIn = await at.signIn(bot, "mirrelune");
  await at.signIn(bot, "harborlights_tv");
  await go("accounts");
  await answers("vault.pause", FAILS);
  await at.page.keyboard.press("Control+l");
  await expect(at.page.getByRole("alert").filter({ hasText: t("failure.storage_failing") })).toBeVisible();
  await go("tools");
  await expect(notices()).toHaveCount(0);
  await answers("vault.pause", WORKS);
  await at.page.keyboard.press("Control+l");
  const told = at.page.getByRole("status").filter({ hasText: t("app.pausedNow") });
  await expect(told).toBeVisible();
  await go("clients");
  await expect(told).toBeVisible();
});

test("no message covers a control, on any screen and at any width", async () => {
  test.setTimeout(60_000);
  const { page } = at;
  const screens = ["accounts", "tools", "clients", "activity", "settings", "add", "imports"];
  for (const width of [360, 760, 1180, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    for (const screen of [...screens, `account/${signIn}`, `renew/${signIn}`])
      for (const [answer, kind] of [
        [FAILS, "danger"],
        [WORKS, "ok"],
      ] as const) {
        await go(screen);
        await page.evaluate(() => {
          scrollTo(0, 0);
        });
        await answers("vault.pause", answer);
        await page.keyboard.press("Control+l");
        await expect(page.locator(`.toast.${kind}`)).toBeVisible();
        const where = `${screen}, ${String(width)} px, ${kind}`;
        await expect.poll(() => covered(page, kind === "ok" && width < 900), where).toEqual([]);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          where,
        ).toBeLessThanOrEqual(0);
      }
  }
});

test("a message that comes while a dialog is open is in it, and covers nothing there", async () => {
  const { page } = at;
  await openToolForm();
  for (const width of [360, 760, 1180]) {
    await page.setViewportSize({ width, height: 800 });
    for (const answer of [FAILS, WORKS]) {
      await answers("vault.pause", answer);
      await page.keyboard.press("Control+l");
      await expect(dialog().locator(answer === FAILS ? ".toast.danger" : ".toast.ok")).toBeVisible();
      await expect(notices()).toHaveCount(1);
      expect(await covered(page), String(width)).toEqual([]);
    }
  }
  // Good news stays when the dialog closes, trouble does not.
  await page.keyboard.press("Escape");
  await expect(dialog()).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: t("app.pausedNow") })).toBeVisible();
  await openToolForm();
  await answers("vault.pause", FAILS);
  await page.keyboard.press("Control+l");
  await expect(dialog().getByRole("alert")).toContainText(t("failure.storage_failing"));
  await findsNothingAsItStands(page, "a dialog with a message", ".dialog");
  await page.keyboard.press("Escape");
  await expect(dialog()).toHaveCount(0);
  await expect(page.locator(".toast.danger")).toHaveCount(0);
});

test("a click on a message under a dialog does not close the dialog", async () => {
  const { page } = at;
  await go("tools");
  await answers("vault.pause", WORKS);
  await page.keyboard.press("Control+l");
  const box = await notices().boundingBox();
  await openToolForm();
  if (box === null) throw new Error("no message");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await dialog().locator("h2, .title").first().click(); // bits-ui acts on the click before at this one, if not sooner
  await expect(dialog()).toBeVisible();
  await page.mouse.click(600, 4); // beside the dialog, which is empty
  await expect(dialog()).toHaveCount(0);
});

test("a dialog with input asks before it closes, and an empty one does not", async () => {
  const { page } = at;
  await openToolForm();
  const name = page.locator("#tool-name");
  await name.fill("Nightcue");
  const ways = [
    () => page.keyboard.press("Escape"),
    () => page.mouse.click(600, 4),
    () =>
      dialog()
        .getByRole("button", { name: t("app.close"), exact: true })
        .click(),
  ];
  for (const close of ways) {
    await close();
    await expect(question()).toBeVisible();
    await hasKeyboard(question().getByRole("button", { name: t("discard.keep") }));
    await page.keyboard.press("Enter");
    await expect(question()).toHaveCount(0);
    await expect(name).toHaveValue("Nightcue");
  }
  await page.keyboard.press("Escape");
  await findsNothingAsItStands(page, "the question", "[role=alertdialog]");
  await question()
    .getByRole("button", { name: t("discard.go") })
    .click();
  await expect(dialog()).toHaveCount(0);
  await expect(question()).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");

  await openToolForm();
  await name.fill("Nightcue");
  await name.fill("");
  await page.keyboard.press("Escape");
  await expect(dialog()).toHaveCount(0);
});

test("what is wrong stands at its field, which gets the focus and refers to the words", async () => {
  const { page } = at;
  await openToolForm();
  await answers("tools.create", { ok: false, failure: { code: "bad_request", field: "name" } });
  const name = page.locator("#tool-name");
  await name.fill("Nightcue");
  await page.keyboard.press("Enter");
  await hasKeyboard(name);
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/Name/);
  await expect(page.locator(".toast.danger")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await question()
    .getByRole("button", { name: t("discard.go") })
    .click();

  await go(`account/${signIn}`);
  await answers("signIns.rename", { ok: false, failure: { code: "alias_taken", alias: "bot" } });
  const alias = page.locator("#alias");
  await alias.fill("bot");
  await page.keyboard.press("Enter");
  await hasKeyboard(alias);
  await expect(alias).toHaveAttribute("aria-invalid", "true");
  await expect(alias).toHaveAccessibleDescription(new RegExp(t("failure.alias_taken", { alias: "bot" })));
  await expect(page.locator(".toast.danger")).toHaveCount(0);
});

test("the palette offers what is likely, and any action on a named account", async () => {
  const { page } = at;
  const palette = page.getByRole("dialog", { name: t("commands.title") });
  const field = palette.getByRole("combobox");
  const chosen = palette.getByRole("option", { selected: true });
  const open = async () => {
    await page.keyboard.press("Control+k");
    await hasKeyboard(field);
  };
  await go("settings");
  await open();
  // Accounts come first, before anything is typed.
  await expect(palette.getByRole("group", { name: t("commands.accounts") })).toContainText("harborlights_tv");
  await page.keyboard.type("harbor copy");
  await expect(chosen).toHaveText(t("commands.copy", { name: "harborlights_tv" }));
  await expect(field).toHaveAttribute("aria-activedescendant", (await chosen.getAttribute("id")) ?? "");
  await expect(palette.getByText(t("palette.copyForm.env", { name: "harborlights_tv" }))).toBeVisible();
  for (const [asked, words] of [
    ["harbor check", t("palette.check", { name: "harborlights_tv" })],
    ["refresh harbor", t("palette.refresh", { name: "harborlights_tv" })],
    ["sign again harbor", t("palette.signInAgain", { name: "harborlights_tv" })],
    ["permissions harbor", t("palette.permissions", { name: "harborlights_tv" })],
    ["open harbor", t("commands.open", { name: "harborlights_tv" })],
  ] as const) {
    await field.fill(asked);
    await expect(palette.getByRole("option").filter({ hasText: words }).first()).toBeVisible();
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "harborlights_tv" })).toBeVisible();

  // On an account's screen, its actions come first, without its name.
  await open();
  await expect(palette.getByRole("group", { name: "harborlights_tv" })).toBeVisible();
  await expect(chosen).toHaveText(t("commands.copy", { name: "harborlights_tv" }));
  await findsNothingAsItStands(page, "the palette", "[role=dialog]");
  await page.keyboard.press("Escape");
});

/** The strip of the sign-in window; main shows it above the provider's page. */
const strip = () => at.app.windows().find((one) => one.url().includes("authorization-bar"));

test("at its real width the sign-in window shows the whole host in one line, whatever the language", async () => {
  const started = await at.page.evaluate(
    (client) => window.tokenkeep["authorization.start"]({ client, scopes: [] }),
    bot,
  );
  if (!started.ok) throw new Error(started.failure.code);
  const provider = await providerPage(at.app);
  await expect.poll(() => strip() !== undefined).toBe(true);
  const bar = strip() ?? at.page;
  const size = await at.app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((one) =>
      one.webContents.getURL().includes("authorization-bar"),
    );
    return window?.getContentSize();
  });
  // The window's size is the one that the pictures of it have.
  expect(size?.[0]).toBe(520);
  // Main loads the strip again until the provider's page has loaded.
  await expect
    .poll(() => bar.evaluate(() => location.hash.includes("loading=0")).catch(() => false))
    .toBe(true);
  expect(await bar.evaluate(() => innerWidth)).toBe(520);
  await expect.poll(() => provider.evaluate(() => innerWidth)).toBe(520);

  for (const width of [520, 360]) {
    await at.app.evaluate(({ BrowserWindow }, to) => {
      const window = BrowserWindow.getAllWindows().find((one) =>
        one.webContents.getURL().includes("authorization-bar"),
      );
      window?.setContentSize(to, 780);
    }, width);
    await expect.poll(() => bar.evaluate(() => innerWidth)).toBe(width);
    for (const words of [t, german])
      for (const [origin, shown] of [
        ["https://id.twitch.tv", "id.twitch.tv"],
        ["http://localhost:47813", "localhost:47813"],
        ["https://accounts.login.identity.harbor-lights.example.co.uk", "harbor-lights.example.co.uk"],
        [`https://id.twitch.tv.${"a-very-long-name.".repeat(8)}attacker.example`, "attacker.example"],
      ] as const) {
        const facts = {
          origin,
          note: words("bar.secure"),
          browser: words("bar.browser"),
          href: "#",
          secure: "1",
          title: words("windows.signIn", { provider: "Twitch" }),
          language: words === t ? "en" : "de",
        };
        await bar.evaluate((hash) => (location.hash = hash), `#${new URLSearchParams(facts).toString()}`);
        const host = bar.locator("#host");
        await expect(host).toHaveText(new RegExp(`${shown.replaceAll(".", "\\.")}$`));
        const where = `${origin}, ${String(width)} px, ${words("bar.browser")}`;
        const { lines, inside, whole } = await bar.evaluate(() => {
          const box = (id: string) => document.getElementById(id)?.getBoundingClientRect() ?? new DOMRect();
          const edge = innerWidth - 8;
          const label = document.getElementById("browser");
          return {
            lines: box("origin").height,
            inside: [box("host").right, box("browser").right].every((right) => right <= edge),
            whole: label !== null && label.scrollWidth <= label.clientWidth + 1 && label.clientWidth > 16,
          };
        });
        expect(lines, where).toBeLessThan(28);
        expect(inside, where).toBe(true);
        expect(whole, where).toBe(true);
        await expect(bar.getByRole("heading", { name: origin })).toBeVisible();
        await expect(bar.getByRole("link", { name: words("bar.browser") })).toBeVisible();
      }
    await findsNothingAsItStands(bar, `the strip at ${String(width)} px`);
  }
  await at.page.evaluate((id) => window.tokenkeep["authorization.cancel"](id), started.value.id);
});
