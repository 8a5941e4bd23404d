"""Prints the title of your channel when it changes. Python 3.9 or newer, with clients/python/tokenkeep.py beside it:

    python3 bot.py

The first start sends a pairing request to Tokenkeep's window. The bot has no client secret and no refresh token.
"""

import json
import os
import time
import urllib.error
import urllib.request

from tokenkeep import Tokenkeep, connect

API = os.environ.get("API", "https://api.twitch.tv/helix")
INTERVAL_SEC = float(os.environ.get("INTERVAL_SEC", "60"))


def call(keep: Tokenkeep, path: str, again: bool = True) -> dict:
    token = keep.token()
    headers = {"Authorization": f"Bearer {token['access_token']}", "Client-Id": token["client_id"]}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{API}/{path}", headers=headers), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 401 or not again:
            raise
        # The token ended early. Tokenkeep validates and refreshes it, so the next one works, or the user has to act.
        keep.report_invalid(token["token_id"])
        return call(keep, path, again=False)


def main() -> None:
    keep = connect("title-bot-python", name="Title bot", reason="Says when the title of your channel changes")
    who = keep.token()
    print(f"I am {who['login']}", flush=True)
    title = None
    while True:
        channel = call(keep, f"channels?broadcaster_id={who['user_id']}")["data"][0]
        if channel["title"] != title:
            title = channel["title"]
            print(f"Title: {title}", flush=True)
        time.sleep(INTERVAL_SEC)


if __name__ == "__main__":
    main()
