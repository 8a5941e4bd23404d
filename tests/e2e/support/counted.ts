/** A person in front of the app, whose actions are counted: a click, a filled field, and a key press are one each. */
import type { ElectronApplication, Locator, Page } from "@playwright/test";

export class Counted {
  readonly #page: Page;
  /** What the person did, in words. */
  readonly actions: string[] = [];

  constructor(page: Page) {
    this.#page = page;
  }
  get count(): number {
    return this.actions.length;
  }
  async click(target: Locator): Promise<void> {
    await target.waitFor();
    this.actions.push(`click ${(await target.getAttribute("aria-label")) ?? (await target.innerText())}`);
    await target.click();
  }
  async check(target: Locator): Promise<void> {
    if (await target.isChecked()) return;
    this.actions.push("check");
    await target.check();
  }
  async fill(target: Locator, text: string): Promise<void> {
    this.actions.push(`fill ${text}`);
    await target.fill(text);
  }
  /** Each key counts. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.actions.push(`press ${key}`);
      await this.#page.keyboard.press(key);
    }
  }
}

/** Keeps the pages that the app opens in the browser, in place of opening them. */
export async function catchBrowser(app: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { openedPages: opened });
    shell.openExternal = (url: string) => {
      opened.push(url);
      return Promise.resolve();
    };
  });
  return () => app.evaluate(() => (globalThis as unknown as { openedPages: readonly string[] }).openedPages);
}
