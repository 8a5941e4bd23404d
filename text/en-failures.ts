import type { Failure, ProfileFault } from "../contract/failure.ts";
import type { FieldFault } from "../contract/provider.ts";

type What = Extract<Failure, { code: "provider_misbehaved" }>["what"];
/** The keys of the sentences. Every failure code has a sentence; some codes have one for each number or each cause. */
type FailureKey =
  | Exclude<
      Failure["code"],
      | "client_in_use"
      | "provider_misbehaved"
      | "provider_field"
      | "refresh_ambiguous"
      | "profile_unusable"
      | "import_file"
    >
  | `refresh_ambiguous_${Extract<Failure, { code: "refresh_ambiguous" }>["why"]}`
  | `provider_field_${FieldFault}`
  | `profile_unusable_${ProfileFault}`
  | `import_file_${Extract<Failure, { code: "import_file" }>["why"]}`
  | `client_in_use_${"one" | "other"}`
  | `provider_misbehaved_${What}`;

/**
 * English sentences for failures. A sentence states what happened and what the user can do. Placeholders are members of
 * the failure; `wait` is `waitSec` as text.
 */
export const enFailures = {
  vault_locked: "Tokenkeep is locked. Unlock it to use your accounts.",
  vault_not_ready: "Your vault isn't available yet. Open Tokenkeep to see why.",
  vault_paused: "Token access is paused. Choose “Resume token access” to continue.",
  passphrase_wait: "Too many attempts. Try again in {{wait}}.",
  passphrase_missing: "You couldn't unlock your vault anymore. Set a passphrase first, or keep the keychain.",
  alias_taken: "Nickname “{{alias}}” is already in use. Choose another one.",
  passphrase_wrong: "Incorrect passphrase. Try again.",
  passphrase_too_short: "Use at least {{minLength}} characters. A short sentence is easy to remember.",
  keychain_missing:
    "Tokenkeep found no keychain (GNOME Keyring, KWallet or another Secret Service). Turn one on and restart Tokenkeep, or use a passphrase. Tokens are never stored unencrypted.",
  keychain_stopped:
    "Your vault is encrypted with {{was}}, which isn't available in this session. Start it, open its database, or turn it on in your system's settings, then choose “Try again”. Nothing was changed.",
  keychain_locked: "Your keychain is locked. Unlock it, then choose “Try again”.",
  keychain_failing:
    "Your keychain isn't responding. Nothing was changed. Try again, or log out of this computer and log in again.",
  keychain_changed:
    "Your vault is encrypted with {{was}}, but this session has {{now}}. Start Tokenkeep in the session that has {{was}}. Nothing was changed.",
  envelope_unreadable:
    "This keychain can't decrypt your vault. Restore the keychain or the vault from a backup, then restart Tokenkeep. Your vault was left untouched.",
  envelope_newer:
    "A newer version of Tokenkeep saved this vault (format {{format}}). Update Tokenkeep to use it. Your vault was left untouched.",
  storage_failing:
    "Couldn't save to disk. Free up space and try again. Nothing was lost, and refreshing is paused until then.",
  profile_unusable_read_only:
    "Tokenkeep can't start: its folder {{folder}} is read-only. Make it writable, then start Tokenkeep again.",
  profile_unusable_full:
    "Tokenkeep can't start: the disk with its folder {{folder}} is full. Free up space, then start Tokenkeep again.",
  profile_unusable_no_permission:
    "Tokenkeep can't start: you don't have permission to write to its folder {{folder}}. Correct its owner or permissions, then start Tokenkeep again.",
  profile_unusable_not_a_folder:
    "Tokenkeep can't start: a file is in the way of its folder {{folder}}. Move that file, then start Tokenkeep again.",
  profile_unusable_not_a_file:
    "Tokenkeep can't start: “start.lock” in its folder {{folder}} isn't a regular file. Move it, then start Tokenkeep again.",
  profile_unusable_unknown:
    "Tokenkeep can't start: its folder {{folder}} can't be used ({{detail}}). Check the disk, then start Tokenkeep again.",
  profile_elsewhere:
    "Tokenkeep on {{host}} is using the folder {{folder}} (process {{pid}}). Quit it there, then start Tokenkeep here again.",
  profile_silent:
    "Tokenkeep is running with the folder {{folder}}, but it isn't responding. Wait a moment; if this continues, end its process.",
  profile_unlocked:
    "This account's refresh token works only once, and another Tokenkeep might be using this folder too. Choose “Refresh without a lock” if this is the only one.",
  record_changed:
    "Another computer or program changed this account, so Tokenkeep can't refresh it here. Quit Tokenkeep on the other computer, then restart it here. The current token works until it expires.",
  provider_unknown: "Provider “{{provider}}” doesn't exist here. Add it in the settings.",
  provider_unreachable: "Can't reach {{provider}}. Check your connection, then try again.",
  proxy_failing:
    "Your proxy blocks the connection to {{provider}}. Check the proxy in your system's network settings, then try again.",
  proxy_authentication:
    "Your proxy requires a login to reach {{provider}}. Enter it when Tokenkeep asks, then try again.",
  proxy_login_gone: "The proxy login has ended. Try again, and enter it when Tokenkeep asks.",
  page_elsewhere:
    "This code's page is at {{detail}}, which isn't an address of {{provider}}. Open it only if you trust it.",
  loopback_ports_reserved:
    "Your system reserves ports {{ports}}, which the browser sign-in needs. Remove them from the reserved ports (excluded port ranges), then try again.",
  provider_busy: "{{provider}} has a server problem ({{status}}). Try again later.",
  provider_misbehaved_not_json:
    "A web page arrived instead of {{provider}}'s response. A proxy or a Wi-Fi login page may be in between. Open any website to check your connection, then try again.",
  provider_misbehaved_too_large:
    "{{provider}} sent an oversized response. Try again; if this continues, report it.",
  provider_misbehaved_redirect:
    "{{provider}} sent an unexpected redirect. Try again; if this continues, report it.",
  provider_misbehaved_member:
    "{{provider}} sent a response without a valid “{{detail}}”. Try again; if this continues, report it.",
  provider_misbehaved_status:
    "{{provider}} sent an unexpected status ({{detail}}). Try again; if this continues, report it.",
  answer_unrecognized:
    "The response ({{status}}) doesn't look like one from {{provider}}. A proxy, a firewall or a Wi-Fi login page may be in between. Open any website to check your connection, then try again.",
  provider_refused:
    "{{provider}} refused the request ({{status}}). Check the app and the permissions, then try again.",
  provider_error:
    "{{provider}} sent a token together with the message “{{error}}”. Tokenkeep keeps the token and is checking it.",
  provider_changed:
    "The addresses of {{provider}} have changed since this account signed in. Sign in again if you trust the new ones.",
  provider_field_missing: "{{field}} is required.",
  provider_field_id:
    "{{field}} needs 2 to 31 lowercase letters, digits or hyphens, starting with a letter. In a file, it must match the file name.",
  provider_field_reserved: "A built-in provider uses this {{field}}. Choose another one.",
  provider_field_taken: "Another provider uses this {{field}}. Choose another one, or edit that provider.",
  provider_field_address:
    "{{field}} isn't a valid address. Enter it as https://…, without a user name, a password or a #.",
  provider_field_plain:
    "{{field}} isn't encrypted. Use https; plain http works only on this computer (127.0.0.1 or [::1]).",
  provider_field_scope:
    "{{field}} contains an invalid scope. Separate scopes with single spaces, without quotes.",
  provider_file_unreadable:
    "This file doesn't describe a provider. Correct or remove it, then restart Tokenkeep.",
  discovery_none: "{{provider}} publishes no settings. Check the issuer, or enter the addresses yourself.",
  discovery_issuer: "The server's issuer is “{{said}}”, not “{{issuer}}”. If you trust it, enter “{{said}}”.",
  client_missing: "The app of this account was removed. Sign in again with another app.",
  client_in_use_one: "{{count}} account still uses this app. Remove that account first.",
  client_in_use_other: "{{count}} accounts still use this app. Remove them first.",
  client_id_rejected: "This client ID isn't registered. Check it in the developer console.",
  client_secret_rejected:
    "Client secret rejected. If you created a new one in the developer console, edit the app and enter it.",
  client_secret_missing: "Client secret missing. Edit the app and enter its secret.",
  client_public: "Public apps can't use this sign-in method. Use a code instead.",
  redirect_uri_rejected:
    "The redirect URL isn't registered. Add exactly {{redirect_uri}} in the developer console, then try again.",
  authorization_denied: "Sign-in was declined ({{error}}). Try again if you want to allow it.",
  authorization_unknown: "This sign-in has ended. Start again.",
  authorization_expired: "This sign-in took longer than 10 minutes. Start again.",
  authorization_cancelled: "You closed the sign-in window. Try again when you're ready.",
  authorization_not_offered: "{{provider}} doesn't support this sign-in method. Choose another one.",
  authorization_page_failed:
    "Couldn't open {{provider}}'s sign-in page. Check your connection, then try again.",
  device_code_ended: "This code has expired. Get a new one.",
  browser_failing: "Couldn't open a browser. Copy the link and open it in any browser.",
  loopback_ports_taken:
    "Ports {{ports}} are in use. Finish or cancel another sign-in, or close the program using them, then try again.",
  state_rejected: "Unexpected sign-in response. Start again.",
  code_rejected: "The sign-in response is no longer valid. Start again.",
  answer_mismatched:
    "Unexpected type of sign-in response. Start again; if this continues, check the provider's settings.",
  id_token_rejected:
    "The ID token from {{provider}} couldn't be verified ({{why}}). Start again; if this continues, report it to {{provider}}.",
  identity_mismatch: "This token belongs to another account or app. Sign in again.",
  access_token_rejected: "{{provider}} says this token is no longer valid. Sign in again.",
  account_unknown: "This account was removed. Choose another one.",
  needs_sign_in: "{{account}} is signed out. Sign in again to use it.",
  moved_here: "{{account}}'s token stayed on your other computer. Sign in here.",
  refresh_token_rejected:
    "{{account}} couldn't be refreshed, usually after a password change or a disconnect. Sign in again.",
  refresh_token_missing: "{{account}}'s token can't be refreshed. Sign in again when it expires.",
  id_token_missing: "{{account}} has no ID token. Sign in again with a method that includes OpenID Connect.",
  refresh_budget:
    "{{account}} was refreshed too often. The current token works; the next refresh is possible in {{wait}}.",
  refresh_ambiguous_lost:
    "The connection broke before {{account}}'s new token arrived, and a refresh token works only once. The current token works until it expires; then sign in again.",
  refresh_ambiguous_unusable:
    "{{account}}'s refresh got an invalid response, and a refresh token works only once. The current token works until it expires; then sign in again.",
  refresh_ambiguous_interrupted:
    "Tokenkeep was interrupted while refreshing {{account}}, and a refresh token works only once. The current token works until it expires; then sign in again.",
  token_revoked: "{{account}}'s token was revoked. Sign in again to use this account.",
  bulk_running: "Another bulk action is running. Wait until it's done, or stop it first.",
  undo_gone: "Can't undo this anymore. Sign in again to restore the account.",
  settings_failing: "Couldn't save your settings. Free up disk space and try again.",
  export_failing: "Couldn't save the file. Choose another folder, then try again.",
  import_unreadable:
    "This file isn't a Tokenkeep export, or it's damaged. Export again, then choose the new file.",
  import_newer:
    "A newer version of Tokenkeep saved this export (format {{format}}). Update Tokenkeep here first.",
  import_passphrase_wrong: "Incorrect passphrase for this file. Try again.",
  import_empty:
    "No token found. Copy the token itself, or choose the file where the other tool keeps it. Nothing was sent.",
  import_too_large:
    "This is larger than {{limitMiB}} MiB, so it wasn't read. Copy the part with the token, then paste that.",
  import_file_denied:
    "You don't have permission to read this file. Change its permissions, or copy the token and paste it.",
  import_file_folder: "This is a folder. Choose the file inside it where the tool keeps its tokens.",
  import_file_gone: "This file no longer exists. Choose another one.",
  import_file_failing: "This file couldn't be read. Copy the token and paste it instead.",
  import_rejected:
    "{{provider}} doesn't accept this token: it's expired, revoked, or not a {{provider}} token. Get a new one in the other tool.",
  import_withheld:
    "This is a client ID, a client secret or a refresh token that Tokenkeep knows. It wasn't sent.",
  import_own_client:
    "This is a session of {{provider}}'s own site or app. It can do everything its owner can and isn't meant for other programs. Sign in here instead.",
  import_no_login:
    "{{provider}} names no user for this token: it belongs to an app. Get an app token under Apps instead.",
  import_gone: "These tokens were already saved or discarded, or 10 minutes have passed. Read them again.",
  import_client_mismatch: "This app doesn't match the token. Choose the app that the token was issued to.",
  clipboard_unreadable: "The clipboard couldn't be read. Copy the token again, or choose a file.",
  clipboard_failing: "Couldn't copy. Bring Tokenkeep to the front and try again.",
  sandbox_failing: "Couldn't start the sandbox. Try again; if this continues, see the log for details.",
  sandbox_port_taken:
    "The sandbox needs port {{port}}, which another program is using. Close that program, then try again.",
  socket_unsafe_folder:
    "Other users can access the folder {{folder}}. Set its mode to 700; Tokenkeep tries again every minute.",
  socket_failing:
    "Couldn't open the local socket. Your accounts work, and Tokenkeep keeps trying. See the log for details.",
  pairing_gone:
    "The tool withdrew its request, or you answered it already. Connect it again if you still want to.",
  tool_unknown: "This tool was removed. Connect it again to use it.",
  bad_request: "“{{field}}” is missing or isn't valid. Check it, then try again.",
  sender_rejected:
    "Tokenkeep blocked a request that didn't come from its own window. Try again from the window.",
  internal: "Something went wrong. See the log for details.",
} as const satisfies Readonly<Record<FailureKey, string>>;
