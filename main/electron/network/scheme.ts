/** The window's URL scheme. It serves the files of the built renderer, under a strict content security policy. */
import { protocol, type Session } from "electron/main";
import { readFile } from "node:fs/promises";
import path from "node:path";

const SCHEME = "tokenkeep-window";
/** The only origin whose messages the main process accepts. */
export const WINDOW_ORIGIN = `${SCHEME}://app`;

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types svelte-trusted-html",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The bytes and the type of a picture; undefined: the window gets none. */
type ServePicture = (
  signIn: string,
) => Promise<{ readonly type: string; readonly bytes: Uint8Array } | undefined>;

const notFound = (): Response => new Response("not found", { status: 404 });
function pictureAnswer(found: Awaited<ReturnType<ServePicture>>): Response {
  if (found === undefined) return notFound();
  const headers = {
    "content-type": found.type,
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  return new Response(new Uint8Array(found.bytes), { headers });
}

/** Registers the scheme; call it before 'ready'. A secure scheme gives pages `crypto` and blocks mixed content. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** The file that a URL names; undefined: the file would lie outside `root`. */
function fileOf(root: string, url: string): string | undefined {
  const { host, pathname } = new URL(url);
  const file = path.join(root, path.normalize(decodeURIComponent(pathname)));
  return host === "app" && file.startsWith(root + path.sep) ? file : undefined;
}

/** The sign-in whose picture a URL names: `/picture/<id>`. */
function pictureOf(url: string): string | undefined {
  const { host, pathname } = new URL(url);
  return host === "app" ? /^\/picture\/([0-9a-f-]{36})$/.exec(pathname)?.[1] : undefined;
}

/** Serves the files in `root` to the pages of a session, and pictures of accounts that main has in its memory. */
export function serveWindow(session: Session, root: string, picture: ServePicture): void {
  session.protocol.handle(SCHEME, async ({ url }) => {
    const signIn = pictureOf(url);
    if (signIn !== undefined) return pictureAnswer(await picture(signIn));
    const file = fileOf(root, url);
    const type = file === undefined ? undefined : TYPES[path.extname(file)];
    if (file === undefined || type === undefined) return notFound();
    try {
      const headers = {
        "content-type": type,
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
      };
      return new Response(new Uint8Array(await readFile(file)), { headers });
    } catch {
      return notFound();
    }
  });
}
