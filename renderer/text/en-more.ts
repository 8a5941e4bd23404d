/** Words of the activity, of what scopes open, of the command palette and of the keys. */
export const activityText = {
  title: "Activity",
  lead: "What happened to your accounts, the newest first. No token or secret is written down.",
  search: "Search the activity",
  placeholder: "Account, tool or what happened",
  troubleOnly: "Trouble only",
  none: "Nothing has happened yet.",
  nothingFound: "Nothing in the activity matches.",
  gone: "An account that is gone",
  more: "Only the latest are shown here. An account's own page goes further back.",
} as const;

export const opensText = {
  title: "What these scopes open",
  loading: "Loading…",
  none: "None of these scopes opens an endpoint that we know of.",
  counts: (endpoints: number, events: number) =>
    [
      ...(endpoints > 0 ? [endpoints === 1 ? "1 endpoint" : `${String(endpoints)} endpoints`] : []),
      ...(events > 0 ? [events === 1 ? "1 event" : `${String(events)} events`] : []),
    ].join(", "),
  also: (scopes: readonly string[]) => `Needs ${scopes.join(", ")} too`,
  tools: "Tools that may use it",
  noTools: "None yet.",
} as const;

export const commandText = {
  title: "Commands",
  placeholder: "What do you want to do?",
  none: "Nothing matches.",
  accounts: "Accounts",
  commands: "Commands",
  add: "Add an account",
  validateAll: "Validate all accounts",
  lock: "Lock now",
  pause: "Pause hand-outs",
  resume: "Resume hand-outs",
  palette: "Command palette",
  help: "Keys",
  go: (screen: string) => `Go to ${screen}`,
  copy: (name: string) => `Copy token of ${name}`,
  open: (name: string) => `Open ${name}`,
  everywhere: "Everywhere",
  inList: "In the list of accounts",
  list: {
    search: "Search",
    move: "Move by a row, a page, or to an end",
    open: "Open",
    copy: "Copy the token",
    choose: "Select or leave out",
    range: "Select as far as here",
    all: "Select all found",
    none: "Select none",
  },
} as const;

export const deviceText = {
  title: "Code",
  waitingText: "Open the page in any browser, where the right account is signed in, and allow it there.",
  compare: "The page shows this code. Go on only if it is the same.",
  open: "Open the page",
  copyLink: "Copy link",
  copied: "The link was copied.",
  anywhere: "It may be open on another device, or in another browser's profile. This page notices by itself.",
  wayLegend: "How to sign in",
  device: "With a code, in any browser",
  deviceText: "Works with every kind of registration. A code is shown here, and compared there.",
  window: "In a window of Tokenkeep",
  windowText: "The provider's page opens here, separate from your browser.",
  start: "Get a code",
} as const;
