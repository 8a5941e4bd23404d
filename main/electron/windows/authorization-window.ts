/**
 * The provider's sign-in page, in a window of its own: own in-memory session, no preload, nothing allowed. Above it
 * lies our own strip with the page's origin, which the page cannot draw over. The redirect is caught before a request
 * is made and before it reaches the page's history (design: one door).
 */
import { BrowserWindow, WebContentsView, type Session, type WebContents } from "electron/main";
import { isLoopbackHost } from "../../../core/loopback.ts";
import type { OpenUserAgent, UserAgentRequest } from "../../sign-in/user-agent.ts";
import type { AppTranslator } from "../system/language.ts";
import { lockNavigation, makeSession } from "../hardening.ts";
import { WINDOW_ORIGIN } from "../network/scheme.ts";

const STRIP_HEIGHT = 44;
/** Where the strip's one link leads. Nothing is loaded: that somebody followed it is all that is said. */
const IN_BROWSER = `${WINDOW_ORIGIN}/in-browser`;
/** Chromium's "aborted": a navigation that we stopped ourselves. */
const ERR_ABORTED = -3;

/** Sessions live as long as the app, so they are used again, emptied, instead of one more for each attempt. */
const idle: Session[] = [];
let made = 0;
function takeSession(): Session {
  const old = idle.pop();
  if (old !== undefined) return old;
  made += 1;
  const fresh = makeSession(`authorization-${String(made)}`);
  // The belt: were a redirect to get past the events below, it would find an empty answer, not the system's handler.
  fresh.protocol.handle("app.tokenkeep", () => new Response(null, { status: 204 }));
  return fresh;
}
async function giveBack(used: Session): Promise<void> {
  await used.closeAllConnections();
  await used.clearStorageData();
  await used.clearAuthCache();
  idle.push(used);
}

/** What a navigation to `url` is: the answer, a page that may be shown, or neither. */
function judge(url: string, { redirect_uri, test }: UserAgentRequest): "answer" | "page" | "refused" {
  if (!URL.canParse(url)) return "refused";
  const [to, expected] = [new URL(url), new URL(redirect_uri)];
  if (to.protocol === "app.tokenkeep:") return "answer";
  if (to.protocol === expected.protocol && to.host === expected.host && to.pathname === expected.pathname)
    return "answer";
  if (to.protocol === "https:") return "page";
  return to.protocol === "http:" && test && isLoopbackHost(to.hostname) ? "page" : "refused";
}

interface Navigation {
  readonly url: string;
  readonly isMainFrame: boolean;
  preventDefault(): void;
}

function guard(contents: WebContents, request: UserAgentRequest): void {
  const onNavigation = (event: Navigation): void => {
    const kind = judge(event.url, request);
    if (kind === "page") return;
    event.preventDefault();
    // Only the top page may answer: a frame inside it belongs to somebody else.
    if (kind === "answer" && event.isMainFrame) request.onRedirect(event.url);
  };
  contents.on("will-redirect", onNavigation); // answers of the server
  contents.on("will-frame-navigate", onNavigation); // scripts, forms, meta refresh
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

export const createOpenUserAgent =
  (icon: string, parent: () => BrowserWindow | null, translator: AppTranslator): OpenUserAgent =>
  (request) => {
    const own = takeSession();
    const title = translator.t("windows.signIn", { provider: request.providerName });
    const above = parent();
    const window = new BrowserWindow({
      width: 520,
      height: 780,
      minWidth: 360,
      minHeight: 420,
      show: false,
      title,
      icon,
      ...(above !== null && { parent: above }),
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
    });
    lockNavigation(window.webContents);
    const view = new WebContentsView({
      webPreferences: {
        session: own,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    const { webContents: page } = view;
    window.contentView.addChildView(view);
    const layOut = (): void => {
      const { width, height } = window.getContentBounds();
      view.setBounds({ x: 0, y: STRIP_HEIGHT, width, height: Math.max(0, height - STRIP_HEIGHT) });
    };
    layOut();
    window.on("resize", layOut);

    const strip = (): string => {
      const at = new URL(page.getURL() === "" ? request.url : page.getURL());
      const secure = at.protocol === "https:";
      const facts = new URLSearchParams({
        origin: at.origin,
        note: translator.t(request.test ? "bar.test" : secure ? "bar.secure" : "bar.insecure"),
        title,
        language: translator.language,
        secure: secure ? "1" : "0",
        loading: page.isLoading() ? "1" : "0",
        test: request.test ? "1" : "0",
        ...(request.onRefused !== undefined && { browser: translator.t("bar.browser"), href: IN_BROWSER }),
      });
      return `${WINDOW_ORIGIN}/authorization-bar.html#${facts.toString()}`;
    };
    const showOrigin = (): void => {
      if (!window.isDestroyed()) void window.loadURL(strip()).catch(() => undefined); // a newer one took its place
    };
    for (const name of ["did-navigate", "did-start-loading", "did-stop-loading"] as const) {
      (page as NodeJS.EventEmitter).on(name, showOrigin);
    }

    let closedByUs = false;
    const close = (): void => {
      closedByUs = true;
      if (!window.isDestroyed()) window.destroy();
    };
    guard(page, request);
    // The strip is ours and has no bridge; its page lies below, and cannot reach it.
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
      void giveBack(own);
      if (!closedByUs) request.onClosed();
    });
    window.once("ready-to-show", () => window.show());
    showOrigin();
    void page.loadURL(request.url).catch(() => undefined); // told by did-fail-load
    return {
      close,
      show() {
        if (window.isDestroyed()) return;
        if (window.isMinimized()) window.restore();
        window.show();
        window.focus();
      },
    };
  };
