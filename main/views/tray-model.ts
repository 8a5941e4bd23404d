/** What the tray shows, as data: `main/electron/tray.ts` draws it. */
import type { Snapshot, SignInView } from "../../contract/view.ts";
import { needsYou } from "./sign-in-view.ts";

export type TrayEntry =
  | { readonly kind: "copy"; readonly label: string; readonly signIn: string; readonly enabled: boolean }
  | { readonly kind: "note"; readonly label: string }
  | { readonly kind: "separator" }
  | { readonly kind: "open" | "validateAll" | "lock" | "pause" | "resume" | "quit"; readonly label: string };

export interface TrayModel {
  readonly tooltip: string;
  readonly icon: "well" | "attention" | "locked";
  readonly entries: readonly TrayEntry[];
}

/** More would not fit a screen; the window has them all. */
const SHOWN = 15;

const copies = ({ status }: SignInView): boolean => status !== "needs_sign_in" && status !== "revoked";

const REASON: Partial<Record<SignInView["status"], string>> = {
  needs_sign_in: "needs sign-in",
  config_error: "client needs attention",
  refresh_ambiguous: "sign in again soon",
  ends_soon: "ends soon",
  revoked: "revoked",
};

export function trayModel({ vault, signIns }: Pick<Snapshot, "vault" | "signIns">): TrayModel {
  const tail: readonly TrayEntry[] = [
    { kind: "separator" },
    { kind: "open", label: "Open Tokenkeep" },
    { kind: "quit", label: "Quit" },
  ];
  if (vault.state !== "open") {
    const word =
      vault.state === "opening"
        ? "Opening the vault"
        : vault.state === "locked"
          ? "The vault is locked"
          : "The vault is not open";
    return {
      tooltip: `Tokenkeep: ${word.toLowerCase()}`,
      icon: "locked",
      entries: [{ kind: "note", label: word }, ...tail],
    };
  }
  const shown = [...signIns].sort((a, b) => Number(needsYou(b)) - Number(needsYou(a))).slice(0, SHOWN);
  const twice = (login: string) => shown.filter((other) => other.login === login).length > 1;
  const entries: TrayEntry[] = shown.map((signIn) => {
    const { id, login, clientName, status } = signIn;
    const name = twice(login) ? `${login} (${clientName})` : login;
    const reason = REASON[status];
    const label = copies(signIn) ? `Copy token of ${name}` : name;
    return {
      kind: "copy",
      label: reason === undefined ? label : `${label}: ${reason}`,
      signIn: id,
      enabled: copies(signIn),
    };
  });
  const more = signIns.length - shown.length;
  if (more > 0) entries.push({ kind: "note", label: `${String(more)} more in the window` });
  if (signIns.length === 0) entries.push({ kind: "note", label: "No accounts yet" });
  else entries.push({ kind: "separator" }, { kind: "validateAll", label: "Validate all" });
  if (vault.paused) {
    return {
      tooltip: "Tokenkeep: paused",
      icon: "locked",
      entries: [
        { kind: "note", label: "Paused: no token is handed out" },
        { kind: "resume", label: "Resume" },
        ...tail,
      ],
    };
  }
  entries.push(
    vault.sealedBy.passphrase ? { kind: "lock", label: "Lock" } : { kind: "pause", label: "Pause hand-outs" },
  );
  const attention = signIns.filter(needsYou).length;
  return {
    tooltip: attention === 0 ? "Tokenkeep" : `Tokenkeep: ${String(attention)} need you`,
    icon: attention === 0 ? "well" : "attention",
    entries: [...entries, ...tail],
  };
}
