/** Reads the text that may hold tokens of another tool, from the clipboard or a file. */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import { decodeText } from "../../core/import/decode.ts";
import type { Clipboard } from "../desktop/clipboard.ts";
import type { FileDialogs } from "../desktop/file-dialogs.ts";

/** Larger than any tool's file of tokens or settings. A longer text is refused, never cut. */
export const LIMIT_MIB = 8;
const LIMIT = LIMIT_MIB * 1024 * 1024;
const tooLarge: Failure = { code: "import_too_large", limitMiB: LIMIT_MIB };

type Why = Extract<Failure, { code: "import_file" }>["why"];
const WHY: Readonly<Record<string, Why>> = {
  EACCES: "denied",
  EPERM: "denied",
  EISDIR: "folder",
  ENOENT: "gone",
  ENOTDIR: "gone",
};
function fileFailure(cause: unknown): Failure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return { code: "import_file", why: WHY[code] ?? "failing" };
}

async function readWhole(handle: FileHandle): Promise<Result<string>> {
  const stat = await handle.stat();
  if (stat.isDirectory()) return failed({ code: "import_file", why: "folder" });
  if (!stat.isFile()) return failed({ code: "import_file", why: "failing" });
  // Reads up to one octet more than the limit, because the file may grow while it is read.
  const buffer = Buffer.alloc(Math.min(stat.size, LIMIT) + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (stat.size > LIMIT || length > LIMIT) return failed(tooLarge);
  return ok(decodeText(buffer.subarray(0, length)));
}

async function textOfFile(file: string): Promise<Result<string>> {
  try {
    // Opening a pipe would otherwise wait for its writer.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return await readWhole(handle);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return failed(fileFailure(cause), cause);
  }
}

/** Null: the user chose no file. Fails with `clipboard_unreadable`, `import_file`, `import_too_large`. */
export async function textToImport(
  from: "clipboard" | "file",
  { clipboard, files }: { readonly clipboard: Clipboard; readonly files: FileDialogs },
): Promise<Result<string | null>> {
  if (from === "file") {
    const file = await files.open("tokens");
    return file === undefined ? ok(null) : textOfFile(file);
  }
  try {
    const text = await clipboard.read();
    return text.length > LIMIT ? failed(tooLarge) : ok(text);
  } catch (cause) {
    return failed({ code: "clipboard_unreadable" }, cause);
  }
}
