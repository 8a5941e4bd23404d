/** Words of the settings, the way into a closed vault, and the history of an account. */
const count = (n: number, one: string, many: string): string =>
  n === 1 ? `1 ${one}` : `${String(n)} ${many}`;

const what = (signIns: number, clients: number): string =>
  [
    ...(signIns > 0 || clients === 0 ? [count(signIns, "sign-in", "sign-ins")] : []),
    ...(clients > 0 ? [count(clients, "client registration", "client registrations")] : []),
  ].join(" and ");
/** There may be thousands. */
const NAMED = 8;
const some = (names: readonly string[]): string =>
  [...names.slice(0, NAMED), ...(names.length > NAMED ? [`${String(names.length - NAMED)} more`] : [])].join(
    ", ",
  );

const WHY: readonly (readonly [RegExp, string])[] = [
  [/NAME_NOT_RESOLVED|NAME_RESOLUTION|ENOTFOUND|EAI_AGAIN/, "its name is not found"],
  [/REFUSED/, "the connection is refused"],
  [/TIMED_OUT|timeout/, "no answer in time"],
  [/PROXY|TUNNEL/, "the proxy does not let it through"],
  [/CERT|SSL|TLS/, "its certificate is not trusted"],
  [/DISCONNECTED|UNREACH/, "there is no way to it"],
  [/^5\d\d$/, "it answers with trouble of its own"],
];

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
  filePassphrase: "Passphrase for the file",
  fileAgain: "Passphrase for the file once more",
  export: "Export…",
  exportTitle: "Export to a file",
  exportHolds: (signIns: number, clients: number) => `It will hold ${what(signIns, clients)}.`,
  exportNothing: "There is nothing to export yet. What belongs to the sandbox stays here.",
  filePassphraseHint: "You enter it on the other computer. It is kept nowhere.",
  vaultPassphrase: "Passphrase of this vault",
  vaultPassphraseHint: "The tokens of your accounts leave with this file.",
  exportGo: "Choose a place…",
  exported: (signIns: number, clients: number) => `The file holds ${what(signIns, clients)}.`,
  exportedBare: (names: readonly string[]) =>
    `Without tokens, which only one computer may use: ${some(names)}. Sign in there again.`,
  import: "Import…",
  importTitle: "Import from a file",
  importText:
    "The file is one that Tokenkeep wrote on another computer. What is here already stays as it is.",
  needFilePassphrase: "Enter the passphrase that the file was sealed by.",
  importGo: "Choose the file…",
  importAgain: "Try the same file",
  importOther: "Another file…",
  imported: (signIns: number, clients: number) =>
    signIns + clients === 0 ? "Nothing in that file is new here." : `Added: ${what(signIns, clients)}.`,
  importedKnown: (n: number) => `${count(n, "sign-in was", "sign-ins were")} here already.`,
  importedBare: (names: readonly string[]) => `To be signed in here: ${some(names)}.`,
  doctorTitle: "How Tokenkeep is doing",
  doctorText:
    "Looks at the keychain, the vault, the network and the providers, and tells what it finds. The report holds no names, tokens or secrets.",
  run: "Check now",
  running: "Checking",
  copyReport: "Copy report",
  copied: "The report was copied.",
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
    /** `why`: a status, or the network's code for it. */
    unreachable: (why: string) =>
      ["Cannot be reached", WHY.find(([code]) => code.test(why))?.[1]].filter(Boolean).join(": "),
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
  lockedText: "Your passphrase opens it.",
  windowText: "Only this window is locked. Your tools go on.",
  passphrase: "Passphrase",
  unlock: "Unlock",
  unlocking: "Unlocking",
  waits: "No token leaves while Tokenkeep is locked.",
  waits2: "Refreshes wait too.",
  openBy: (date: string) => `Unlock by ${date}: refresh tokens that lie idle for 30 days end.`,
  waitsTitle: "No vault yet",
  orCreate: "Or seal the vault with a passphrase, without the keychain.",
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
  startOverText: "For when the passphrase is gone, or nothing opens the old one any more. In the new one:",
  startOverLost: [
    "every account signs in again,",
    "every client secret is entered again,",
    "every tool gets a new key.",
  ],
  startOverStays: "At the providers nothing changes: the old tokens work until they end.",
  startOverWhere: "The old vault is not deleted. It is moved, sealed as it is, to a folder of its own:",
  startOverBack:
    "If the way in is found after all: close Tokenkeep, move the new vault away, and call that folder “vault” again.",
  startOverCancel: "Keep the old one",
  startOverAction: "Begin a new vault",
  startedOver: (folder: string) => `A new vault has begun. The old one is in ${folder}`,
} as const;

export const historyText = {
  title: "History",
  none: "Nothing has happened yet.",
  loading: "Loading…",
  what: {
    signed_in: "Signed in",
    validated: "Checked: valid",
    refreshed: "Renewed",
    copied: "Copied by you",
    revoked: "Revoked",
    imported: "Imported",
  },
  handedOut: (tool: string) => `Handed to ${tool}`,
  someTool: "a tool that is gone",
  times: (n: number) => `${String(n)} times`,
} as const;
