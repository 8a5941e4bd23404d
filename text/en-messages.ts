/** Texts of messages, of forms and of the command palette. */
export const messagesWords = {
  /** The question before a dialog with input closes. */
  discard: {
    title: "Discard your changes?",
    text: "This dialog closes and your changes are lost.",
    go: "Discard changes",
    keep: "Keep editing",
  },
  /** Sentences of failures while there is no account: they say nothing about tokens. The keys are codes, some with a cause. */
  withoutAccounts: {
    proxy_failing:
      "Your proxy blocks the connection to {{provider}}. Check the proxy in your system's network settings, then try again.",
    proxy_authentication:
      "Your proxy requires a login to reach {{provider}}. Enter it when Tokenkeep asks, then try again.",
    provider_unreachable: "Can't reach {{provider}}. Check your network connection, then try again.",
    provider_busy: "{{provider}} has a problem ({{status}}). Try again later.",
    provider_misbehaved_not_json:
      "A web page came instead of an answer from {{provider}}. A proxy or a Wi-Fi login page may be in between. Open any website to check your connection, then try again.",
    provider_misbehaved_too_large:
      "{{provider}} sent more data than Tokenkeep accepts. Try again; if this continues, report it.",
    provider_misbehaved_redirect:
      "{{provider}} sent a redirect where none is allowed. Try again; if this continues, report it.",
    provider_misbehaved_member:
      "{{provider}} sent an answer without a usable “{{detail}}”. Try again; if this continues, report it.",
    provider_misbehaved_status:
      "{{provider}} sent the unexpected status {{detail}}. Try again; if this continues, report it.",
    answer_unrecognized:
      "The answer ({{status}}) doesn't look like one from {{provider}}. A proxy, a firewall or a Wi-Fi login page may be in between. Open any website to check your connection, then try again.",
    provider_refused:
      "{{provider}} rejected the request ({{status}}). Check the permissions and the app, then try again.",
    client_secret_rejected:
      "The client secret was rejected. A new secret in the developer console replaces the old one at once: enter the newest one.",
    client_secret_missing: "This app is confidential, so it needs its client secret. Enter it in the app.",
  },
  /** What failed in the check of an ID token. */
  idTokenFaults: {
    malformed: "damaged",
    algorithm: "unknown signature method",
    signature: "wrong signature",
    issuer: "from another issuer",
    audience: "for another app",
    expired: "expired",
    nonce: "for another sign-in",
    at_hash: "for another access token",
    subject: "for another person",
  },
  /** Fields left empty. */
  needs: {
    passphrase: "Enter your passphrase.",
    newPassphrase: "Enter a new passphrase.",
  },
  /** Fields of the messages to main that have no label of their own elsewhere. */
  fields: {
    /** In place of a sentence that names the field. */
    unknown: "Tokenkeep couldn't process this entry. Correct it, then try again.",
    accounts: "Accounts",
    lockAfterIdleMin: "Lock when idle",
  },
  palette: {
    found_one: "{{count}} result",
    found_other: "{{count}} results",
    copyForm: {
      oauth: "Copy IRC password for {{name}}",
      bearer: "Copy authorization header for {{name}}",
      env: "Copy .env variables for {{name}}",
    },
    check: "Check {{name}}",
    refresh: "Refresh token for {{name}}",
    signInAgain: "Sign in again as {{name}}",
    getToken: "Get new token for {{name}}",
    permissions: "Change permissions of {{name}}",
  },
} as const;
