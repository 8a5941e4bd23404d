/** Decides which changes deserve a notification, each once. */
import type { SignInView } from "../../contract/views/account.ts";
import type { PairingView } from "../../contract/views/tool.ts";
import type { VaultView } from "../../contract/views/vault.ts";
import { sentence } from "../../text/sentence.ts";
import type { Translate } from "../../text/words.ts";

export interface Notice {
  readonly title: string;
  readonly body: string;
}
export interface Notices {
  /** Notices for the sign-ins and the vault, without those that were given before. */
  from(signIns: readonly SignInView[], vault: VaultView | undefined, t: Translate): readonly Notice[];
  /** Undefined when no pairing request waits, or its notice was given before. */
  ofPairing(pairing: PairingView | null, t: Translate): Notice | undefined;
}

const NOTIFIED = ["needs_sign_in", "refresh_ambiguous", "config_error", "ends_soon"] as const;

export function createNotices(): Notices {
  const notified = new Map<string, string>();
  /** True the first time. A state that went away and came back is news again. */
  const isNews = (key: string, what: string | undefined): boolean => {
    const before = notified.get(key);
    if (what === undefined) notified.delete(key);
    else notified.set(key, what);
    return what !== undefined && what !== before;
  };
  return {
    from(signIns, vault, t) {
      const notices: Notice[] = [];
      for (const { id, login, status, reason } of signIns) {
        const news = NOTIFIED.find((one) => one === status);
        if (!isNews(id, news) || news === undefined) continue;
        const body = reason === undefined ? t("notices.cannotRenew") : sentence(reason, t);
        notices.push({ title: t(`notices.${news}`, { login }), body });
      }
      const openBy =
        vault?.state === "locked" || vault?.state === "closed" ? (vault.openByMs ?? 0) : undefined;
      if (openBy !== undefined && isNews("vault", openBy > 0 ? "open" : undefined))
        notices.push({ title: t("notices.vaultTitle"), body: t("notices.vaultText") });
      return notices;
    },
    ofPairing(pairing, t) {
      if (!isNews("pairing", pairing?.id) || pairing === null) return undefined;
      return { title: t("notices.pairing", { name: pairing.name }), body: t("notices.pairingText") };
    },
  };
}
