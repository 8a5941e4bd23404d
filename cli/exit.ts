/** Exit codes (docs/cli.md): stable, one for each thing that a caller can do about a failure. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  notRunning: 3,
  notPaired: 4,
  locked: 5,
  noSuchToken: 6,
  needsSignIn: 7,
  later: 8,
  stranger: 9,
  refused: 10,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Exit codes by the code of a `TokenkeepError`, or `usage`. */
export const OF_CODE: Readonly<Record<string, Exit>> = {
  usage: EXIT.usage,
  params_invalid: EXIT.usage,
  not_running: EXIT.notRunning,
  not_paired: EXIT.notPaired,
  auth_failed: EXIT.notPaired,
  store_unsafe: EXIT.notPaired,
  vault_locked: EXIT.locked,
  account_unknown: EXIT.noSuchToken,
  scope_missing: EXIT.noSuchToken,
  needs_sign_in: EXIT.needsSignIn,
  provider_unreachable: EXIT.later,
  rate_limited: EXIT.later,
  pairing_pending: EXIT.later,
  disconnected: EXIT.later,
  too_slow: EXIT.later,
  timeout: EXIT.later,
  not_tokenkeep: EXIT.stranger,
  grant_denied: EXIT.refused,
};
/** The exit code for the code of a failure; `EXIT.bug` for a code that this version does not know. */
export const exitOf = (code: string): Exit => OF_CODE[code] ?? EXIT.bug;
