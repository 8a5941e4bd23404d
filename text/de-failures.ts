import type { enFailures } from "./en-failures.ts";

/** German sentences for failures. */
export const deFailures: Readonly<Record<keyof typeof enFailures, string>> = {
  vault_locked: "Tokenkeep ist gesperrt. Entsperren, um die Konten zu verwenden.",
  vault_not_ready: "Der Tresor ist noch nicht verfügbar. Den Grund zeigt das Fenster von Tokenkeep.",
  vault_paused: "Der Token-Zugriff ist pausiert. Weiter geht es mit „Token-Zugriff fortsetzen“.",
  passphrase_wait: "Zu viele Versuche. Neuer Versuch in {{wait}}.",
  passphrase_missing:
    "Der Tresor ließe sich nicht mehr entsperren. Zuerst eine Passphrase festlegen oder den Schlüsselbund behalten.",
  alias_taken: "Der Spitzname „{{alias}}“ ist schon vergeben. Einen anderen wählen.",
  passphrase_wrong: "Falsche Passphrase. Erneut versuchen.",
  passphrase_too_short: "Mindestens {{minLength}} Zeichen verwenden. Ein kurzer Satz ist leicht zu merken.",
  keychain_missing:
    "Tokenkeep hat keinen Schlüsselbund gefunden (GNOME Keyring, KWallet oder einen anderen Secret Service). Einen einschalten und Tokenkeep neu starten oder eine Passphrase verwenden. Tokens werden nie unverschlüsselt gespeichert.",
  keychain_stopped:
    "Der Tresor ist mit {{was}} verschlüsselt, das in dieser Sitzung nicht verfügbar ist. Starten, die Datenbank öffnen oder in den Systemeinstellungen einschalten, dann „Erneut versuchen“ wählen. Nichts wurde geändert.",
  keychain_locked: "Der Schlüsselbund ist gesperrt. Entsperren, dann „Erneut versuchen“ wählen.",
  keychain_failing:
    "Der Schlüsselbund antwortet nicht. Nichts wurde geändert. Erneut versuchen oder am Computer ab- und wieder anmelden.",
  keychain_changed:
    "Der Tresor ist mit {{was}} verschlüsselt, in dieser Sitzung gibt es aber {{now}}. Tokenkeep in der Sitzung mit {{was}} starten. Nichts wurde geändert.",
  envelope_unreadable:
    "Dieser Schlüsselbund kann den Tresor nicht entschlüsseln. Schlüsselbund oder Tresor aus einer Sicherung wiederherstellen, dann Tokenkeep neu starten. Der Tresor blieb unverändert.",
  envelope_newer:
    "Diesen Tresor hat eine neuere Version von Tokenkeep gespeichert (Format {{format}}). Tokenkeep aktualisieren. Der Tresor blieb unverändert.",
  storage_failing:
    "Speichern fehlgeschlagen. Speicherplatz freigeben und erneut versuchen. Nichts ging verloren; das Erneuern ist bis dahin angehalten.",
  profile_unusable_read_only:
    "Tokenkeep kann nicht starten: Der Ordner {{folder}} ist schreibgeschützt. Den Schreibschutz aufheben, dann Tokenkeep erneut starten.",
  profile_unusable_full:
    "Tokenkeep kann nicht starten: Der Datenträger mit dem Ordner {{folder}} ist voll. Speicherplatz freigeben, dann Tokenkeep erneut starten.",
  profile_unusable_no_permission:
    "Tokenkeep kann nicht starten: Für den Ordner {{folder}} fehlen die Schreibrechte. Besitzer oder Rechte berichtigen, dann Tokenkeep erneut starten.",
  profile_unusable_not_a_folder:
    "Tokenkeep kann nicht starten: Anstelle des Ordners {{folder}} gibt es dort eine Datei. Die Datei verschieben, dann Tokenkeep erneut starten.",
  profile_unusable_not_a_file:
    "Tokenkeep kann nicht starten: „start.lock“ im Ordner {{folder}} ist keine gewöhnliche Datei. Den Eintrag verschieben, dann Tokenkeep erneut starten.",
  profile_unusable_unknown:
    "Tokenkeep kann nicht starten: Der Ordner {{folder}} lässt sich nicht verwenden ({{detail}}). Den Datenträger prüfen, dann Tokenkeep erneut starten.",
  profile_elsewhere:
    "Tokenkeep auf {{host}} verwendet den Ordner {{folder}} (Prozess {{pid}}). Es dort beenden, dann Tokenkeep hier erneut starten.",
  profile_silent:
    "Tokenkeep läuft bereits mit dem Ordner {{folder}}, reagiert aber nicht. Einen Moment warten; bleibt es dabei, den Prozess beenden.",
  profile_unlocked:
    "Das Refresh-Token dieses Kontos gilt nur einmal, und ein anderes Tokenkeep könnte denselben Ordner verwenden. Ist dies das einzige, „Ohne Sperre erneuern“ wählen.",
  record_changed:
    "Ein anderer Computer oder ein anderes Programm hat dieses Konto geändert, deshalb kann Tokenkeep es hier nicht erneuern. Tokenkeep auf dem anderen Computer beenden und hier neu starten. Das jetzige Token funktioniert bis zum Ablauf.",
  provider_unknown: "Den Anbieter „{{provider}}“ gibt es hier nicht. In den Einstellungen hinzufügen.",
  provider_unreachable: "{{provider}} ist nicht erreichbar. Die Verbindung prüfen, dann erneut versuchen.",
  proxy_failing:
    "Der Proxy blockiert die Verbindung zu {{provider}}. Den Proxy in den Netzwerkeinstellungen des Systems prüfen, dann erneut versuchen.",
  proxy_authentication:
    "Der Proxy verlangt eine Anmeldung, um {{provider}} zu erreichen. Eingeben, wenn Tokenkeep danach fragt, dann erneut versuchen.",
  proxy_login_gone:
    "Die Anmeldung am Proxy ist beendet. Erneut versuchen und sie eingeben, wenn Tokenkeep danach fragt.",
  page_elsewhere:
    "Die Seite für diesen Code liegt bei {{detail}}, und das ist keine Adresse von {{provider}}. Nur öffnen, wenn sie vertrauenswürdig ist.",
  loopback_ports_reserved:
    "Das System reserviert die Ports {{ports}}, die die Anmeldung im Browser braucht. Aus den reservierten Portbereichen entfernen, dann erneut versuchen.",
  provider_busy: "{{provider}} hat ein Serverproblem ({{status}}). Später erneut versuchen.",
  provider_misbehaved_not_json:
    "Statt der Antwort von {{provider}} kam eine Webseite; vielleicht ist ein Proxy oder eine WLAN-Anmeldeseite dazwischen. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
  provider_misbehaved_too_large:
    "{{provider}} hat eine zu große Antwort gesendet. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_redirect:
    "{{provider}} hat eine unerwartete Weiterleitung gesendet. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_member:
    "{{provider}} hat eine Antwort ohne gültiges „{{detail}}“ gesendet. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_status:
    "{{provider}} hat einen unerwarteten Status gesendet ({{detail}}). Erneut versuchen; wenn das anhält, melden.",
  answer_unrecognized:
    "Die Antwort ({{status}}) scheint nicht von {{provider}} zu sein. Vielleicht ist ein Proxy, eine Firewall oder eine WLAN-Anmeldeseite dazwischen. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
  provider_refused:
    "{{provider}} hat die Anfrage abgelehnt ({{status}}). App und Berechtigungen prüfen, dann erneut versuchen.",
  provider_error:
    "{{provider}} hat zusammen mit einem Token die Meldung „{{error}}“ gesendet. Tokenkeep behält das Token und prüft es gerade.",
  provider_changed:
    "Die Adressen von {{provider}} haben sich seit der Anmeldung dieses Kontos geändert. Neu anmelden, wenn die neuen vertrauenswürdig sind.",
  provider_field_missing: "„{{field}}“ ist erforderlich.",
  provider_field_id:
    "„{{field}}“ braucht 2 bis 31 Kleinbuchstaben, Ziffern oder Bindestriche, vorn einen Buchstaben. In einer Datei ist es der Dateiname.",
  provider_field_reserved: "„{{field}}“ gehört einem eingebauten Anbieter. Einen anderen Wert wählen.",
  provider_field_taken:
    "„{{field}}“ gehört schon einem anderen Anbieter. Einen anderen Wert wählen oder jenen Anbieter bearbeiten.",
  provider_field_address:
    "„{{field}}“ ist keine gültige Adresse. In der Form https://… eingeben, ohne Benutzernamen, Passwort oder #.",
  provider_field_plain:
    "„{{field}}“ ist unverschlüsselt. https verwenden; einfaches http geht nur auf diesem Computer (127.0.0.1 oder [::1]).",
  provider_field_scope:
    "„{{field}}“ enthält einen ungültigen Scope. Scopes durch einzelne Leerzeichen trennen, ohne Anführungszeichen.",
  provider_file_unreadable:
    "Diese Datei beschreibt keinen Anbieter. Berichtigen oder entfernen, dann Tokenkeep neu starten.",
  discovery_none:
    "{{provider}} veröffentlicht keine Angaben. Den Issuer prüfen oder die Adressen selbst eingeben.",
  discovery_issuer:
    "Der Issuer des Servers ist „{{said}}“ und nicht „{{issuer}}“. Wenn er vertrauenswürdig ist, „{{said}}“ eingeben.",
  client_missing: "Die App dieses Kontos wurde entfernt. Mit einer anderen App neu anmelden.",
  client_in_use_one: "{{count}} Konto verwendet diese App noch. Zuerst dieses Konto entfernen.",
  client_in_use_other: "{{count}} Konten verwenden diese App noch. Zuerst diese Konten entfernen.",
  client_id_rejected: "Diese Client-ID ist nicht registriert. In der Entwicklerkonsole prüfen.",
  client_secret_rejected:
    "Client-Secret abgelehnt. Gibt es in der Entwicklerkonsole ein neues, die App bearbeiten und es eingeben.",
  client_secret_missing: "Client-Secret fehlt. Die App bearbeiten und ihr Secret eingeben.",
  client_public:
    "Öffentliche Apps können diese Anmeldeart nicht nutzen. Stattdessen mit einem Code anmelden.",
  redirect_uri_rejected:
    "Die Redirect-URL ist nicht registriert. In der Entwicklerkonsole genau {{redirect_uri}} eintragen, dann erneut versuchen.",
  authorization_denied: "Die Anmeldung wurde abgelehnt ({{error}}). Ein neuer Versuch ist möglich.",
  authorization_unknown: "Diese Anmeldung ist beendet. Neu beginnen.",
  authorization_expired: "Diese Anmeldung dauerte länger als 10 Minuten. Neu beginnen.",
  authorization_cancelled: "Das Anmeldefenster wurde geschlossen. Ein neuer Versuch ist möglich.",
  authorization_not_offered: "{{provider}} unterstützt diese Anmeldeart nicht. Eine andere wählen.",
  authorization_page_failed:
    "Die Anmeldeseite von {{provider}} ließ sich nicht öffnen. Die Verbindung prüfen, dann erneut versuchen.",
  device_code_ended: "Dieser Code ist abgelaufen. Einen neuen holen.",
  browser_failing: "Es ließ sich kein Browser öffnen. Den Link kopieren und in einem Browser öffnen.",
  loopback_ports_taken:
    "Die Ports {{ports}} sind belegt. Eine andere Anmeldung abschließen oder abbrechen oder das Programm schließen, das sie belegt, dann erneut versuchen.",
  state_rejected: "Unerwartete Antwort auf die Anmeldung. Neu beginnen.",
  code_rejected: "Die Antwort auf die Anmeldung ist nicht mehr gültig. Neu beginnen.",
  answer_mismatched:
    "Unerwartete Art von Antwort auf die Anmeldung. Neu beginnen; wenn das anhält, die Angaben zum Anbieter prüfen.",
  id_token_rejected:
    "Das ID-Token von {{provider}} ließ sich nicht überprüfen ({{why}}). Neu beginnen; wenn das anhält, {{provider}} Bescheid geben.",
  identity_mismatch: "Dieses Token gehört zu einem anderen Konto oder einer anderen App. Neu anmelden.",
  access_token_rejected: "{{provider}} meldet, dass dieses Token nicht mehr gültig ist. Neu anmelden.",
  account_unknown: "Dieses Konto wurde entfernt. Ein anderes wählen.",
  needs_sign_in: "{{account}} ist abgemeldet. Zum Verwenden neu anmelden.",
  moved_here: "Das Token von {{account}} blieb auf dem anderen Computer. Hier anmelden.",
  refresh_token_rejected:
    "{{account}} ließ sich nicht erneuern, meist nach einem Passwortwechsel oder nach dem Trennen der App. Neu anmelden.",
  refresh_token_missing:
    "Das Token von {{account}} lässt sich nicht erneuern. Neu anmelden, wenn es abläuft.",
  id_token_missing: "{{account}} hat kein ID-Token. Neu anmelden mit einer Anmeldeart mit OpenID Connect.",
  refresh_budget:
    "{{account}} wurde zu oft erneuert. Das jetzige Token funktioniert; erneuern geht wieder in {{wait}}.",
  refresh_ambiguous_lost:
    "Die Verbindung brach ab, bevor das neue Token von {{account}} ankam, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  refresh_ambiguous_unusable:
    "Beim Erneuern von {{account}} kam eine ungültige Antwort, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  refresh_ambiguous_interrupted:
    "Tokenkeep wurde beim Erneuern von {{account}} unterbrochen, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  token_revoked: "Das Token von {{account}} wurde widerrufen. Neu anmelden, um das Konto zu verwenden.",
  bulk_running: "Eine andere Sammelaktion läuft. Abwarten oder sie zuerst anhalten.",
  undo_gone: "Das lässt sich nicht mehr rückgängig machen. Neu anmelden, um das Konto zurückzuholen.",
  settings_failing:
    "Die Einstellungen ließen sich nicht speichern. Speicherplatz freigeben und erneut versuchen.",
  export_failing: "Die Datei ließ sich nicht speichern. Einen anderen Ordner wählen, dann erneut versuchen.",
  import_unreadable:
    "Diese Datei ist kein Export von Tokenkeep oder beschädigt. Neu exportieren, dann die neue Datei wählen.",
  import_newer:
    "Diesen Export hat eine neuere Version von Tokenkeep gespeichert (Format {{format}}). Zuerst Tokenkeep hier aktualisieren.",
  import_passphrase_wrong: "Falsche Passphrase für diese Datei. Erneut versuchen.",
  import_empty:
    "Kein Token gefunden. Das Token selbst kopieren oder die Datei wählen, in der das andere Tool es ablegt. Nichts wurde gesendet.",
  import_too_large:
    "Das ist größer als {{limitMiB}} MiB und wurde deshalb nicht gelesen. Den Teil mit dem Token kopieren und einfügen.",
  import_file_denied:
    "Für diese Datei fehlt die Leseberechtigung. Die Berechtigung ändern oder das Token kopieren und einfügen.",
  import_file_folder: "Das ist ein Ordner. Die Datei darin wählen, in der das Tool seine Tokens ablegt.",
  import_file_gone: "Diese Datei gibt es nicht mehr. Eine andere wählen.",
  import_file_failing: "Diese Datei ließ sich nicht lesen. Stattdessen das Token kopieren und einfügen.",
  import_rejected:
    "{{provider}} nimmt dieses Token nicht an: Es ist abgelaufen, widerrufen oder gar nicht von {{provider}}. Im anderen Tool ein neues holen.",
  import_withheld:
    "Das ist eine Client-ID, ein Client-Secret oder ein Refresh-Token, das Tokenkeep kennt. Es wurde nicht gesendet.",
  import_own_client:
    "Das ist eine Sitzung der Website oder App von {{provider}} selbst. Sie kann alles, was ihr Besitzer kann, und ist nicht für andere Programme gedacht. Stattdessen hier anmelden.",
  import_no_login:
    "{{provider}} nennt zu diesem Token keinen Benutzer: Es gehört einer App. Stattdessen unter „Apps“ ein App-Token holen.",
  import_gone:
    "Diese Tokens wurden schon gespeichert oder verworfen, oder 10 Minuten sind um. Noch einmal lesen.",
  import_client_mismatch: "Diese App passt nicht zum Token. Die App wählen, für die es ausgestellt wurde.",
  clipboard_unreadable:
    "Die Zwischenablage ließ sich nicht lesen. Das Token noch einmal kopieren oder eine Datei wählen.",
  clipboard_failing: "Kopieren fehlgeschlagen. Tokenkeep nach vorn holen und erneut versuchen.",
  sandbox_failing:
    "Die Sandbox ließ sich nicht starten. Erneut versuchen; wenn das anhält, steht der Grund im Protokoll.",
  sandbox_port_taken:
    "Die Sandbox braucht Port {{port}}, den ein anderes Programm belegt. Dieses Programm schließen, dann erneut versuchen.",
  socket_unsafe_folder:
    "Andere Benutzer haben Zugriff auf den Ordner {{folder}}. Auf Modus 700 setzen; Tokenkeep versucht es jede Minute erneut.",
  socket_failing:
    "Der lokale Socket ließ sich nicht öffnen. Die Konten funktionieren, und Tokenkeep versucht es weiter. Der Grund steht im Protokoll.",
  pairing_gone:
    "Das Tool hat die Anfrage zurückgezogen, oder sie ist schon beantwortet. Bei Bedarf erneut verbinden.",
  tool_unknown: "Dieses Tool wurde entfernt. Zum Verwenden erneut verbinden.",
  bad_request: "„{{field}}“ fehlt oder ist ungültig. Prüfen, dann erneut versuchen.",
  sender_rejected:
    "Tokenkeep hat eine Anfrage blockiert, die nicht aus dem eigenen Fenster kam. Im Fenster erneut versuchen.",
  internal: "Etwas ist schiefgegangen. Einzelheiten stehen im Protokoll.",
};
