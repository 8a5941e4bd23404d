/** Tokens are sent only to the origins that are sealed with them, whatever a provider's settings say later. */
import { expect, test } from "vitest";
import type { Provider } from "../../../core/providers/provider.ts";
import { signIn, startBench, view } from "../../support/host.ts";
import { provider, registration } from "../../support/rotating.ts";
import { startRoughServer } from "../net/support/rough-server.ts";

test.each(["issuer", "tokenEndpoint", "validationEndpoint", "revocationEndpoint"] as const)(
  "a provider whose %s changed is sent no token",
  async (member) => {
    await using elsewhere = await startRoughServer();
    let changed: Partial<Provider> = {};
    await using bench = await startBench({ providers: (origin) => [{ ...provider(origin), ...changed }] });
    const id = await signIn(bench, await registration(bench, "tokenkeep-sandbox"));
    const before = (await bench.seen()).length;

    changed = { [member]: `${elsewhere.origin}/oauth2/elsewhere` };
    const { handlers } = await bench.restart();
    for (const call of ["signIns.validate", "signIns.refresh", "signIns.revoke"] as const)
      expect(await handlers[call](id), call).toMatchObject({ failure: { code: "provider_changed" } });
    expect(view(bench.app, id)).toBeDefined();
    expect(elsewhere.connections()).toBe(0);
    expect(await bench.seen()).toHaveLength(before);
  },
);
