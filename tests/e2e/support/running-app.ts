/** The real app that a test runs. */
import { test, type ElectronApplication, type Page } from "@playwright/test";
import { startApp } from "../../support/app.mjs";

export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
  readonly runtime: string;
}

/** Returns what starts an app; the app that was started last is closed after each test. */
export function appStarter(): (options?: Parameters<typeof startApp>[0]) => Promise<RunningApp> {
  let running: RunningApp | undefined;
  test.afterEach(async () => {
    await running?.app.close();
    running = undefined;
  });
  return async (options = {}) => (running = await startApp(options));
}
