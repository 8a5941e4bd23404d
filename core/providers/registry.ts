import { sandboxAt } from "./sandbox.ts";
import { twitch } from "./twitch.ts";
import type { Provider } from "./provider.ts";

/** The id of the pretend provider; reserved, as are all built-in ids. */
export const SANDBOX = "sandbox";

/** True for the ids that no description can have. */
export const isBuiltIn = (id: string): boolean => id === twitch.id || id === SANDBOX;

/** The providers known now. The sandbox has addresses once it runs, or once it has run: its port is kept. */
export interface Providers {
  get(id: string): Provider | undefined;
  list(): readonly Provider[];
  sandboxRunsAt(origin: string): void;
  /** Adds one, or takes its place. Built-in ids are reserved: they are not in the hands of whoever describes one. */
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
