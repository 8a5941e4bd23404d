import type { enFailures } from "./en-failures.ts";

/** German sentences for failures. */
export const deFailures: Readonly<Record<keyof typeof enFailures, string>> = {
  vault_locked: "Der Tresor ist gesperrt. Entsperren, um die Konten zu verwenden.",
  vault_not_ready: "Der Tresor ist noch nicht offen. Worauf er wartet, steht im Fenster von Tokenkeep.",
  vault_paused: "Tokenkeep ist pausiert und gibt keine Tokens aus. Weiter geht es mit „Fortsetzen“.",
  passphrase_wait: "Das war mehrmals falsch. Neuer Versuch in {{wait}}. Nichts wurde geändert.",
  passphrase_missing:
    "Dann ließe sich der Tresor mit nichts mehr öffnen. Zuerst eine Passphrase festlegen oder den Schlüsselbund behalten.",
  alias_taken: "Ein anderes Konto heißt schon „{{alias}}“. Einen anderen Namen wählen.",
  passphrase_wrong: "Das ist nicht die Passphrase dieses Tresors. Nichts wurde geändert; erneut versuchen.",
  passphrase_too_short:
    "Eine Passphrase braucht mindestens {{minLength}} Zeichen. Ein kurzer Satz ist leicht zu merken.",
  keychain_missing:
    "In dieser Sitzung antwortet kein Schlüsselbund: weder GNOME Keyring noch KWallet noch ein anderer Secret Service. Einen davon einschalten und Tokenkeep neu starten, oder die Tokens mit einer Passphrase versiegeln. Unverschlüsselt speichert Tokenkeep sie nie.",
  keychain_stopped:
    "{{was}} versiegelt die Tokens, ist in dieser Sitzung aber nicht verfügbar. Starten, die Datenbank öffnen oder in den Systemeinstellungen einschalten, dann „Erneut versuchen“ wählen. Nichts wurde geändert.",
  keychain_locked:
    "Der Schlüsselbund dieses Computers ist gesperrt. Entsperren, dann „Erneut versuchen“ wählen. Nichts wurde geändert.",
  keychain_failing:
    "Der Schlüsselbund dieses Computers antwortet nicht. Nichts wurde geändert, nichts ist verloren.",
  keychain_changed:
    "Die Tokens wurden mit {{was}} versiegelt, in dieser Sitzung gibt es aber {{now}}. Tokenkeep in der Sitzung mit {{was}} starten. Nichts wurde geändert.",
  envelope_unreadable:
    "Der Schlüssel des Tresors ist mit diesem Schlüsselbund nicht lesbar. Er bleibt, wie er ist: Schlüsselbund oder Datei wiederherstellen, dann Tokenkeep neu starten.",
  envelope_newer:
    "Diesen Tresor hat ein neueres Tokenkeep geschrieben (Format {{format}}). App aktualisieren; nichts wurde geändert.",
  storage_failing:
    "Die Änderung ließ sich nicht auf die Festplatte schreiben. Nichts ging verloren, und das Erneuern wartet, bis es wieder geht. Speicherplatz freigeben, dann erneut versuchen.",
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
    "Das Refresh-Token gilt nur einmal, und Tokenkeep kann nicht ausschließen, dass ein zweites Tokenkeep es ebenfalls verwendet. Es wurde nichts gesendet. Ist dies das einzige, „Ohne Sperre erneuern“ wählen.",
  record_changed:
    "Ein anderer Computer oder ein anderes Programm hat dieses Konto in diesem Profil geändert, deshalb erneuert Tokenkeep es hier nicht. Tokenkeep auf dem anderen Computer beenden und hier neu starten. Das jetzige Token funktioniert, bis es abläuft.",
  provider_unknown: "Einen Anbieter namens „{{provider}}“ gibt es hier nicht.",
  provider_unreachable:
    "{{provider}} ist nicht erreichbar. Alle Tokens bleiben erhalten, noch gültige funktionieren weiter. Netzwerk prüfen, dann erneut versuchen.",
  proxy_failing:
    "Der Proxy dieses Computers lässt Tokenkeep nicht zu {{provider}} durch. Nichts wurde gesendet, alle Tokens sind noch da. Den Proxy in den Netzwerkeinstellungen des Systems prüfen, dann noch einmal versuchen.",
  proxy_authentication:
    "Der Proxy dieses Computers verlangt Name und Passwort, bevor er etwas zu {{provider}} durchlässt. Nichts wurde gesendet. Beides eingeben, wenn Tokenkeep danach fragt, dann noch einmal versuchen.",
  proxy_login_gone:
    "Der Proxy wartet nicht mehr auf eine Antwort. Noch einmal versuchen; Tokenkeep fragt dann neu.",
  page_elsewhere:
    "Die Seite für diesen Code liegt bei {{detail}}, und das ist keine Adresse von {{provider}}. Nur öffnen, wenn diese Adresse vertrauenswürdig ist.",
  loopback_ports_reserved:
    "Die Antwort des Browsers käme an Port {{ports}} dieses Computers an, aber das System lässt dort kein Programm zu. Diese Ports aus den reservierten Portbereichen des Systems entfernen, dann noch einmal versuchen.",
  provider_busy:
    "{{provider}} meldet eine eigene Störung ({{status}}). Alle Tokens bleiben erhalten. Später erneut versuchen.",
  provider_misbehaved_not_json:
    "Statt der Antwort von {{provider}} kam eine Webseite; vermutlich ist ein Proxy oder eine WLAN-Anmeldeseite dazwischen. Die gespeicherten Tokens bleiben erhalten. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
  provider_misbehaved_too_large:
    "{{provider}} hat viel mehr Daten gesendet, als zu einer Antwort gehören. Die gespeicherten Tokens bleiben erhalten. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_redirect:
    "{{provider}} hat eine Weiterleitung gesendet, wo keine erlaubt ist. Die gespeicherten Tokens bleiben erhalten. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_member:
    "{{provider}} hat kein brauchbares „{{detail}}“ gesendet. Die gespeicherten Tokens bleiben erhalten. Erneut versuchen; wenn das anhält, melden.",
  provider_misbehaved_status:
    "{{provider}} hat den unerwarteten Status {{detail}} gesendet. Die gespeicherten Tokens bleiben erhalten. Erneut versuchen; wenn das anhält, melden.",
  answer_unrecognized:
    "Diese Antwort ({{status}}) kommt so nicht von {{provider}}. Vermutlich ist ein Proxy, eine Firewall oder eine WLAN-Anmeldeseite dazwischen. Die gespeicherten Tokens bleiben erhalten. Die Verbindung mit einer beliebigen Webseite prüfen, dann erneut versuchen.",
  provider_refused:
    "{{provider}} hat die Anfrage abgelehnt ({{status}}), aus einem Grund, den Tokenkeep nicht kennt. Die gespeicherten Tokens bleiben erhalten. Scopes und Client-Registrierung prüfen, dann noch einmal versuchen.",
  provider_error:
    "{{provider}} hat zusammen mit einem Token die Meldung „{{error}}“ gesendet. Tokenkeep hat das Token behalten und prüft es bei {{provider}}.",
  provider_changed:
    "Die Adressen von {{provider}} sind andere als bei der Anmeldung dieses Kontos, daher gingen seine Tokens nicht dorthin. Neu anmelden, falls die neuen vertrauenswürdig sind.",
  provider_field_missing: "„{{field}}“ ist leer, und ohne geht es nicht. Eintragen, dann erneut sichern.",
  provider_field_id:
    "„{{field}}“ braucht 2 bis 31 Kleinbuchstaben, Ziffern oder Bindestriche, vorn einen Buchstaben; in einer Datei ist es der Dateiname. Ändern, dann erneut sichern.",
  provider_field_reserved: "Dieser „{{field}}“ gehört einem eingebauten Anbieter. Einen anderen wählen.",
  provider_field_taken:
    "Diesen „{{field}}“ hat schon ein anderer Anbieter. Einen anderen wählen oder jenen Anbieter ändern.",
  provider_field_address:
    "„{{field}}“ ist keine ganze Adresse oder hat einen Teil, den keine haben darf. In der Form https://… eintragen, ohne Namen, Passwort oder # darin.",
  provider_field_plain:
    "„{{field}}“ ist unverschlüsselt. Einfaches http ist nur für Tests auf diesem Computer, unter 127.0.0.1 oder [::1]; sonst https.",
  provider_field_scope:
    "In „{{field}}“ steht etwas, das kein Scope sein kann. Scopes durch einzelne Leerzeichen trennen, ohne Anführungszeichen.",
  provider_file_unreadable:
    "Diese Datei beschreibt keinen Anbieter. In Ordnung bringen oder entfernen, dann Tokenkeep neu starten.",
  discovery_none:
    "{{provider}} sagt an den üblichen Adressen nichts über sich. Den Issuer vergleichen oder die Adressen von Hand eintragen.",
  discovery_issuer:
    "Der Server nennt sich „{{said}}“ und nicht „{{issuer}}“. Seinen eigenen Namen Zeichen für Zeichen eintragen, wenn ihm zu trauen ist.",
  client_missing:
    "Die Client-Registrierung dieses Kontos gibt es nicht mehr. Mit einer anderen neu anmelden.",
  client_in_use_one: "Ein Konto verwendet diese Registrierung noch. Zuerst dieses Konto entfernen.",
  client_in_use_other: "{{count}} Konten verwenden diese Registrierung noch. Zuerst diese Konten entfernen.",
  client_id_rejected:
    "Der Anbieter kennt diese Client-ID nicht. Mit der Entwicklerkonsole vergleichen, dann erneut versuchen. Nichts wurde gespeichert.",
  client_secret_rejected:
    "Der Anbieter nimmt dieses Client-Secret nicht an. Ein neues in der Konsole macht das alte sofort ungültig: das neueste eingeben. Die Tokens bleiben erhalten.",
  client_secret_missing:
    "Dieser Client ist vertraulich, daher verlangt der Anbieter sein Secret. Das Secret in der Registrierung eingeben. Die Tokens bleiben erhalten.",
  client_public:
    "Dieser Client ist öffentlich, hat also kein Secret und bekommt auf diesem Weg nichts. Mit einem Code auf einem Gerät anmelden oder einen vertraulichen Client registrieren.",
  redirect_uri_rejected:
    "Der Anbieter nahm die Redirect-URI nicht an. In der Entwicklerkonsole genau {{redirect_uri}} eintragen, dann erneut versuchen.",
  authorization_denied:
    "Die Anmeldung wurde abgelehnt ({{error}}). Nichts wurde gespeichert; ein neuer Versuch ist möglich.",
  authorization_unknown: "Diese Anmeldung ist nicht mehr offen. Neu beginnen; nichts wurde gespeichert.",
  authorization_expired:
    "Diese Anmeldung dauerte länger als zehn Minuten und ist beendet. Neu beginnen; nichts wurde gespeichert.",
  authorization_cancelled:
    "Das Anmeldefenster wurde vorzeitig geschlossen. Nichts wurde gespeichert; ein neuer Versuch ist möglich.",
  authorization_not_offered: "{{provider}} bietet diese Art der Anmeldung nicht an.",
  authorization_page_failed:
    "Die Anmeldeseite von {{provider}} ließ sich nicht öffnen. Netzwerk prüfen, dann erneut versuchen. Nichts wurde gespeichert.",
  device_code_ended:
    "Dieser Code ist abgelaufen. Neu beginnen, um einen neuen zu bekommen; nichts wurde gespeichert.",
  browser_failing: "Kein Browser ging auf. Den Link kopieren und in einem Browser öffnen.",
  loopback_ports_taken:
    "Die Antwort des Browsers käme an Port {{ports}} dieses Computers an, und alle sind belegt. Eine andere Anmeldung abschließen oder abbrechen, oder das Programm schließen, das sie belegt, und noch einmal versuchen.",
  state_rejected:
    "Es kam eine Antwort, die nicht zu dieser Anmeldung gehört. Sie wurde abgewiesen. Nichts wurde gespeichert; neu beginnen.",
  code_rejected:
    "Der Anbieter nahm die Antwort dieser Anmeldung nicht mehr an. Nichts wurde gespeichert; neu beginnen.",
  answer_mismatched:
    "Es kam eine andere Art von Antwort als verlangt, deshalb wurde sie abgewiesen. Nichts wurde gespeichert; neu beginnen und die Angaben zum Anbieter prüfen, wenn es so bleibt.",
  id_token_rejected:
    "Das ID-Token von {{provider}} bestand die Prüfung nicht ({{why}}), deshalb wird nichts von dieser Anmeldung verwendet oder gespeichert. Neu beginnen; bleibt es so, dem Anbieter melden.",
  identity_mismatch:
    "Das Token gehört zu einem anderen Client oder einer anderen Person als erwartet und wird nicht verwendet. Neu anmelden.",
  access_token_rejected: "{{provider}} meldet, dass dieses Token nicht mehr gültig ist. Neu anmelden.",
  account_unknown: "Dieses Konto ist nicht im Tresor.",
  needs_sign_in: "{{account}} ist erst nach einer neuen Anmeldung wieder verwendbar.",
  moved_here:
    "{{account}} kam ohne Tokens von einem anderen Computer, weil nur ein Computer sie verwenden darf. Hier neu anmelden.",
  refresh_token_rejected:
    "Der Anbieter erneuert das Token von {{account}} nicht. Das passiert nach einem Passwortwechsel, nach dem Trennen der App oder wenn ein anderes Programm das Refresh-Token verwendet hat. Neu anmelden.",
  refresh_token_missing:
    "Das Token von {{account}} kann sich nicht selbst erneuern. Neu anmelden, wenn es abläuft.",
  id_token_missing:
    "{{account}} hat kein ID-Token. Neu anmelden auf einem Weg mit OpenID Connect, um eines zu bekommen.",
  refresh_budget:
    "{{account}} wurde so oft erneuert, dass der Anbieter bald ältere Tokens beenden würde. Das aktuelle funktioniert; erneuern geht wieder in {{wait}}.",
  refresh_ambiguous_lost:
    "Die Verbindung brach ab, bevor das erneuerte Token von {{account}} ankam, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  refresh_ambiguous_unusable:
    "Die Antwort auf eine Erneuerung von {{account}} war nicht zu gebrauchen, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  refresh_ambiguous_interrupted:
    "Eine Erneuerung von {{account}} wurde nicht abgeschlossen, und ein Refresh-Token gilt nur einmal. Das jetzige Token funktioniert bis zum Ablauf; dann neu anmelden.",
  token_revoked: "Das Token von {{account}} wurde widerrufen. Neu anmelden, um das Konto zu verwenden.",
  bulk_running: "Für viele Konten läuft gerade etwas anderes. Abwarten oder es zuerst beenden.",
  undo_gone: "Das lässt sich nicht mehr zurückholen. Nichts wurde geändert.",
  settings_failing:
    "Die Optionen ließen sich nicht auf die Festplatte schreiben. Sie sind wie zuvor; Speicherplatz freigeben, dann erneut versuchen.",
  export_failing: "Die Datei ließ sich nicht schreiben. Einen anderen Ordner wählen, dann erneut versuchen.",
  import_unreadable:
    "Diese Datei ist kein Export von Tokenkeep, oder sie ist beschädigt. Nichts wurde geändert; wenn möglich neu exportieren.",
  import_newer:
    "Diesen Export hat ein neueres Tokenkeep geschrieben (Format {{format}}). Zuerst die App hier aktualisieren; nichts wurde geändert.",
  import_passphrase_wrong:
    "Das ist nicht die Passphrase dieses Exports. Nichts wurde geändert; erneut versuchen.",
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
    "Das ist eine Sitzung der Website oder App von {{provider}} selbst. Sie kann alles, was ihr Besitzer kann, und ist nicht für andere Programme: stattdessen hier anmelden.",
  import_no_login:
    "{{provider}} nennt zu diesem Token keine Person: Es gehört einem Client. Stattdessen eines über die Registrierung holen.",
  import_gone:
    "Diese Tokens wurden schon gespeichert oder verworfen, oder 10 Minuten sind um. Noch einmal lesen.",
  import_client_mismatch:
    "Diese Registrierung passt nicht zum Token. Die wählen, deren Client das Token bekommen hat.",
  clipboard_unreadable:
    "Die Zwischenablage ließ sich nicht lesen. Das Token noch einmal kopieren oder eine Datei wählen.",
  clipboard_failing:
    "Die Zwischenablage hat das Token nicht angenommen. Das Fenster von Tokenkeep nach vorn holen und noch einmal kopieren.",
  sandbox_failing: "Die Sandbox startete nicht. Erneut versuchen; den Grund nennt das Protokoll.",
  sandbox_port_taken:
    "Die Sandbox braucht Port {{port}}, doch ein anderes Programm belegt ihn. Dieses Programm schließen, dann erneut versuchen.",
  socket_unsafe_folder:
    "Tools können sich nicht verbinden: Der Ordner {{folder}} ist auch für andere offen. Auf das eigene Benutzerkonto beschränken (Modus 700); Tokenkeep versucht es jede Minute erneut.",
  socket_failing:
    "Tools können sich nicht verbinden: Der lokale Socket ließ sich nicht öffnen. Konten und Kopieren funktionieren. Tokenkeep versucht es weiter; den Grund nennt das Protokoll.",
  pairing_gone: "Das Tool wartet nicht mehr: Es hat die Anfrage zurückgezogen oder schon eine Antwort.",
  tool_unknown: "Dieses Tool ist nicht mehr in der Liste.",
  bad_request: "„{{field}}“ fehlt oder hat nicht die richtige Form. Nichts wurde geändert.",
  sender_rejected: "Diese Anfrage kam nicht aus dem eigenen Fenster von Tokenkeep.",
  internal: "In Tokenkeep ist etwas schiefgegangen. Nichts ging verloren; mehr steht im Protokoll.",
};
