"""Bodies of assistants, and sending them."""

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import accounts, store
from fixtures.demo_company import DemoSummary
from skill.channels.limits import contracts
from tests.skill.talking import Clock

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


def linked(engine: Engine, demo: DemoSummary, clock: Clock, channel: str, user: str) -> None:
    """Let the platform's user speak for the demo account."""
    with store.transaction(engine) as db:
        accounts.link(
            db, channel=channel, external_id=user, account_id=demo.account.id, verified_how="operator", now=clock()
        )
