/** The lines of the command palette: actions on accounts by name, and the commands of every screen. */
import type { CopyForm } from "../../contract/ipc.ts";
import type { SignInView } from "../../contract/views/account.ts";
import { t } from "../text/t.ts";
import { commandsOf, type Command } from "./commands.ts";
import { SECTIONS } from "./route.svelte.ts";
import { searchedOf, termsOf } from "./listing.svelte.ts";
import { fixOf, needsYou } from "./status.ts";
import type { WindowState } from "./window.ts";

export interface Entry {
  readonly id: string;
  readonly words: string;
  /** Tells accounts of one name apart. */
  readonly detail?: string | undefined;
  readonly keys?: string;
  readonly run: () => void;
}
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The most lines about accounts; the list of accounts shows more. */
const NAMED = 12;
/** How many accounts an empty query suggests. */
const SUGGESTED = 5;
/** Up to this many accounts that fit, each is shown with all its actions. */
const FEW = 2;
const OTHER_FORMS: readonly Exclude<CopyForm, "token">[] = ["oauth", "bearer", "env"];

/** Accounts that the palette acted on, the latest first. In memory alone, and behind a lock without use. */
let recent: readonly string[] = [];
function remember(id: string): void {
  recent = [id, ...recent.filter((other) => other !== id)].slice(0, SUGGESTED);
}

/** What can be done about a sign-in, the most likely first. */
function actionsOn(signIn: SignInView, parts: WindowState, detail: string | undefined): readonly Entry[] {
  const { route, signInActions, authorizationActions } = parts;
  const { id, login: name, client, scopes, hasToken, renews, status } = signIn;
  const entry = (kind: string, words: string, act: () => void): Entry => ({
    id: `${kind} ${id}`,
    words,
    detail,
    run: () => {
      remember(id);
      act();
    },
  });
  const fix = fixOf(signIn);
  const again = (): void => void authorizationActions.start(client, scopes, { signIn: id });
  const ended = status === "revoked" || (status === "needs_sign_in" && !hasToken);
  return [
    ...(fix === "signIn" ? [entry("again", t("palette.signInAgain", { name }), again)] : []),
    ...(fix === "mint" ? [entry("again", t("palette.getToken", { name }), again)] : []),
    ...(hasToken ? [entry("copy", t("commands.copy", { name }), () => void signInActions.copy(id))] : []),
    entry("open", t("commands.open", { name }), () => route.go({ screen: "account", id })),
    ...(ended
      ? []
      : [entry("check", t("palette.check", { name }), () => void signInActions.validate(id, name))]),
    ...(ended || !renews
      ? []
      : [entry("refresh", t("palette.refresh", { name }), () => void signInActions.refresh(id, name))]),
    ...(fix === undefined && signIn.flow !== "client_credentials" && signIn.flow !== "import"
      ? [
          entry("again", t("palette.signInAgain", { name }), again),
          entry("permissions", t("palette.permissions", { name }), () => route.go({ screen: "renew", id })),
        ]
      : []),
    ...(hasToken
      ? OTHER_FORMS.map((form) =>
          entry(
            `copy-${form}`,
            t(`palette.copyForm.${form}`, { name }),
            () => void signInActions.copy(id, form),
          ),
        )
      : []),
  ];
}

/** The account that the user is at: its screen is open, or it alone is selected, or the list's focus is on its row. */
function currentOf({ session, route, listing }: WindowState): SignInView | undefined {
  const { place } = route;
  const [only, ...others] = listing.chosen;
  const id = "id" in place ? place.id : ((others.length === 0 ? only : undefined) ?? listing.focused);
  return session.snapshot?.signIns.find((one) => one.id === id);
}

/** The accounts that come to mind first: what needs the user, what was used lately, then by name. */
function likely(signIns: readonly SignInView[]): readonly SignInView[] {
  const rankOf = (signIn: SignInView): number => {
    if (needsYou(signIn)) return -1;
    const at = recent.indexOf(signIn.id);
    return at < 0 ? SUGGESTED : at;
  };
  return signIns
    .map((signIn) => ({ signIn, rank: rankOf(signIn) }))
    .sort((a, b) => a.rank - b.rank) // main sends them by name
    .slice(0, SUGGESTED)
    .map(({ signIn }) => signIn);
}

/** Sign-ins of one name are told apart by provider and app. */
function detailsOf(signIns: readonly SignInView[]): (signIn: SignInView) => string | undefined {
  const counts = new Map<string, number>();
  for (const { login } of signIns) counts.set(login, (counts.get(login) ?? 0) + 1);
  return ({ login, providerName, clientName }) =>
    (counts.get(login) ?? 0) > 1 ? `${providerName} · ${clientName}` : undefined;
}

const THEMES = ["system", "light", "dark"] as const;

/** Commands that have no key of their own on every screen. */
function moreCommands({ session, route, vaultActions, settingsActions }: WindowState): readonly Command[] {
  const { vault, settings } = session.snapshot ?? {};
  if (vault?.state !== "open") return [];
  const pause = {
    id: "pause",
    words: vault.paused ? t("commands.resume") : t("commands.pause"),
    run: () => void vaultActions.pause(!vault.paused),
  };
  const themes = THEMES.filter((theme) => theme !== settings?.theme).map((theme) => ({
    id: `theme ${theme}`,
    words: t("commands.theme", { theme: t(`settings.theme.${theme}`) }),
    run: () => void settingsActions.change({ theme }),
  }));
  const sections = SECTIONS.map((section) => ({
    id: `settings ${section}`,
    words: t("commands.section", { section: t(`settings.sections.${section}`) }),
    run: () => route.go({ screen: "settings", section }),
  }));
  // Without a passphrase, Ctrl+L pauses, and is in the list already.
  return [...(vault.sealedBy.passphrase ? [pause] : []), ...themes, ...sections];
}

const fits = (terms: readonly string[], texts: readonly string[]): boolean =>
  terms.every((term) => texts.some((text) => text.toLowerCase().includes(term)));

/** The accounts that a word of the query is about, those whose name it is in first. */
function namedBy(terms: readonly string[], signIns: readonly SignInView[]): readonly SignInView[] {
  const byOwn: SignInView[] = [];
  const byCommon: SignInView[] = [];
  for (const signIn of signIns) {
    const { own, common } = searchedOf(signIn);
    if (terms.some((term) => own.includes(term))) byOwn.push(signIn);
    else if (terms.some((term) => common.includes(term))) byCommon.push(signIn);
  }
  return [...byOwn, ...byCommon];
}

/** What the palette offers for a query: the account that the user is at, other accounts, commands. */
export function paletteOf(query: string, parts: WindowState): readonly Group[] {
  const signIns = parts.session.snapshot?.signIns ?? [];
  const terms = termsOf(query);
  const detailOf = detailsOf(signIns);
  const current = currentOf(parts);
  const commands = [...commandsOf(parts), ...moreCommands(parts)].filter(
    ({ id, words }) => id !== "palette" && fits(terms, [words]),
  );
  const here =
    current === undefined
      ? []
      : actionsOn(current, parts, detailOf(current)).filter(({ words }) => fits(terms, [words]));
  const others: Entry[] = [];
  if (terms.length === 0) {
    for (const signIn of likely(signIns))
      if (signIn.id !== current?.id) others.push(...actionsOn(signIn, parts, detailOf(signIn)).slice(0, 1));
  } else {
    const matching: (readonly Entry[])[] = [];
    for (const signIn of namedBy(terms, signIns)) {
      if (matching.length >= NAMED) break;
      if (signIn.id === current?.id && here.length > 0) continue;
      const { own, common } = searchedOf(signIn);
      const entries = actionsOn(signIn, parts, detailOf(signIn)).filter(({ words }) =>
        fits(terms, [words, own, common]),
      );
      if (entries.length > 0) matching.push(entries);
    }
    others.push(
      ...matching
        .flatMap((entries) => (matching.length > FEW ? entries.slice(0, 2) : entries))
        .slice(0, NAMED),
    );
  }
  return [
    { id: "here", title: current?.login ?? "", entries: here },
    { id: "accounts", title: t("commands.accounts"), entries: others },
    { id: "commands", title: t("commands.commands"), entries: commands },
  ].filter(({ entries }) => entries.length > 0);
}
