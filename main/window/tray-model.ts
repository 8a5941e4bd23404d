/** The tray's menu as data; `main/electron/system/tray.ts` draws it. */
import type { SignInView } from "../../contract/views/account.ts";
import type { Snapshot } from "../../contract/views/snapshot.ts";
import { needsAttention } from "../../core/accounts/status.ts";
import type { Translate } from "../../text/words.ts";

export type TrayEntry =
  | { readonly kind: "copy"; readonly label: string; readonly signIn: string; readonly enabled: boolean }
  | { readonly kind: "note"; readonly label: string }
  | { readonly kind: "separator" }
  | {
      readonly kind: "open" | "pairing" | "validateAll" | "lock" | "pause" | "resume" | "quit";
      readonly label: string;
    };

export interface TrayModel {
  readonly tooltip: string;
  readonly icon: "well" | "attention" | "locked";
  readonly entries: readonly TrayEntry[];
}

/** Sign-ins in the menu: more would not fit a screen. The window shows all. */
const SHOWN = 15;

/** True where a copy works: there is a token, or a refresh would get one. */
const canCopy = ({ status, hasToken }: SignInView): boolean =>
  hasToken || (status !== "needs_sign_in" && status !== "revoked");

type Reason = "needs_sign_in" | "config_error" | "refresh_ambiguous" | "ends_soon" | "revoked";
const REASONS: readonly Reason[] = [
  "needs_sign_in",
  "config_error",
  "refresh_ambiguous",
  "ends_soon",
  "revoked",
];

/** The entry of a pairing request stands first. Streamer mode hides the tool's name. */
const pairingEntry = (
  { pairing, streamer }: Pick<Snapshot, "pairing" | "streamer">,
  t: Translate,
): readonly TrayEntry[] =>
  pairing === null
    ? []
    : [
        {
          kind: "pairing",
          label: streamer ? t("tray.pairingHeld") : t("tray.pairing", { name: pairing.name }),
        },
        { kind: "separator" },
      ];

export function trayModel(
  { vault, signIns, ...rest }: Pick<Snapshot, "vault" | "signIns" | "pairing" | "streamer">,
  t: Translate,
): TrayModel {
  const tail: readonly TrayEntry[] = [
    { kind: "separator" },
    { kind: "open", label: t("tray.open") },
    { kind: "quit", label: t("tray.quit") },
  ];
  if (vault.state !== "open") {
    const [label, tooltip] =
      vault.state === "opening"
        ? [t("tray.opening"), t("tray.tooltipOpening")]
        : vault.state === "locked"
          ? [t("tray.locked"), t("tray.tooltipLocked")]
          : [t("tray.closed"), t("tray.tooltipClosed")];
    return { tooltip, icon: "locked", entries: [{ kind: "note", label }, ...tail] };
  }
  const shown = [...signIns]
    .sort((a, b) => Number(needsAttention(b)) - Number(needsAttention(a)))
    .slice(0, SHOWN);
  const isShownTwice = (login: string) => shown.filter((other) => other.login === login).length > 1;
  const entries: TrayEntry[] = shown.map((signIn) => {
    const { id, login, clientName, status } = signIn;
    const name = isShownTwice(login) ? `${login} (${clientName})` : login;
    const reason = REASONS.find((one) => one === status);
    const label = canCopy(signIn) ? t("tray.copy", { name }) : name;
    return {
      kind: "copy",
      label: reason === undefined ? label : t("tray.because", { label, reason: t(`tray.reason.${reason}`) }),
      signIn: id,
      enabled: canCopy(signIn),
    };
  });
  const more = signIns.length - shown.length;
  if (more > 0) entries.push({ kind: "note", label: t("tray.more", { count: more }) });
  if (signIns.length === 0) entries.push({ kind: "note", label: t("tray.none") });
  else entries.push({ kind: "separator" }, { kind: "validateAll", label: t("tray.validateAll") });
  if (vault.paused) {
    return {
      tooltip: t("tray.tooltipPaused"),
      icon: "locked",
      entries: [
        { kind: "note", label: t("tray.paused") },
        { kind: "resume", label: t("tray.resume") },
        ...tail,
      ],
    };
  }
  entries.push(
    vault.sealedBy.passphrase
      ? { kind: "lock", label: t("tray.lock") }
      : { kind: "pause", label: t("tray.pause") },
  );
  const request = pairingEntry(rest, t);
  const attention = signIns.filter(needsAttention).length + (request.length > 0 && !rest.streamer ? 1 : 0);
  return {
    tooltip: attention === 0 ? t("tray.app") : t("tray.needYou", { count: attention }),
    icon: attention === 0 ? "well" : "attention",
    entries: [...request, ...entries, ...tail],
  };
}
