import { sandboxAt } from "./sandbox.ts";
import { twitch } from "./twitch.ts";
import type { Provider } from "./provider.ts";

/** The id of the sandbox; like all built-in ids it is reserved. */
export const SANDBOX = "sandbox";

/** True for the ids of built-in providers, which a custom provider cannot have. */
export const isBuiltIn = (id: string): boolean => id === twitch.id || id === SANDBOX;

/** The known providers. The sandbox is among them after its first start, because its port stays the same. */
export interface Providers {
  get(id: string): Provider | undefined;
  list(): readonly Provider[];
  sandboxRunsAt(origin: string): void;
  /** Adds or replaces a custom provider. A built-in id is ignored. */
  define(provider: Provider): void;
  forget(id: string): void;
}

export function createProviders(more: readonly Provider[] = []): Providers {
  const known = new Map<string, Provider>([...more, twitch].map((provider) => [provider.id, provider]));
  return {
    get: (id) => known.get(id),
    list: () => [...known.values()],
    sandboxRunsAt: (origin) => void known.set(SANDBOX, sandboxAt(origin)),
    define(provider) {
      if (!isBuiltIn(provider.id)) known.set(provider.id, provider);
    },
    forget(id) {
      if (!isBuiltIn(id)) known.delete(id);
    },
  };
}
