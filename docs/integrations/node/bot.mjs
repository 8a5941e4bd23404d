// Prints the title of your channel when it changes. Node 20 or newer:
//   npm install @twurple/api @twurple/auth @tokenkeep/client && node bot.mjs
// The first start sends a pairing request to Tokenkeep's window. The bot has no client secret and no refresh token.
import { setTimeout as delay } from "node:timers/promises";
import { ApiClient } from "@twurple/api";
import { connect, fileStore, storeFile } from "@tokenkeep/client";
import { twurpleProvider } from "@tokenkeep/client/twurple";

const INTERVAL_SEC = Number(process.env.INTERVAL_SEC ?? 60);

const keep = await connect({
  store: fileStore(storeFile("title-bot")),
  pair: { name: "Title bot", reason: "Says when the title of your channel changes" },
});
const api = new ApiClient({ authProvider: await twurpleProvider(keep) });
const { user_id, login } = await keep.token();
console.log(`I am ${login}`);

let title;
for (;;) {
  const channel = await api.channels.getChannelInfoById(user_id);
  if (channel !== null && channel.title !== title) console.log(`Title: ${(title = channel.title)}`);
  await delay(INTERVAL_SEC * 1000);
}
