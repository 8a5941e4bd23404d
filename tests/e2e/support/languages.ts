/** The window in another language: how to switch to it, and how to find untranslated and cut off texts. */
import { expect, type Page } from "@playwright/test";
import type { Snapshot } from "../../../contract/views/snapshot.ts";

export type Look = (page: Page, where: string) => Promise<void>;
type Chosen = Snapshot["settings"]["language"];

/** Switches the language, and returns the former one. `pretend`: the window shows the texts of text/pseudo.ts instead. */
export const speak = (page: Page, language: Chosen, { pretend = false } = {}): Promise<Chosen> =>
  page.evaluate(
    async ([to, shown]) => {
      const answer = await window.tokenkeep["state.get"]();
      if (!answer.ok) throw new Error(answer.failure.code);
      const { settings } = JSON.parse(answer.value) as Snapshot;
      localStorage.setItem("language", shown);
      const changed = await window.tokenkeep["settings.change"]({ ...settings, language: to });
      if (!changed.ok) throw new Error(changed.failure.code);
      return settings.language;
    },
    [language, pretend ? "pseudo" : "en"] as const,
  );

/**
 * Texts that are not translated: names, ids, times, shortcuts of one letter, paths, scopes, a provider's claims and endpoints;
 * and notices that were shown before the language changed.
 */
const DATA = {
  elements:
    "code, [translate=no], [data-code], time, svg, script, style, .avatar, .letters, .sr:empty, details li span, .claims dd, .toast",
  words:
    "mirrelune|harborlights_tv|lanternbot|user_\\d+|Sandbox|Bot|Overlay|Public bot|Browser bot|Nightcue|Nordmole|Show chat|Local bot|Local|Crowd's tool|Crowd|Pushy|Test browser|Chromium Web Browser|Stranger|Openid|https?://\\S+|Twitch|OAuth Redirect URLs|Category|Client Type|Public|Application Integration|Deutsch|English|GNOME Keyring|[a-z]+(:[a-z_]+)+|[A-Z]|(in )?\\d[\\d:.,]*( min| h| d)?( ago)?|today|yesterday|tomorrow|(Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\\d* ?[A-Z][a-z]{2}( \\d{4})?|linux [\\w. -]+",
};

export const unmarked: Look = async (page, where) => {
  const found = await page.evaluate(({ elements, words }) => {
    const data = new RegExp(`(?<![\\wá-ý])(?:${words})(?![\\wá-ý])`, "gi");
    const left = (text: string): string => {
      let rest = text;
      for (let before = ""; before !== rest;) {
        before = rest;
        rest = rest.replace(/\[[^[\]]*\]/g, " ");
      }
      // Some places show only the first sentence of a text, so its closing mark is missing.
      return rest
        .replace(/\[[^[\]]*$/, " ")
        .replace(data, " ")
        .replace(/[^a-zA-Z]+/g, " ")
        .trim();
    };
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement?.closest(elements) === null) texts.push(node.nodeValue ?? "");
    for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
      for (const name of ["aria-label", "placeholder", "title", "alt"])
        texts.push(element.getAttribute(name) ?? "");
    return [...new Set(texts.filter((one) => left(one) !== ""))];
  }, DATA);
  expect.soft(found, `not translated: ${where}`).toEqual([]);
};

/** 640 px is the width of a window of 1280 px at a zoom of 200 %. */
const SIZES = [
  [1280, 800],
  [640, 400],
  [360, 740],
] as const;
export const cutOff: Look = async (page, where) => {
  const before = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    const found = await page.evaluate(() => {
      const name = (element: Element): string =>
        `${element.tagName} ${element.getAttribute("class") ?? ""}: ${(element.textContent ?? "").trim().slice(0, 60)}`;
      // Texts for screen readers alone are one pixel wide on purpose.
      const hidden = (element: Element): boolean =>
        element.closest(".sr, .skip, [hidden]") !== null || getComputedStyle(element).clipPath !== "none";
      const clipped = [...document.querySelectorAll("body *")].filter((element) => {
        const { overflowX, display } = getComputedStyle(element);
        return (
          (overflowX === "hidden" || overflowX === "clip") &&
          display !== "inline" &&
          !hidden(element) &&
          // A value longer than its field scrolls inside the field.
          !element.matches(".clip, svg *, [role=meter], progress, .avatar, input:not(:placeholder-shown)") &&
          element.scrollWidth > element.clientWidth + 1
        );
      });
      const outside = [...document.querySelectorAll("button, a, input, select")].filter((element) => {
        const { left, right, width: wide } = element.getBoundingClientRect();
        return wide > 0 && !hidden(element) && (left < -1 || right > innerWidth + 1);
      });
      const { scrollWidth, clientWidth } = document.documentElement;
      return [...clipped, ...outside].map(name).concat(scrollWidth > clientWidth ? ["scrolls sideways"] : []);
    });
    expect.soft(found, `cut off: ${where}, ${String(width)} px`).toEqual([]);
  }
  await page.setViewportSize(before);
};
