/** The sandbox as a provider of another name, so that its accounts are treated as real ones. */
import type { Provider } from "../../core/providers/provider.ts";
import { sandboxAt } from "../../core/providers/sandbox.ts";
import type { Bench } from "./host.ts";

export const provider = (origin: string): Provider => ({
  ...sandboxAt(origin),
  id: "harbour",
  name: "Harbour",
});

/** Saves a client of this provider, with its secret where it has one. */
export async function registration({ app }: Pick<Bench, "app">, client_id: string): Promise<string> {
  const saved = await app.handlers["clients.save"]({
    provider: "harbour",
    name: client_id,
    client_id,
    ...(client_id === "tokenkeep-sandbox" && { client_secret: "sandbox-only-not-a-secret" }),
  });
  if (!saved.ok) throw new Error(saved.failure.code);
  return saved.value.id;
}
