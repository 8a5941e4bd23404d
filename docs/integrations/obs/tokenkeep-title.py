"""OBS Studio (Tools, Scripts): writes the title of your channel into a text source.

Put clients/python/tokenkeep.py beside this file. When it is first loaded, the script sends a pairing request to Tokenkeep's
window; the code to compare is in the script log.
"""

import json
import os
import sys
import threading
import urllib.request

import obspython as obs

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tokenkeep  # noqa: E402

EVERY_MS = 60_000
api = "https://api.twitch.tv/helix"
source_name = ""
#: Results of the worker thread, which OBS' own thread shows: scripts can call OBS from that thread only.
found: list[tuple[str, str]] = []
stopping = threading.Event()


def script_description():
    return "Writes the title of your channel into a text source. Tokens come from Tokenkeep."


def script_properties():
    properties = obs.obs_properties_create()
    obs.obs_properties_add_text(properties, "source", "Text source", obs.OBS_TEXT_DEFAULT)
    return properties


def script_update(settings):
    global api, source_name
    source_name = obs.obs_data_get_string(settings, "source")
    api = obs.obs_data_get_string(settings, "api") or api


def script_load(settings):
    script_update(settings)  # OBS calls it after this function, which may be later than the thread's first request
    threading.Thread(target=work, daemon=True).start()
    obs.timer_add(show, 200)


def script_unload():
    stopping.set()
    obs.timer_remove(show)


def work():
    try:
        keep = tokenkeep.connect(
            "obs-title",
            name="OBS title script",
            reason="Shows the title of your channel in a scene",
            on_code=lambda code: found.append(("log", f"Tokenkeep asks whether to allow this. The code: {code}")),
        )
        found.append(("log", f"I am {keep.token()['login']}"))
        while not stopping.is_set():
            token = keep.token()
            headers = {"Authorization": f"Bearer {token['access_token']}", "Client-Id": token["client_id"]}
            url = f"{api}/channels?broadcaster_id={token['user_id']}"
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
                found.append(("title", json.load(answer)["data"][0]["title"]))
            stopping.wait(EVERY_MS / 1000)
    except Exception as error:  # shown, because OBS would only say that a thread has ended
        found.append(("log", f"Stopped: {error}"))


def show():
    while found:
        kind, text = found.pop(0)
        if kind == "log":
            obs.script_log(obs.LOG_INFO, text)
            continue
        obs.script_log(obs.LOG_INFO, f"Title: {text}")
        source = obs.obs_get_source_by_name(source_name)
        if source is not None:
            settings = obs.obs_data_create()
            obs.obs_data_set_string(settings, "text", text)
            obs.obs_source_update(source, settings)
            obs.obs_data_release(settings)
            obs.obs_source_release(source)
