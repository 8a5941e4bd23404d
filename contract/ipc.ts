/**
 * Every message between main and the window. Main parses each argument: a type is a promise, not a check.
 * Preload and renderer take their types from this table, so a forgotten name does not compile. A new call also needs an
 * answer in the `calls.ts` of its domain, and entries in main/window/behind-lock.ts and main/window/masking.ts.
 *
 * Invariant: no message carries a token to the window. Those that carry a secret *from* it, once, carry a
 * client secret or a passphrase, typed by the user.
 */
import * as v from "valibot";
import type { Result } from "./failure.ts";
import { flow, way } from "./flow.ts";
import { PROVIDER_PAGES, providerForm, type ProviderForm } from "./provider.ts";
import { settings } from "./settings.ts";
import { lifetime } from "./socket.ts";
import type { ClaimsView } from "./claims.ts";
import type { ClientFinding, ClientProbe } from "./client-check.ts";
import type { OpensView, ScopeView } from "./scopes.ts";
import type { SignInView } from "./views/account.ts";
import type { DoctorView } from "./views/doctor.ts";
import type { ActivityView, HistoryView } from "./views/history.ts";
import type { CandidatesView, ImportedView } from "./views/import.ts";
import type { BrowserView } from "./views/provider.ts";
import type { Snapshot } from "./views/snapshot.ts";
import type { LossView, TokenUsageView } from "./views/tool.ts";
import type { ExportView, ImportView, KeychainView } from "./views/vault.ts";

interface Call<A, V> {
  readonly kind: "call";
  readonly argument: v.GenericSchema<unknown, A>;
  readonly value?: V;
}
interface Notice<P> {
  readonly kind: "notice";
  readonly payload?: P;
}
const call =
  <V = null>() =>
  <A>(argument: v.GenericSchema<unknown, A>): Call<A, V> => ({ kind: "call", argument });
const notice = <P>(): Notice<P> => ({ kind: "notice" });

const nothing = v.undefined();
const id = v.pipe(v.string(), v.uuid());
const text = (max: number) => v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(max));
/** RFC 6749 §A.1, §A.2. */
const clientId = v.pipe(text(200), v.regex(/^[\x21-\x7e]+$/));
const clientSecret = v.pipe(v.string(), v.trim(), v.maxLength(500));
/** The most characters of a note. */
export const NOTE_MAX = 500;
/** RFC 6749 §3.3: `scope-token`. */
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/));
/**
 * The form of a copied token: the bare token, `oauth:…` for IRC, `Bearer …` for a header, or lines for an .env file.
 */
const form = v.picklist(["token", "oauth", "bearer", "env"]);
export type CopyForm = v.InferOutput<typeof form>;

/** Facts about a sign-in that can be copied. */
export const ACCOUNT_FACTS = ["user_id", "login", "client_id"] as const;
export type AccountFact = (typeof ACCOUNT_FACTS)[number];

/** The parts of the snapshot that changed; of the sign-ins only the changed rows, since there may be ten thousand. */
export type Changes = Partial<Snapshot> & { readonly signInsChanged?: readonly SignInView[] };
/** Returns the snapshot with the changed parts and rows in place of the old ones. */
export function merged(snapshot: Snapshot, { signInsChanged = [], ...parts }: Changes): Snapshot {
  const next = { ...snapshot, ...parts };
  if (signInsChanged.length === 0) return next;
  const rows = new Map(signInsChanged.map((row) => [row.id, row]));
  return { ...next, signIns: next.signIns.map((row) => rows.get(row.id) ?? row) };
}

declare const holds: unique symbol;
/** A value as JSON text. Electron's bridge passes a text as it is, and copies anything else member by member. */
export type Json<V> = string & { readonly [holds]?: V };
export const toJson = <V>(value: V): Json<V> => JSON.stringify(value);
export const fromJson = <V>(json: Json<V>): V => JSON.parse(json) as V;

const passphrase = v.pipe(v.string(), v.maxLength(1024));
const MOST_CANDIDATES = 1_000;
const candidate = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a menu of the window, or a button of the mouse, asks the window to do. */
export type WindowCommand = "add" | "settings" | "find" | "palette" | "back" | "forward" | "help";

/** Sign-ins that a tool may use, and the scopes of high risk that the user has ticked. */
const chosenSignIns = {
  signIns: v.pipe(v.array(id), v.minLength(1), v.maxLength(10_000)),
  highRisk: v.optional(v.pipe(v.array(scope), v.maxLength(120))),
};
const access = v.union([
  v.object({ every: v.literal(true) }),
  v.object({ accounts: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10_000)) }),
  v.object(chosenSignIns),
]);
/** `once` ends with a connection whose tool has no key, so no other lifetime can become it. */
const changedLifetime = v.picklist(["lock", "always"]);

export const ipc = {
  /** The whole state; afterwards `state.changed` brings the parts that change. */
  "state.get": call<Json<Snapshot>>()(nothing),
  "state.changed": notice<Json<Changes>>(),
  "window.command": notice<WindowCommand>(),
  /**
   * The user closes the window. The window says that the app keeps running and where to find it, and answers with
   * `window.close`.
   */
  "window.closing": notice<"tray" | "menuBar" | "nowhere">(),

  /** Makes a vault that a passphrase seals; only while there is none. */
  "vault.create": call()(v.object({ passphrase })),
  "vault.unlock": call()(v.object({ passphrase })),
  /** Tries again to open or make a vault whose keychain was locked or missing. */
  "vault.retry": call()(nothing),
  /**
   * Locks the window alone (tools are still served) or the vault. Fails with `passphrase_missing` without a passphrase.
   */
  "vault.lock": call()(v.picklist(["window", "vault"])),
  /** Pauses or resumes hand-outs. */
  "vault.pause": call()(v.boolean()),
  /** Changes what opens the vault. `current` is needed when the vault has a passphrase. */
  "vault.reseal": call()(
    v.object({
      keychain: v.boolean(),
      passphrase: v.union([v.picklist(["keep", "none"]), v.object({ new: passphrase })]),
      current: v.optional(passphrase),
    }),
  ),
  /** Other keychains of this session that could open the vault. The one in use is fixed while the app runs. */
  "vault.otherKeychains": call<readonly KeychainView[]>()(nothing),
  /**
   * Begins the move to another keychain, and starts the app again; the next unlocking ends it. Fails with
   * `passphrase_missing`.
   */
  "vault.move": call()(v.object({ backend: text(40), current: passphrase })),
  /** Moves aside a vault that cannot be opened, or whose passphrase is forgotten, and begins an empty one. */
  "vault.setAside": call<{ readonly folder: string }>()(nothing),
  /**
   * Asks where to, and writes accounts and registrations there. Null: the user closed the dialog. `passphrase` seals
   * the file; `current` is asked for when the vault has a passphrase.
   */
  "vault.export": call<ExportView | null>()(v.object({ passphrase, current: v.optional(passphrase) })),
  /** Asks for the file, unless `sameFile` tries the last file again. Null: the user closed the dialog. */
  "vault.import": call<ImportView | null>()(v.object({ passphrase, sameFile: v.boolean() })),

  /** Logs in at a proxy; the login is kept in memory until the app ends. Fails with `proxy_login_gone`. */
  "proxy.logIn": call()(
    v.object({
      id,
      username: v.pipe(v.string(), v.maxLength(200)),
      password: v.pipe(v.string(), v.maxLength(500)),
    }),
  ),
  /** The user declines; main does not ask again for a while. */
  "proxy.decline": call()(id),

  "settings.change": call()(settings),
  "doctor.run": call<DoctorView>()(nothing),
  /** Copies the last run as text. */
  "doctor.copy": call()(nothing),

  /** The installed browsers, where the system lists them. */
  "browsers.list": call<readonly BrowserView[]>()(nothing),

  /** Every scope that can be requested, with what it allows; loaded when the user chooses scopes. */
  "scopes.list": call<readonly ScopeView[]>()(nothing),

  /** Starts the sandbox if it does not run, and answers with its client registration's id. */
  "sandbox.start": call<{ readonly client: string }>()(nothing),

  /**
   * Adds a provider, or with `change` replaces the provider with the form's id. Fails with `provider_field`, which
   * names the faulty field.
   */
  "providers.save": call()(v.object({ form: providerForm, change: v.boolean() })),
  /** Removes a provider. Its registrations and sign-ins stay, unused until the provider is added again. */
  "providers.remove": call()(text(40)),
  /** Discovers the metadata of an issuer, as a form that the user reviews. Nothing is saved. */
  "providers.discover": call<ProviderForm>()(
    v.object({ issuer: v.pipe(v.string(), v.trim(), v.maxLength(500)) }),
  ),
  /** Copies a redirect URI of a provider, as it has to be registered. */
  "providers.copyRedirect": call()(
    v.object({ provider: text(40), at: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  ),

  /** Opens the provider's developer console in the browser. Fails with `provider_unknown`, `browser_failing`. */
  "providers.openConsole": call()(text(40)),
  /** Copies what the form of the developer console asks for. */
  "providers.copyConsoleField": call()(
    v.object({ provider: text(40), field: v.picklist(["name", "redirect_uri"]) }),
  ),

  /** Adds a registration, or changes one (`id`). Without `client_secret` the stored one stays; null: it has none. */
  "clients.save": call<{ readonly id: string }>()(
    v.object({
      id: v.optional(id),
      provider: text(40),
      name: text(80),
      client_id: clientId,
      client_secret: v.optional(v.nullable(clientSecret)),
    }),
  ),
  "clients.remove": call()(id),
  /** Asks the provider about a client that is not saved, by a request that grants nothing. */
  "clients.probe": call<ClientProbe>()(
    v.object({ provider: text(40), client_id: clientId, client_secret: v.optional(clientSecret) }),
  ),
  /** Saves the registration that came with the app, unless it is saved already, and answers with its id. */
  "clients.useShared": call<{ readonly id: string }>()(nothing),
  /** Checks a registration at its provider by requests that grant nothing. */
  "clients.check": call<readonly ClientFinding[]>()(id),

  /** Asks for a token by one of the flows, and opens the provider's page where the flow has one. */
  "authorization.start": call<{ readonly id: string }>()(
    v.object({
      client: id,
      scopes: v.pipe(v.array(scope), v.maxLength(120)),
      /** The sign-in to be renewed. */
      signIn: v.optional(id),
      /** Absent: the flow of the sign-in to be renewed, or else the first that provider and client allow. */
      flow: v.optional(flow),
      /** Where the page opens; absent: where this provider's pages work. */
      way: v.optional(way),
    }),
  ),
  /** Brings the sign-in window to the front, or opens the page in the browser (again). */
  "authorization.show": call()(id),
  /**
   * Opens a device's verification page at another host than the provider's, whose address the user has seen and
   * allowed.
   */
  "authorization.showElsewhere": call()(id),
  /** Moves from the sign-in window, which the page refuses, to the browser. Fails with `loopback_ports_taken`. */
  "authorization.toBrowser": call()(id),
  /** Copies the address of the page, to be opened in another browser. */
  "authorization.copyLink": call()(id),
  "authorization.cancel": call()(id),
  /** Saves the sign-in that waits for confirmation: in place of the one it renews, or beside it. */
  "authorization.keep": call<{ readonly signIn: string }>()(v.object({ id, beside: v.boolean() })),
  /** Copies the ID token of a sign-in that waits for confirmation. */
  "authorization.copyIdToken": call<{ readonly clearsInMs: number }>()(id),
  /** Drops a sign-in that waits for confirmation, and revokes its token. */
  "authorization.discard": call()(id),

  /**
   * Looks for tokens of another tool in the clipboard, or in a file that the system's dialog asks for. Nothing is sent.
   * Null: the user closed the dialog. Forgotten ten minutes after the last call, and by a lock.
   */
  "import.read": call<CandidatesView | null>()(
    v.object({ from: v.picklist(["clipboard", "file"]), provider: text(40) }),
  ),
  /** Validates candidates at the provider that `import.read` was called for, one at a time, and nowhere else. */
  "import.check": call<ImportedView>()(
    v.object({ id, keys: v.pipe(v.array(candidate), v.minLength(1), v.maxLength(MOST_CANDIDATES)) }),
  ),
  /** `renews`: keep its refresh token too, which the other tool does not use any more; `client` is its registration. */
  "import.keep": call<{ readonly signIns: readonly string[] }>()(
    v.object({
      id,
      tokens: v.pipe(
        v.array(v.object({ key: candidate, client: v.optional(id), renews: v.boolean() })),
        v.minLength(1),
        v.maxLength(MOST_CANDIDATES),
      ),
    }),
  ),
  "import.drop": call()(nothing),

  "signIns.validate": call()(id),
  "signIns.validateAll": call()(nothing),
  "signIns.refresh": call()(id),
  /** Copies in main, reads back, and clears after `clearsInMs` if the clipboard still holds it. */
  "signIns.copy": call<{ readonly clearsInMs: number }>()(v.object({ id, form })),
  /** The history of a sign-in, the newest entry first. */
  "signIns.history": call<readonly HistoryView[]>()(id),
  /** The claims of a sign-in; with `now` the provider is asked, too. */
  "signIns.claims": call<ClaimsView>()(v.object({ id, now: v.boolean() })),
  /** Copies the ID token, which is no access token and is never offered as one. */
  "signIns.copyIdToken": call<{ readonly clearsInMs: number }>()(id),
  /** Copies the claims of the ID token as JSON. They are no secret, so the clipboard keeps them. */
  "signIns.copyClaims": call()(id),
  /** Copies a fact about a sign-in that is no secret, also where streamer mode masks it. */
  "signIns.copyFact": call()(v.object({ id, fact: v.picklist(ACCOUNT_FACTS) })),
  /** Opens a page of the provider in the browser; its address is the provider's. Fails with `browser_failing`. */
  "signIns.openPage": call()(v.object({ id, page: v.picklist(PROVIDER_PAGES) })),
  /** The tools that use a token, and the scopes that they do not ask for. */
  "signIns.usage": call<TokenUsageView>()(id),
  /** What tools would lose if a sign-in were replaced by one with these scopes. */
  "signIns.losses": call<readonly LossView[]>()(
    v.object({ id, scopes: v.pipe(v.array(scope), v.maxLength(120)) }),
  ),
  /** The endpoints and events that each scope opens at the provider; empty where they are not known. */
  "signIns.opens": call<readonly OpensView[]>()(id),
  /** The history of all sign-ins, the newest entry first; the latest 500 entries. */
  "activity.list": call<readonly ActivityView[]>()(nothing),
  /**
   * Asks where to, and writes the whole history there as CSV. Null: the user closed the dialog. Fails with `export_failing`.
   */
  "activity.export": call<{ readonly entries: number } | null>()(nothing),
  /** Sets the alias; an empty one removes it. */
  "signIns.rename": call()(v.object({ id, alias: v.pipe(v.string(), v.trim(), v.maxLength(40)) })),
  /** Sets the note; an empty one removes it. */
  "signIns.note": call()(v.object({ id, note: v.pipe(v.string(), v.trim(), v.maxLength(NOTE_MAX)) })),
  /** Pins sign-ins, which the list then shows first, or unpins them. */
  "signIns.pin": call()(v.object({ ids: v.pipe(v.array(id), v.minLength(1)), pinned: v.boolean() })),
  /** Revokes the token at the provider, and keeps the row, marked as revoked. */
  "signIns.revoke": call()(id),
  /** Does one action to many sign-ins; `Snapshot.bulk` has the progress. Fails with `bulk_running`. */
  "signIns.bulk": call()(
    v.object({
      action: v.picklist(["validate", "refresh", "revoke", "remove"]),
      ids: v.pipe(v.array(id), v.minLength(1)),
    }),
  ),
  /** Stops a bulk action after the running item, or dismisses its result. */
  "signIns.bulkEnd": call()(nothing),
  /**
   * Erases a sign-in here at once, and revokes its token as soon as the provider can be reached. `undo` brings the
   * sign-in back, without a token if it had one.
   */
  "signIns.remove": call<{ readonly undo: boolean }>()(id),
  /** Undoes the last removal of a registration, a tool, or one or many sign-ins. Fails with `undo_gone`. */
  undo: call()(nothing),

  /** Makes a tool and copies its connection lines (`TOKENKEEP_…=`) to the clipboard; the key is never shown. */
  "tools.create": call<{ readonly id: string; readonly clearsInMs: number }>()(
    v.object({ name: text(40), accounts: v.optional(v.pipe(v.array(v.string()), v.maxLength(10_000))) }),
  ),
  "tools.copy": call<{ readonly clearsInMs: number }>()(id),
  /**
   * `endTokens`: also revokes the tokens that the tool was handed. Other tools that use the same tokens lose them, too.
   */
  "tools.remove": call()(v.object({ id, endTokens: v.boolean() })),

  /**
   * Changes what a tool may use; an absent member stays as it is. `access`: every account, these accounts with all their
   * sign-ins, or these sign-ins. It holds for open connections once the call resolves. Fails with `tool_unknown`,
   * `account_unknown`, or as a write does.
   */
  "tools.change": call()(v.object({ id, access: v.optional(access), lifetime: v.optional(changedLifetime) })),
  /** Copies the code that a tool begins with, or the command that installs its client. They hold no secret. */
  "tools.copySnippet": call()(
    v.object({
      id,
      language: v.picklist(["node", "python", "shell", "csharp", "obs"]),
      install: v.boolean(),
    }),
  ),
  /** True while the window shows what tools did last: main then hears of uses within a second. */
  "tools.watch": call()(v.boolean()),

  /**
   * Allows the waiting tool; `signIns` are those whose tokens it may have. It gets no token with a scope of high risk
   * that `highRisk` does not name. Fails with `pairing_gone`.
   */
  "pairing.allow": call()(v.object({ id, ...chosenSignIns, lifetime })),
  /** Refuses the waiting tool. `forGood`: later requests are refused without a question. */
  "pairing.deny": call()(v.object({ id, forGood: v.boolean() })),
  /** Answers `window.closing`. "close": the window closes, and does not ask again on a desktop like this one. */
  "window.close": call()(v.picklist(["close", "stay"])),
  /** Whether a form is half filled in. Then a close hides the window, so that the form is kept in its memory alone. */
  "window.drafts": call()(v.boolean()),
  /** Ends the app as soon as running requests have finished. */
  "app.quit": call()(nothing),
  /** The window has shown the requested screen. */
  "wish.done": call()(id),
  /**
   * Reports an error of the window's code: its kind and its places in our code, and never its message, since
   * they may hold what somebody typed.
   */
  "window.failed": call()(
    v.object({
      where: v.picklist(["window", "screen", "dialog", "sheet", "news", "action"]),
      name: v.pipe(v.string(), v.regex(/^[A-Za-z]{1,40}$/)),
      frames: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[\w.-]{1,90}:\d{1,7}:\d{1,7}$/))), v.maxLength(8)),
    }),
  ),
};

type Ipc = typeof ipc;
export type CallName = { [K in keyof Ipc]: Ipc[K] extends { kind: "call" } ? K : never }[keyof Ipc];
export type NoticeName = Exclude<keyof Ipc, CallName>;
export type Argument<K extends CallName> = Ipc[K] extends Call<infer A, unknown> ? A : never;
export type Value<K extends CallName> = Ipc[K] extends Call<infer _A, infer V> ? V : never;
export type Payload<K extends NoticeName> = Ipc[K] extends Notice<infer P> ? P : never;

type Asked<A, V> = undefined extends A ? () => Promise<Result<V>> : (argument: A) => Promise<Result<V>>;
export type Handler<K extends CallName> = (argument: Argument<K>) => Promise<Result<Value<K>>>;
/** What main implements: one function per call. */
export type Handlers = { readonly [K in CallName]: Handler<K> };
/** What the window sees as `window.tokenkeep`. */
export type RendererApi = {
  readonly [K in CallName]: Asked<Argument<K>, Value<K>>;
} & {
  readonly [K in NoticeName]: (listener: (payload: Payload<K>) => void) => () => void;
};
