"""Has clients/python talk to servers that play published conversations. In and out: a JSON list."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "clients/python"))
from tokenkeep import TokenkeepError, _Connection  # noqa: E402


def talk(endpoint, credentials, requests, notices):
    outcomes = []
    received = []
    connection = None
    try:
        steps = [(step["method"], step.get("params")) for step in requests]
        connection = _Connection(endpoint, credentials, steps[0] if steps else None)
        for number, (method, params) in enumerate(steps):
            try:
                result = connection.answer() if number == 0 else connection.ask(method, params)
                outcomes.append({"result": result})
            except TokenkeepError as error:
                outcomes.append({"code": error.code})
        received += connection.notices
        connection.notices.clear()
        while len(received) < notices:
            received.append(connection.next_notice())
    except TokenkeepError as error:
        outcomes.append({"code": error.code})
    finally:
        if connection is not None:
            connection.close()
    return {"outcomes": outcomes, "notices": [{"method": one["method"], "params": one["params"]} for one in received]}


json.dump([talk(**each) for each in json.load(sys.stdin)], sys.stdout)
