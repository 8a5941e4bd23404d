/**
 * The provider's sign-in page, in a window with an in-memory session, no preload script and no permissions. Above the
 * page lies a strip of ours with the page's origin, which the page cannot cover. The redirect is stopped before a
 * request is made, and before it appears in the page's history.
 */
import { BrowserWindow, WebContentsView, type Session, type WebContents } from "electron/main";
import { isLoopbackHost } from "../../../core/loopback.ts";
import { isAppLink, isAtRedirectUri, LINK_SCHEME } from "../../../core/providers/redirects.ts";
import type { OpenUserAgent, UserAgentRequest, UserAgentSession } from "../../sign-in/user-agent.ts";
import { lockNavigation, makeSession } from "../hardening.ts";
import { WINDOW_ORIGIN } from "../network/scheme.ts";
import type { AppTranslator } from "../system/language.ts";

const STRIP_HEIGHT = 44;
/** The target of the strip's link "Open in browser". It is never loaded; the navigation itself is the message. */
const IN_BROWSER = `${WINDOW_ORIGIN}/in-browser`;
/** Chromium's "aborted": a navigation that this app stopped. */
const ERR_ABORTED = -3;

/** Electron keeps a session as long as the app runs, so used sessions are cleared and used again. */
const idle: Session[] = [];
let created = 0;
function takeSession(): Session {
  const cleared = idle.pop();
  if (cleared !== undefined) return cleared;
  created += 1;
  const fresh = makeSession(`authorization-${String(created)}`);
  // A second safeguard: a redirect that the events below miss gets an empty response, not the system's handler.
  fresh.protocol.handle(LINK_SCHEME, () => new Response(null, { status: 204 }));
  return fresh;
}
async function giveBack(used: Session): Promise<void> {
  await used.closeAllConnections();
  await used.clearStorageData();
  await used.clearAuthCache();
  idle.push(used);
}

/** What a navigation to `url` is: an authorization response, a page that may be shown, or a URL to refuse. */
function judgeNavigation(
  url: string,
  { redirect_uri, test }: UserAgentRequest,
): "response" | "page" | "refused" {
  if (!URL.canParse(url)) return "refused";
  const target = new URL(url);
  if (isAppLink(target.href) || isAtRedirectUri(redirect_uri, target)) return "response";
  if (target.protocol === "https:") return "page";
  return target.protocol === "http:" && test && isLoopbackHost(target.hostname) ? "page" : "refused";
}

interface Navigation {
  readonly url: string;
  readonly isMainFrame: boolean;
  preventDefault(): void;
}

function guardNavigation(page: WebContents, request: UserAgentRequest): void {
  const onNavigation = (event: Navigation): void => {
    const kind = judgeNavigation(event.url, request);
    if (kind === "page") return;
    event.preventDefault();
    // Only the main frame may respond: a frame inside it may belong to another site.
    if (kind === "response" && event.isMainFrame) request.onRedirect(event.url);
  };
  page.on("will-redirect", onNavigation); // redirects of the server
  page.on("will-frame-navigate", onNavigation); // navigations by scripts, forms and meta refresh
  page.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** The window, whose own page is the strip. */
function newWindow(title: string, icon: string, parent: BrowserWindow | null): BrowserWindow {
  const window = new BrowserWindow({
    width: 520,
    height: 780,
    minWidth: 360,
    minHeight: 420,
    show: false,
    title,
    icon,
    autoHideMenuBar: true, // until the menu is removed
    ...(parent !== null && { parent }),
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  window.removeMenu(); // it is for the main window
  lockNavigation(window.webContents);
  return window;
}

/** The provider's page, below the strip. */
function addPage(window: BrowserWindow, session: Session): WebContents {
  const view = new WebContentsView({
    webPreferences: {
      session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  window.contentView.addChildView(view);
  const layOut = (): void => {
    const { width, height } = window.getContentBounds();
    // The strip has the origin of the main window, and with it the zoom.
    const strip = Math.round(STRIP_HEIGHT * window.webContents.getZoomFactor());
    view.setBounds({ x: 0, y: strip, width, height: Math.max(0, height - strip) });
  };
  layOut();
  window.webContents.on("did-finish-load", layOut);
  window.on("resize", layOut);
  return view.webContents;
}

/** The strip's URL; its fragment says what the strip shows. */
function stripUrl(
  page: WebContents,
  request: UserAgentRequest,
  title: string,
  translator: AppTranslator,
): string {
  const { origin, protocol } = new URL(page.getURL() === "" ? request.url : page.getURL());
  const secure = protocol === "https:";
  const facts = new URLSearchParams({
    origin,
    note: translator.t(request.test ? "bar.test" : secure ? "bar.secure" : "bar.insecure"),
    title,
    language: translator.language,
    secure: secure ? "1" : "0",
    loading: page.isLoading() ? "1" : "0",
    test: request.test ? "1" : "0",
    ...(request.onRefused !== undefined && { browser: translator.t("bar.browser"), href: IN_BROWSER }),
  });
  return `${WINDOW_ORIGIN}/authorization-bar.html#${facts.toString()}`;
}

/**
 * Connects the window's events with the request's callbacks. When this app closes the window, no callback is called.
 */
function connect(
  window: BrowserWindow,
  page: WebContents,
  used: Session,
  request: UserAgentRequest,
): UserAgentSession {
  let closedByUs = false;
  const close = (): void => {
    closedByUs = true;
    if (!window.isDestroyed()) window.destroy();
  };
  // The strip is our page without a preload script. The provider's page lies below it and cannot reach it.
  window.webContents.on("will-frame-navigate", ({ url }) => {
    if (url === IN_BROWSER) request.onRefused?.();
  });
  page.on("did-fail-load", (_event, code, _text, _url, isMainFrame) => {
    if (!isMainFrame || code === ERR_ABORTED || closedByUs) return;
    close();
    request.onFailed();
  });
  window.on("closed", () => {
    page.close();
    void giveBack(used);
    if (!closedByUs) request.onClosed();
  });
  return {
    close,
    show() {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}

export const createOpenUserAgent =
  (icon: string, parent: () => BrowserWindow | null, translator: AppTranslator): OpenUserAgent =>
  (request) => {
    const session = takeSession();
    const title = translator.t("windows.signIn", { provider: request.providerName });
    const window = newWindow(title, icon, parent());
    const page = addPage(window, session);
    const showStrip = (): void => {
      if (window.isDestroyed()) return;
      const url = stripUrl(page, request, title, translator);
      void window.loadURL(url).catch(() => undefined); // a newer strip replaced it
    };
    for (const name of ["did-navigate", "did-start-loading", "did-stop-loading"] as const) {
      (page as NodeJS.EventEmitter).on(name, showStrip); // three events with listeners of different types
    }
    guardNavigation(page, request);
    const opened = connect(window, page, session, request);
    window.once("ready-to-show", () => window.show());
    showStrip();
    void page.loadURL(request.url).catch(() => undefined); // did-fail-load handles it
    return opened;
  };
