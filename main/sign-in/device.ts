/** Asks the token endpoint whether the person has answered at the page of a device's code (RFC 8628 §3.4, §3.5). */
import { failed, ok, type Result } from "../../contract/failure.ts";
import { devicePoll, readDevicePoll, type DeviceAuthorization } from "../../core/oauth/device.ts";
import { deviceFailure } from "../../core/oauth/failures.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import type { Clock, HttpClient } from "../../core/ports.ts";
import type { Provider } from "../../core/providers/provider.ts";

export type Device = NonNullable<Provider["device"]>;
interface Question {
  readonly provider: Provider;
  readonly device: Device;
  readonly client_id: string;
  readonly scopes: readonly string[];
  readonly asked: DeviceAuthorization;
}

/** Undefined: nobody waits any more. Tokens are given even then, so that they can be revoked. */
export async function pollDevice(
  { provider, device, client_id, scopes, asked }: Question,
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
  waits: () => boolean,
): Promise<Result<{ readonly tokens: TokenSet; readonly receivedAtMs: number }> | undefined> {
  for (let { intervalMs } = asked; ;) {
    await new Promise<void>((resolve) => void clock.after(intervalMs, resolve));
    if (!waits()) return undefined;
    if (clock.nowMs() >= asked.expiresAtMs) return failed({ code: "device_code_ended" });
    const outcome = await http.send(devicePoll(provider, device, client_id, asked.deviceCode, scopes));
    const receivedAtMs = clock.nowMs();
    const verdict = readDevicePoll(provider, outcome, scopes, receivedAtMs, intervalMs);
    if (verdict.kind === "tokens") return ok({ tokens: verdict.tokens, receivedAtMs });
    if (!waits()) return undefined;
    if (verdict.kind === "ended") return failed(deviceFailure(verdict.verdict, provider));
    intervalMs = verdict.intervalMs;
  }
}
