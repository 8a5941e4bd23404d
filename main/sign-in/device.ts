/** The device grant: its code, its page, and the question whether the person has answered there (RFC 8628 §3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import {
  devicePoll,
  deviceRequest,
  readDeviceAuthorization,
  readDevicePoll,
  type DeviceAuthorization,
} from "../../core/oauth/device.ts";
import { deviceFailure } from "../../core/oauth/failures.ts";
import type { TokenSet, UnusableAnswer } from "../../core/oauth/token-response.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Course } from "./pending-authorization.ts";
import type { Redeemed } from "./exchange.ts";
import { windowPage, type WindowParts } from "./embedded-window.ts";
import type { BrowserParts } from "./system-browser.ts";

interface Parts {
  readonly http: HttpClient;
  readonly clock: Clock;
}

export async function askForCode(
  provider: Provider,
  client_id: string,
  scopes: readonly string[],
  { http, clock }: Parts,
): Promise<Result<DeviceAuthorization>> {
  const { device } = provider;
  if (device === undefined) return failed({ code: "authorization_not_offered", provider: provider.name });
  const outcome = await http.send(deviceRequest(device, client_id, scopes));
  return readDeviceAuthorization(provider, device, outcome, clock.nowMs());
}

/** Undefined: nobody waits any more. Tokens are given even then, so that they can be revoked. */
export async function pollDevice(
  { provider, client: { client_id }, scopes, device: asked }: Course,
  { http, clock }: Parts,
  waits: () => boolean,
  endUnusable: (answer: UnusableAnswer) => Promise<void>,
): Promise<Result<Redeemed & { readonly tokens: TokenSet }> | undefined> {
  const { device } = provider;
  if (device === undefined || asked === undefined) return failed({ code: "internal" });
  for (let { intervalMs } = asked, waitMs = intervalMs; ;) {
    // Never past the code's end: then there is nothing left to be asked.
    const untilEndMs = Math.max(0, asked.expiresAtMs - clock.nowMs());
    await new Promise<void>((resolve) => void clock.after(Math.min(waitMs, untilEndMs), resolve));
    if (!waits()) return undefined;
    if (clock.nowMs() >= asked.expiresAtMs) return failed({ code: "device_code_ended" });
    const outcome = await http.send(devicePoll(provider, device, client_id, asked.deviceCode, scopes));
    const receivedAtMs = clock.nowMs();
    const verdict = readDevicePoll(provider, outcome, scopes, receivedAtMs, intervalMs, waitMs);
    if (verdict.kind === "tokens") {
      const { tokens, error } = verdict;
      return ok({ tokens, receivedAtMs, ...(error !== undefined && { error }) });
    }
    if (
      verdict.kind === "ended" &&
      typeof verdict.verdict !== "string" &&
      verdict.verdict.kind === "unusable"
    )
      await endUnusable(verdict.verdict);
    if (!waits()) return undefined;
    if (verdict.kind === "ended") return failed(deviceFailure(verdict.verdict, provider));
    ({ intervalMs, waitMs } = verdict);
  }
}

/**
 * The page where the code is confirmed: in a window where the provider's pages work in one, else in the browser. A page
 * at another host goes to the browser, and only with `allowed`; without, it fails with `page_elsewhere`.
 */
export async function showDevicePage(
  course: Course,
  host: WindowParts & Pick<BrowserParts, "openInBrowser">,
  allowed: boolean,
): Promise<Result<null>> {
  const { id, provider, device } = course;
  if (device === undefined) return failed({ code: "authorization_unknown" });
  if (device.elsewhere && !allowed)
    return failed({
      code: "page_elsewhere",
      provider: provider.name,
      detail: new URL(device.verificationUri).host,
    });
  if (device.elsewhere || !provider.userAgents.includes("embedded"))
    return (await host.openInBrowser(device.verificationUri))
      ? ok(null)
      : failed({ code: "browser_failing" });
  const [redirect_uri] = provider.redirectUris;
  course.page ??= windowPage(host, {
    id,
    url: device.verificationUri,
    redirect_uri,
    providerName: provider.name,
    test: provider.test,
    // No answer comes this way, and closing the page is no answer either: it may be open elsewhere.
    onRedirect: () => undefined,
    onClosed: () => delete course.page,
    onFailed: () => delete course.page,
  });
  return course.page.show();
}
