/**
 * Providers that the user describes, one file each: `providers/<id>.json` in the profile. A file that cannot be read is
 * reported and left as it is; the others work.
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { providerForm, type ProviderForm } from "../../contract/provider.ts";
import type { ProviderFileView } from "../../contract/views/provider.ts";
import type { HttpClient, Log } from "../../core/ports.ts";
import { issuerFault, readDefinition } from "../../core/providers/definition.ts";
import { discoveryRequests, readDiscovery } from "../../core/providers/discovery.ts";
import { isBuiltIn, type Providers } from "../../core/providers/registry.ts";
import { eraseDurably, writeDurably } from "../storage/durable-file.ts";

export interface CustomProviders {
  /** Reads the files. Never rejects: faults are in `unreadable`. */
  load(): Promise<void>;
  /** Adds a provider; with `change`, replaces the one of that id. Fails with `provider_field`, `settings_failing`. */
  save(form: ProviderForm, change: boolean): Promise<Result<null>>;
  /** Removes a provider. Its registrations and sign-ins stay, and work again once the provider is added again. */
  remove(id: string): Promise<Result<null>>;
  /** Fetches the issuer's discovery document; saves nothing. Fails as `readDiscovery`, and with `discovery_none`. */
  discover(issuer: string): Promise<Result<ProviderForm>>;
  formOf(id: string): ProviderForm | undefined;
  readonly unreadable: readonly ProviderFileView[];
}

/** The file is no description of a provider at all; other faults name the field. */
const NO_DESCRIPTION: Failure = { code: "provider_file_unreadable" };

/** The names of the providers' files; empty where none was ever described. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  } catch {
    return [];
  }
}

async function discover(http: HttpClient, issuer: string): Promise<Result<ProviderForm>> {
  const why = issuerFault(issuer);
  if (why !== undefined) return failed({ code: "provider_field", field: "issuer", why });
  for (const request of discoveryRequests(issuer)) {
    const answer = readDiscovery(issuer, await http.send(request));
    if (answer !== undefined) return answer;
  }
  return failed({ code: "discovery_none", provider: new URL(issuer).host });
}

/** `moved`: a provider was added or removed, or has other addresses. */
export function createCustomProviders(
  folder: string,
  { providers, http, log }: { readonly providers: Providers; readonly http: HttpClient; readonly log: Log },
  moved: (id: string) => void,
): CustomProviders {
  const forms = new Map<string, ProviderForm>();
  let unreadable: readonly ProviderFileView[] = [];
  const fileOf = (id: string): string => path.join(folder, `${id}.json`);
  function take(form: ProviderForm): Result<null> {
    const provider = readDefinition(form, isBuiltIn);
    if (!provider.ok) return provider;
    forms.set(form.id, form);
    providers.define(provider.value);
    return ok(null);
  }
  async function read(file: string): Promise<Failure | undefined> {
    try {
      const parsed = v.safeParse(providerForm, JSON.parse(await readFile(path.join(folder, file), "utf8")));
      if (!parsed.success) return NO_DESCRIPTION;
      // The id is the file's name, so that no two files describe the same provider.
      if (`${parsed.output.id}.json` !== file) return { code: "provider_field", field: "id", why: "id" };
      const taken = take(parsed.output);
      return taken.ok ? undefined : taken.failure;
    } catch (cause) {
      log.warn("providers.unreadable", { file, cause });
      return NO_DESCRIPTION;
    }
  }

  return {
    get unreadable() {
      return unreadable;
    },
    formOf: (id) => forms.get(id),
    async load() {
      const found: ProviderFileView[] = [];
      for (const file of await namesIn(folder)) {
        const failure = await read(file);
        if (failure !== undefined) found.push({ file, failure });
      }
      unreadable = found;
    },
    async save(form, change) {
      const provider = readDefinition(form, isBuiltIn);
      if (!provider.ok) return provider;
      const { id } = form;
      // A file that cannot be read is not overwritten either: it may be the only copy of the user's work.
      const taken = providers.get(id) !== undefined || unreadable.some(({ file }) => file === `${id}.json`);
      if (!change && taken) return failed({ code: "provider_field", field: "id", why: "taken" });
      if (change && !forms.has(id)) return failed({ code: "provider_unknown", provider: id });
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeDurably(fileOf(id), `${JSON.stringify(form, undefined, 2)}\n`);
      } catch (cause) {
        return failed({ code: "settings_failing" }, cause);
      }
      take(form);
      moved(id);
      return ok(null);
    },
    async remove(id) {
      if (!forms.has(id)) return failed({ code: "provider_unknown", provider: id });
      try {
        await eraseDurably(fileOf(id));
      } catch (cause) {
        return failed({ code: "settings_failing" }, cause);
      }
      forms.delete(id);
      providers.forget(id);
      moved(id);
      return ok(null);
    },
    discover: (issuer) => discover(http, issuer),
  };
}
