/** Searches for secrets in files, in the command line and environment of every process, and in a window's heap. */
import type { ElectronApplication, Page } from "@playwright/test";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A name for each secret value. Bytes are searched for as bytes. */
export type Secrets = ReadonlyMap<string | Buffer, string>;
/** Findings: the place, the secret's name and its form; never its value. */
export type Found = string[];

/** Base64 of a text depends on its offset modulo 3; characters that depend on its neighbours are cut off. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const rest = (offset + bytes.length) % 3;
    return text.slice([0, 2, 3][offset], rest === 0 ? undefined : -1);
  });
}

/** The forms in which a secret may be stored in files and memory. */
export function formsOf(value: string | Buffer): [form: string, bytes: Buffer][] {
  const bytes = Buffer.from(value as string);
  const hex = bytes.toString("hex");
  const encoded: [string, string][] = [
    ["hex", hex],
    ["hex", hex.toUpperCase()],
    ...base64Forms(bytes).flatMap((form): [string, string][] => [
      ["base64", form],
      ["base64url", form.replaceAll("+", "-").replaceAll("/", "_")],
    ]),
  ];
  if (typeof value === "string")
    encoded.push(
      ["percent-encoded", encodeURIComponent(value)],
      ["form-encoded", new URLSearchParams({ _: value }).toString().slice(2)],
      ["JSON", JSON.stringify(value).slice(1, -1)],
      ["UTF-16", Buffer.from(value, "utf16le").toString("latin1")],
    );
  const forms = new Map([[bytes.toString("latin1"), "in the clear"]]);
  for (const [form, text] of encoded) if (!forms.has(text)) forms.set(text, form);
  return [...forms].map(([text, form]) => [form, Buffer.from(text, "latin1")]);
}

export function createSearch(secrets: Secrets): (bytes: Buffer, where: string) => Found {
  const needles = [...secrets].flatMap(([value, what]) =>
    formsOf(value).map(([form, bytes]) => ({ what, form, bytes })),
  );
  return (bytes, where) => [
    ...new Set(
      needles
        .filter((needle) => bytes.includes(needle.bytes))
        .map(({ what, form }) => `${where}: ${what}, ${form}`),
    ),
  ];
}

/** Every file below `folders`, without files that are deleted meanwhile. */
export function searchFiles(secrets: Secrets, folders: readonly string[]): { files: number; found: Found } {
  const search = createSearch(secrets);
  const found: Found = [];
  let files = 0;
  const visit = (entry: string): void => {
    try {
      const stat = lstatSync(entry);
      if (stat.isDirectory()) for (const name of readdirSync(entry)) visit(path.join(entry, name));
      if (!stat.isFile()) return;
      found.push(...search(readFileSync(entry), entry), ...search(Buffer.from(entry), "a file's name"));
      files += 1;
    } catch (error) {
      if (!["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  };
  folders.forEach(visit);
  return { files, found };
}

export interface Shown {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
  /** Undefined: this user may not read it. */
  readonly environment: Buffer | undefined;
  /** `Max core file size`, soft and hard. */
  readonly coreLimits: string;
}

/** Every process, as /proc shows it. */
export function processes(): Shown[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const read = (file: string) => readFileSync(`/proc/${pid}/${file}`);
      try {
        const environment = (): Buffer | undefined => {
          try {
            return read("environ");
          } catch {
            return undefined;
          }
        };
        return {
          pid: Number(pid),
          parent: Number(/^PPid:\s*(\d+)/m.exec(read("status").toString())?.[1]),
          commandLine: read("cmdline").toString("latin1"),
          environment: environment(),
          coreLimits:
            /^Max core file size\s+(\S+)\s+(\S+)/m.exec(read("limits").toString())?.slice(1).join(" ") ?? "",
        };
      } catch {
        return []; // the process has ended
      }
    });
}

/** A process and all its descendants. */
export function family(root: number): Shown[] {
  const all = processes();
  const members = new Set([root]);
  for (let before = 0; before !== members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

/** Command lines and environments of every process that this user may read. */
export function searchProcesses(secrets: Secrets): Found {
  const search = createSearch(secrets);
  return processes().flatMap(({ pid, commandLine, environment }) => [
    ...search(Buffer.from(commandLine, "latin1"), `command line of ${String(pid)}`),
    ...search(environment ?? Buffer.alloc(0), `environment of ${String(pid)}`),
  ]);
}

/**
 * A snapshot of the window's JavaScript heap after a garbage collection. V8 may truncate long strings in it, so a secret
 * deep inside a long string could be missed.
 */
export async function heapOf(app: ElectronApplication, page: Page): Promise<Buffer> {
  const cdp = await app.context().newCDPSession(page);
  const chunks: string[] = [];
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => void chunks.push(chunk));
  await cdp.send("HeapProfiler.enable");
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await cdp.detach();
  return Buffer.from(chunks.join(""));
}
