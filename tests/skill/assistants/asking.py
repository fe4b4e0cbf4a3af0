"""Bodies of assistants, and sending them."""

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from skill.channels.limits import contracts

REQUESTS = Path("fixtures/requests")


def recorded(name: str) -> dict[str, Any]:
    """A body of fixtures/requests: «platform/name»."""
    return json.loads((REQUESTS / f"{name}.json").read_text("utf-8"))


def post(client: FlaskClient, platform: str, body: object) -> dict[str, Any]:
    """Send a body; the answer, valid by the platform's contract."""
    answer = client.post(f"/{platform}/secret", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert contracts()[platform].problems(answer.get_json()) == []
    return answer.get_json()


def with_text(platform: str, text: str, number: int) -> dict[str, Any]:
    """What the platform sends for a phrase; number: which of the conversation it is."""
    if platform == "alice":
        body = recorded("alice/start")
        body["session"] |= {"new": False, "message_id": number, "application": {"application_id": "STATION"}}
        del body["session"]["user"]
        body["request"] |= {"command": text, "original_utterance": text}
        return body
    body = recorded(PHRASES.get(platform, f"{platform}/phrase"))
    match platform:
        case "marusia":
            body["session"]["message_id"] = number
            body["request"] |= {"command": text, "original_utterance": text, "nlu": {"tokens": text.split()}}
        case "salute":
            body["messageId"] = number
            body["payload"]["message"]["original_text"] = text
        case "alexa":
            body["request"]["requestId"] = f"r-{number}"
            body["request"]["intent"]["slots"]["phrase"]["value"] = text
        case "dialogflow_es":
            body["responseId"], body["queryResult"]["queryText"] = f"r-{number}", text
        case "dialogflow_cx":
            body["detectIntentResponseId"], body["transcript"] = f"d-{number}", text
        case _:
            body["intent"]["query"] = text
    return body


PHRASES = {"alexa": "alexa/phrase_in_a_slot", "dialogflow_cx": "dialogflow_cx/heard"}
