/** Words of the settings, the way into a closed vault, and the history of an account. */
const count = (n: number, one: string, many: string): string =>
  n === 1 ? `1 ${one}` : `${String(n)} ${many}`;

export const settingsText = {
  title: "Settings",
  sealTitle: "What opens the vault",
  seal: {
    keychain: (name: string) => ({
      name: name,
      text: "Opens by itself when you are logged in to this computer.",
    }),
    both: (name: string) => ({
      name: `${name} and a passphrase`,
      text: "Opens by itself; can be locked, and opened when the keychain is lost.",
    }),
    passphrase: { name: "A passphrase alone", text: "Asks for it each time Tokenkeep starts." },
  },
  keychain: "Keychain",
  current: "Current passphrase",
  new: "New passphrase",
  again: "New passphrase once more",
  newHint: "It is kept nowhere. A short sentence is easy to keep in mind.",
  change: "Change the passphrase",
  apply: "Apply",
  applied: "From now on that opens the vault. Your accounts stay as they are.",
  awayTitle: "While you are away",
  awayNeedsPassphrase:
    "Without a passphrase a lock would only pretend to protect. Choose one above, and the vault can be locked.",
  lockWhat: "Lock",
  window: { name: "The window only", text: "Bots and overlays go on. The window asks for the passphrase." },
  vault: { name: "The whole vault", text: "Tools get no token, and refreshes wait, until you unlock." },
  idle: "After a time without keyboard and mouse",
  idleNever: "Never",
  idleMin: (n: number) => count(n, "minute", "minutes"),
  screen: "When the screen is locked",
  suspend: "When the computer goes to sleep",
  saved: "Saved.",
  moveTitle: "Move to another computer",
  moveText:
    "Accounts and registrations go into one file, sealed by a passphrase of its own. Tokens that only one computer may use stay here: those accounts sign in again there. Tools' keys and the sandbox stay, too.",
  exportPassphrase: "Passphrase for the file",
  export: "Export…",
  exported: (n: number, names: readonly string[]) =>
    names.length === 0
      ? `${count(n, "sign-in was", "sign-ins were")} written.`
      : `${count(n, "sign-in was", "sign-ins were")} written. Without their tokens: ${names.join(", ")}.`,
  import: "Import…",
  importAgain: "Try the same file",
  imported: (added: number, known: number, names: readonly string[]) =>
    [
      added === 0 ? "Nothing new in that file." : `${count(added, "sign-in was", "sign-ins were")} added.`,
      known === 0 ? "" : `${count(known, "was", "were")} here already.`,
      names.length === 0 ? "" : `To sign in here: ${names.join(", ")}.`,
    ]
      .filter(Boolean)
      .join(" "),
  doctorTitle: "How Tokenkeep is doing",
  run: "Check now",
  running: "Checking",
  copyReport: "Copy report",
  copied: "The report was copied. It holds no names, tokens or secrets.",
  doctor: {
    app: "Tokenkeep",
    system: "System",
    keychain: "Keychain",
    vault: "Vault",
    network: "Network",
    socket: "Tools",
    versions: (version: string, electron: string, node: string) =>
      `${version}, Electron ${electron}, Node ${node}`,
    keychainIs: {
      usable: (name: string) => `${name}, unlocked`,
      locked: (name: string) => `${name} is locked`,
      failing: (name: string) => `${name} does not answer`,
      missing: "None found",
      silent: "Does not answer",
    },
    records: (n: number, unreadable: number) =>
      unreadable === 0
        ? `${count(n, "record", "records")}, all readable`
        : `${count(n, "record", "records")}, ${String(unreadable)} unreadable`,
    noWrite: "The disk does not take writes",
    online: "Connected",
    offline: "Not connected",
    reachable: (ms: number) => `Answers in ${String(ms)} ms`,
    unreachable: (why: string) => `Cannot be reached (${why})`,
    clock: (sec: number) =>
      sec > 0
        ? `This computer's clock is ${String(sec)} s ahead`
        : `This computer's clock is ${String(-sec)} s behind`,
    socketOpen: "They can connect",
    socketClosed: "They cannot connect",
  },
} as const;

export const closedText = {
  opening: "Opening Tokenkeep",
  lockedTitle: "Locked",
  lockedText: "Nothing leaves until you unlock.",
  windowText: "Only this window is locked. Your tools go on.",
  passphrase: "Passphrase",
  unlock: "Unlock",
  unlocking: "Unlocking",
  waits: "No token leaves while Tokenkeep is locked.",
  waits2: "Refreshes wait too.",
  openBy: (date: string) => `Unlock by ${date}: refresh tokens that lie idle for 30 days end.`,
  orPassphrase: "Your passphrase opens it all the same.",
  createTitle: "Choose a passphrase",
  again: "Once more",
  create: "Seal with this passphrase",
  createNote:
    "Tokenkeep asks for it each time it starts. It is kept nowhere: who forgets it has to sign in to every account again.",
  mismatch: "The two do not match.",
  closedTitle: "The vault stays closed",
  retry: "Try again",
  forgotten: "Forgot it?",
  lost: "It cannot be opened any more?",
  startOver: "Begin a new vault…",
  startOverTitle: "Begin a new, empty vault?",
  startOverText:
    "Every account signs in again, every client secret is entered again, and every tool gets a new key. At the providers nothing changes: the old tokens work until they end. The old vault is moved aside, sealed as it is, and can be put back if the passphrase comes to mind.",
  startOverAction: "Begin a new vault",
  startedOver: (folder: string) => `The old vault is in ${folder}.`,
} as const;

export const historyText = {
  title: "History",
  none: "Nothing has happened yet.",
  loading: "Loading…",
  what: {
    signed_in: "Signed in",
    validated: "Valid",
    refreshed: "Renewed",
    copied: "Copied by you",
    revoked: "Revoked",
    imported: "Imported",
  },
  handedOut: (tool: string) => `Handed to ${tool}`,
  someTool: "a tool that is gone",
  times: (n: number) => `${String(n)} times`,
} as const;
