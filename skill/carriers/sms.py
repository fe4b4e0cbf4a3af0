"""SMS through a gateway's HTTP API: every gateway wants other fields, so the settings tell them."""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from skill.carriers.carrier import Carrier, Letter
from skill.channels.calls import verdict
from skill.channels.channel import Verdict
from skill.settings import Settings

LONGEST = 670
"""Ten parts of 67 Russian letters; gateways refuse more."""


def send(http: httpx.Client, settings: Settings, letter: Letter) -> Verdict:
    """Hand a message to the gateway. An answer that `sms_taken` does not find itself in refuses it for good."""
    values = {"phone": letter.to, "text": letter.text[:LONGEST], "id": letter.name}
    fields = filled(json.loads(settings.sms_body), values)
    headers = {"Authorization": settings.sms_authorization} if settings.sms_authorization else {}
    how = {"data": fields} if settings.sms_form else {"json": fields}
    answer = http.post(settings.sms_url, headers=headers, **how)
    found = verdict(answer)
    if answer.is_success and settings.sms_taken and not re.search(settings.sms_taken, answer.text):
        return Verdict(refused=f"the gateway did not take it: {answer.text[:200]}")
    return found


def filled(template: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """A JSON template with {phone}, {text} and {id} put into its strings.

    >>> filled({"to": ["{phone}"], "ttl": 60}, {"phone": "+7912"})
    {'to': ['+7912'], 'ttl': 60}
    """
    if isinstance(template, str):
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, list):
        return [filled(one, values) for one in template]
    if isinstance(template, dict):
        return {key: filled(one, values) for key, one in template.items()}
    return template


CARRIER = Carrier("sms", lambda settings: bool(settings.sms_url), send)
