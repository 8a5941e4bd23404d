// Our tests do not run this. A Stream Deck plugin (Stream Deck 6.4 or newer, its own Node 20) with a key that makes a clip.
//   npm install @elgato/streamdeck @tokenkeep/client
// manifest.json has "CodePath": "plugin.mjs", "Nodejs": { "Version": "20" } and one action with the UUID below.
// The first press sends a pairing request to Tokenkeep's window; the Stream Deck's key shows the code to compare.
import streamDeck, { SingletonAction } from "@elgato/streamdeck";
import { connect, fileStore, storeFile, TokenkeepError } from "@tokenkeep/client";

const SCOPES = ["clips:edit"];

class Clip extends SingletonAction {
  manifestId = "app.example.clip.make";

  async onKeyDown({ action }) {
    try {
      const keep = await connect({
        store: fileStore(storeFile("streamdeck-clip")),
        pair: { name: "Stream Deck: clip", reason: "Makes a clip when you press the key", scopes: SCOPES },
        onCode: (code) => void action.setTitle(code),
      });
      await action.setTitle("");
      const { access_token, client_id, user_id } = await keep.token({ scopes: SCOPES });
      const answer = await fetch(`https://api.twitch.tv/helix/clips?broadcaster_id=${user_id}`, {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}`, "client-id": client_id },
      });
      await (answer.ok ? action.showOk() : action.showAlert());
    } catch (error) {
      streamDeck.logger.warn(error instanceof TokenkeepError ? error.code : "failed"); // never the token
      await action.showAlert();
    }
  }
}

streamDeck.actions.registerAction(new Clip());
streamDeck.connect();
