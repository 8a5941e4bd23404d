/** What an import sends: nothing before the user chooses, and then each chosen value once, to one address. */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Provider } from "../../../core/providers/provider.ts";
import { startBench, until } from "../../support/host.ts";
import { startRecordingProvider } from "./support/recording-provider.ts";

const secret = fc
  .oneof(fc.stringMatching(/^[a-z0-9]{30}$/), fc.stringMatching(/^[A-Za-z0-9_-]{24,64}$/))
  .filter((text) => new Set(text).size > 8);
const entry = fc.record({
  name: fc.constantFrom(
    "TWITCH_TOKEN",
    "token",
    "access_token",
    "password",
    "DISCORD_TOKEN",
    "client_secret",
    "client_id",
    "REFRESH_TOKEN",
    "refresh",
    "API_KEY",
    "id_token",
    "NOTE",
  ),
  value: secret,
  prefix: fc.constantFrom("", "", "oauth:", "Bearer "),
});
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;
const FILES: readonly ((entries: readonly Entry[]) => string)[] = [
  (entries) => entries.map(({ name, value, prefix }) => `${name}="${prefix}${value}"`).join("\n"),
  (entries) => JSON.stringify(entries.map(({ name, value, prefix }) => ({ [name]: prefix + value }))),
  (entries) => entries.map(({ name, value, prefix }) => `$env:${name} = '${prefix}${value}'`).join("\r\n"),
  (entries) => entries.map(({ value, prefix }) => prefix + value).join("\r"),
  (entries) => `http://localhost/#${entries.map(({ name, value }) => `${name}=${value}`).join("&")}`,
];

test("an import sends nothing before the check, and then each chosen value once, to the chosen provider's validation endpoint alone", async () => {
  await using chosen = await startRecordingProvider("chosen");
  await using other = await startRecordingProvider("other");
  await using at = await startBench({ providers: (): Provider[] => [chosen.provider, other.provider] });
  const sandboxBefore = (await at.seen()).length;
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 6 }),
      fc.oneof(fc.constantFrom(...FILES), fc.constant(undefined)),
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.infiniteStream(fc.boolean()),
      fc.constantFrom("clipboard", "file"),
      async (entries, write, noise, picks, from) => {
        const text = write === undefined ? noise : write(entries);
        if (from === "clipboard") at.clipboard.text = text;
        else writeFileSync(at.chosenFile, text);
        chosen.requests.length = 0;
        const read = await at.app.handlers["import.read"]({ from, provider: "chosen" });
        expect(chosen.requests).toEqual([]);
        if (!read.ok) {
          expect(read.failure.code).toBe("import_empty");
          return;
        }
        const { id, candidates } = read.value ?? { id: "", candidates: [] };
        for (const { value } of entries) expect(JSON.stringify(candidates)).not.toContain(value);
        const keys = candidates.flatMap(({ key }) => (picks.next().value ? [key] : []));
        if (keys.length > 0) await at.app.handlers["import.check"]({ id, keys });
        expect(chosen.requests).toHaveLength(keys.length);
        const sent = chosen.requests.map(({ authorization }) => authorization.replace(/^OAuth /, ""));
        expect(new Set(sent).size).toBe(sent.length);
        for (const { method, path } of chosen.requests)
          expect(`${method} ${path}`).toBe("GET /oauth2/validate");
        for (const value of sent) {
          const named = entries.filter((one) => one.value === value && write !== FILES[3]);
          expect(text).toContain(value);
          for (const { name } of named)
            expect(name).not.toMatch(/^(?:client_id|client_secret|refresh|REFRESH_TOKEN|id_token)$/);
        }
        // A second check gives the same answer, and sends nothing.
        if (keys.length > 0) await at.app.handlers["import.check"]({ id, keys });
        expect(chosen.requests).toHaveLength(keys.length);
        await at.app.handlers["import.drop"](undefined);
      },
    ),
    { numRuns: 150 },
  );
  expect(chosen.mostAtOnce).toBe(1);
  expect(other.requests).toEqual([]);
  expect(await at.seen()).toHaveLength(sandboxBefore);
});

test("two concurrent checks send one token at a time", async () => {
  await using chosen = await startRecordingProvider("chosen");
  await using at = await startBench({ providers: (): Provider[] => [chosen.provider] });
  const values = Array.from({ length: 25 }, (_, at) => `inventedaccesstoken${String(at).padStart(11, "0")}`);
  at.clipboard.text = values.map((value, which) => `T${String(which)}_TOKEN=${value}`).join("\n");
  const read = await at.app.handlers["import.read"]({ from: "clipboard", provider: "chosen" });
  if (!read.ok || read.value === null) throw new Error("not read");
  const { id, candidates } = read.value;
  expect(candidates).toHaveLength(25);
  const keys = candidates.map(({ key }) => key);
  const both = await Promise.all([1, 2].map(() => at.app.handlers["import.check"]({ id, keys })));
  expect(both).toMatchObject([{ ok: true }, { ok: true }]);
  expect(chosen.requests.map(({ authorization }) => authorization)).toEqual(
    values.map((value) => `OAuth ${value}`),
  );
  expect(chosen.mostAtOnce).toBe(1);
});

test.each([
  ["is dropped", "import.drop"],
  ["is read anew", "import.read"],
] as const)("what waits to be sent stays here when the import %s", async (_how, call) => {
  await using chosen = await startRecordingProvider("chosen");
  await using at = await startBench({ providers: (): Provider[] => [chosen.provider] });
  at.clipboard.text = "A_TOKEN=inventedaccesstoken00000000001\nB_TOKEN=inventedaccesstoken00000000002";
  const read = await at.app.handlers["import.read"]({ from: "clipboard", provider: "chosen" });
  if (!read.ok || read.value === null) throw new Error("not read");
  let release: () => void = () => undefined;
  chosen.hold = new Promise<void>((go) => (release = go));
  const checking = at.app.handlers["import.check"]({ id: read.value.id, keys: [0, 1] });
  await until(() => chosen.requests.length === 1);
  if (call === "import.drop") await at.app.handlers[call](undefined);
  else await at.app.handlers[call]({ from: "clipboard", provider: "chosen" });
  release();
  expect(await checking).toMatchObject({ failure: { code: "import_gone" } });
  expect(chosen.requests).toHaveLength(1);
});
