/** Words of the list of accounts. */
const accounts = (n: number): string => (n === 1 ? "1 account" : `${String(n)} accounts`);

export const listText = {
  sort: "Sort by",
  sorts: { name: "Name", ends: "Time left", checked: "Last check", provider: "Provider" },
  more: "More filters",
  provider: "Provider",
  everyProvider: "Every provider",
  scope: "Scope",
  everyScope: "Every scope",
  expiring: "Ends soon",
  ended: "Ended",
  found: (n: number) => `${accounts(n)} found`,
  select: (name: string) => `Select ${name}`,
  selected: (n: number) => `${String(n)} selected`,
  selection: "Selected accounts",
  clear: "Select none",
  all: "Select all found",
  validate: "Validate",
  refresh: "Refresh",
  revoke: "Revoke…",
  running: {
    validate: (done: number, of: number) => `Validated ${String(done)} of ${String(of)}`,
    refresh: (done: number, of: number) => `Refreshed ${String(done)} of ${String(of)}`,
    revoke: (done: number, of: number) => `Revoked ${String(done)} of ${String(of)}`,
  },
  end: "Stop",
  done: {
    validate: (n: number) => (n === 1 ? "It was asked about." : `All ${String(n)} were asked about.`),
    refresh: (n: number) => (n === 1 ? "It has a new token." : `All ${String(n)} have new tokens.`),
    revoke: (n: number) => (n === 1 ? "Its token was revoked." : `All ${String(n)} tokens were revoked.`),
  },
  stopped: (done: number, of: number) => `Stopped after ${String(done)} of ${String(of)}.`,
  trouble: (failed: number, of: number) => `${String(failed)} of ${String(of)} came to nothing`,
  names: (names: readonly string[], count: number) =>
    count > names.length ? `${names.join(", ")} and ${String(count - names.length)} more` : names.join(", "),
  revokeTitle: (n: number) => `Revoke the tokens of ${accounts(n)}?`,
  revokeText:
    "Their providers end them at once, and every tool that uses them stops. The accounts stay in the list, and you can sign in again.",
  revokeAction: "Revoke tokens",
} as const;
