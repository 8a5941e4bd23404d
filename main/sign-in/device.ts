/** The device authorization grant: gets the code, shows its page, and polls until the user has approved (RFC 8628 §3). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import {
  devicePoll,
  deviceRequest,
  readDeviceAuthorization,
  readDevicePoll,
  type DeviceAuthorization,
} from "../../core/oauth/device.ts";
import { deviceFailure } from "../../core/oauth/failures.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";
import type { Completion } from "./completion.ts";
import { windowPage, type WindowParts } from "./embedded-window.ts";
import type { Exchange, ReceivedTokens } from "./exchange.ts";
import type { PendingAuthorization, PendingAuthorizations } from "./pending-authorization.ts";
import type { BrowserParts } from "./system-browser.ts";

export interface DeviceFlow {
  /** Fails with `authorization_not_offered`, and as `readDeviceAuthorization` does. */
  requestCode(
    provider: Provider,
    client_id: string,
    scopes: readonly string[],
  ): Promise<Result<DeviceAuthorization>>;
  /** Polls the token endpoint until the user has approved or refused, or the authorization has ended. */
  awaitApproval(authorization: PendingAuthorization): Promise<void>;
  /**
   * Shows the page where the user approves: in a window where the provider's pages work in one, else in the browser. A
   * page at another host opens in the browser, and only with `allowed`; without, this fails with `page_elsewhere`.
   */
  showPage(authorization: PendingAuthorization, allowed: boolean): Promise<Result<null>>;
}

export type DeviceFlowParts = WindowParts &
  Pick<BrowserParts, "openInBrowser"> & { readonly http: HttpClient; readonly clock: Clock };

export function createDeviceFlow(
  parts: DeviceFlowParts,
  pending: PendingAuthorizations,
  exchange: Exchange,
  { complete }: Completion,
): DeviceFlow {
  const { http, clock } = parts;
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));

  /** Undefined: the authorization has ended. Tokens are returned even then, so that they can be revoked. */
  async function poll(
    authorization: PendingAuthorization,
  ): Promise<Result<ReceivedTokens & { readonly tokens: TokenSet }> | undefined> {
    const { provider, client, scopes, device: code } = authorization;
    const { device } = provider;
    if (device === undefined || code === undefined) return failed({ code: "internal" });
    for (let { intervalMs } = code, waitMs = intervalMs; ;) {
      // Not beyond the end of the code: the provider would only refuse it then.
      await wait(Math.min(waitMs, Math.max(0, code.expiresAtMs - clock.nowMs())));
      if (!pending.isWaiting(authorization)) return undefined;
      if (clock.nowMs() >= code.expiresAtMs) return failed({ code: "device_code_ended" });
      const outcome = await http.send(
        devicePoll(provider, device, client.client_id, code.deviceCode, scopes),
      );
      const receivedAtMs = clock.nowMs();
      const verdict = readDevicePoll(provider, outcome, scopes, receivedAtMs, intervalMs, waitMs);
      if (verdict.kind === "tokens") {
        const { tokens, error } = verdict;
        return ok({ tokens, receivedAtMs, ...(error !== undefined && { error }) });
      }
      if (verdict.kind === "ended") {
        const { verdict: end } = verdict;
        if (typeof end !== "string" && end.kind === "unusable")
          await exchange.revokeUnusable(authorization, end);
      }
      if (!pending.isWaiting(authorization)) return undefined;
      if (verdict.kind === "ended") return failed(deviceFailure(verdict.verdict, provider));
      ({ intervalMs, waitMs } = verdict);
    }
  }

  return {
    async requestCode(provider, client_id, scopes) {
      const { device } = provider;
      if (device === undefined) return failed({ code: "authorization_not_offered", provider: provider.name });
      const outcome = await http.send(deviceRequest(device, client_id, scopes));
      return readDeviceAuthorization(provider, device, outcome, clock.nowMs());
    },

    async awaitApproval(authorization) {
      const polled = await poll(authorization);
      if (polled === undefined) return;
      if (!polled.ok) return pending.fail(authorization, polled.failure);
      const { accessToken } = polled.value.tokens;
      if (!pending.isWaiting(authorization)) return exchange.revoke(authorization, accessToken);
      await complete(authorization, () => Promise.resolve(polled));
    },

    async showPage(authorization, allowed) {
      const { id, provider, device } = authorization;
      if (device === undefined) return failed({ code: "authorization_unknown" });
      const { verificationUri: url, elsewhere } = device;
      if (elsewhere && !allowed)
        return failed({ code: "page_elsewhere", provider: provider.name, detail: new URL(url).host });
      if (elsewhere || !provider.userAgents.includes("embedded"))
        return (await parts.openInBrowser(url)) ? ok(null) : failed({ code: "browser_failing" });
      const [redirect_uri] = provider.redirectUris;
      authorization.page ??= windowPage(parts, {
        id,
        url,
        redirect_uri,
        providerName: provider.name,
        test: provider.test,
        // This page redirects nowhere. Closing it ends nothing: the user may have opened it on another device.
        onRedirect: () => undefined,
        onClosed: () => delete authorization.page,
        onFailed: () => delete authorization.page,
      });
      return authorization.page.show();
    },
  };
}
