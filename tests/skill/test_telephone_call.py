"""Whole telephone calls: a PBX played to the line, recorded human numbers, the real dialogue on real books."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import store
from fixtures.demo_company import DemoSummary
from skill.app import Service
from skill.calls import VoiceCall
from skill.channels.telephone import opener
from skill.routes import voiceline
from skill.settings import Settings
from speech.telephony.options import Options
from speech.telephony.switchboard import Switchboard
from tests.skill.talking import Clock, Ledger, linked
from tests.telephony.fake_pbx import Telephone, recorded

NUMBER = "+79000000012"


@pytest.fixture
def service(engine: Engine, settings: Settings, clock: Clock) -> Service:
    return Service(settings.model_copy(update={"line_words_per_minute": 300}), engine, clock)


@pytest.fixture
def lookups(service: Service) -> FlaskClient:
    """The doors for the dialplan."""
    app = Flask("lookups")
    voiceline.mount(app, service)
    return app.test_client()


@pytest.fixture
def known_caller(engine: Engine, demo: DemoSummary, clock: Clock) -> str:
    """The number of the demo account's resident, linked on an earlier call."""
    linked(engine, "telephone", NUMBER, demo.account.id, clock())
    return NUMBER


@asynccontextmanager
async def open_line(service: Service) -> AsyncIterator[int]:
    """The line on the service's books; its port."""
    switchboard = Switchboard(opener(service), Options(answer_wait=2.0, deaf_at_start=0.2, words_per_minute=300))
    await switchboard.workers.warm_up()
    server = await switchboard.audiosocket("127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await switchboard.close()


@pytest.mark.slow
def test_two_readings_with_a_correction_spoken_into_the_question(
    service: Service, lookups: FlaskClient, known_caller: str, ledger: Ledger
) -> None:
    call = str(uuid.uuid4())
    lookups.get(f"/voiceline/calls/{call}?from={known_caller.removeprefix('+')}")

    async def talk() -> None:
        async with open_line(service) as port:
            phone = await Telephone.dial(port, call_id=call)
            await phone.hears_something()
            phone.press("1")  # «Передать показания», into the greeting
            await phone.listens()
            phone.press("1")  # «Холодная»
            await phone.listens()
            await phone.say(recorded("number_195"))
            await phone.hears_something()
            await asyncio.sleep(1.0)
            await phone.say(recorded("number_125"))  # into the question whether 195 is right
            await phone.listens()
            phone.press("1")  # «Да»
            await phone.listens()
            await asyncio.sleep(0.2)
            phone.press("1")  # «Горячая»
            await phone.listens()
            await phone.say(recorded("number_148"))
            await phone.listens()
            phone.press("1")
            await phone.listens()
            await phone.hang_up()

    asyncio.run(talk())
    assert ledger.newest()["COLD_WATER"] == 125
    assert ledger.newest()["HOT_WATER"] == 148


def test_a_caller_who_wants_a_person_is_handed_over_through_the_dialplan(
    service: Service, lookups: FlaskClient, known_caller: str
) -> None:
    call = str(uuid.uuid4())
    lookups.get(f"/voiceline/calls/{call}?from={known_caller.removeprefix('+')}")

    async def talk() -> None:
        async with open_line(service) as port:
            phone = await Telephone.dial(port, call_id=call)
            await phone.hears_something()
            phone.press("0")
            await phone.until_ended()
            assert lookups.get(f"/voiceline/calls/{call}/next").text == "operator"

    asyncio.run(talk())
    with store.reading(service.engine) as db:
        record = db.get(VoiceCall, call)
    assert record is not None
    assert (record.caller, record.door, record.outcome, record.interruptions) == (NUMBER, "audiosocket", "operator", 1)
