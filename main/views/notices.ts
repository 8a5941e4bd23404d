/** What is worth a notification, each thing once. Pure but for what it remembers. */
import { sentence } from "../../contract/failure.ts";
import type { SignInView, VaultView } from "../../contract/view.ts";

export interface Notice {
  readonly title: string;
  readonly body: string;
}
export interface Notices {
  from(signIns: readonly SignInView[], vault: VaultView | undefined): readonly Notice[];
}

const TITLES: Partial<Record<SignInView["status"], (login: string) => string>> = {
  needs_sign_in: (login) => `${login} needs you to sign in`,
  refresh_ambiguous: (login) => `${login} needs you to sign in soon`,
  config_error: (login) => `The client of ${login} needs attention`,
  ends_soon: (login) => `The token of ${login} ends soon`,
};

export function createNotices(): Notices {
  const told = new Map<string, string>();
  /** True the first time; what went and came back is told again. */
  const isNews = (key: string, what: string | undefined): boolean => {
    const before = told.get(key);
    if (what === undefined) told.delete(key);
    else told.set(key, what);
    return what !== undefined && what !== before;
  };
  return {
    from(signIns, vault) {
      const notices: Notice[] = [];
      for (const { id, login, status, reason } of signIns) {
        const title = TITLES[status];
        if (!isNews(id, title === undefined ? undefined : status) || title === undefined) continue;
        const body =
          reason === undefined ? "It cannot renew itself. Sign in again before it ends." : sentence(reason);
        notices.push({ title: title(login), body });
      }
      const openBy =
        vault?.state === "locked" || vault?.state === "closed" ? (vault.openByMs ?? 0) : undefined;
      if (openBy !== undefined && isNews("vault", openBy > 0 ? "open" : undefined))
        notices.push({
          title: "Open the vault soon",
          body: "Refresh tokens that lie idle for 30 days end. Unlock Tokenkeep, and it keeps them alive.",
        });
      return notices;
    },
  };
}
