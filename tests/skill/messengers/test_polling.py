"""Bots without a public address: we ask for what was written to them."""

import json
import threading
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import Engine

from skill.app import Service
from skill.channels.channel import messengers
from skill.commands.poll import poll
from skill.delivery import Delivery
from skill.hearing import Hearing
from skill.outbox import Sender
from skill.polling import Poller
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.messengers.delivering import recorded, shown, telegram, with_text
from tests.skill.talking import Clock, Ledger

NEVER = threading.Event()
Ask = Callable[[str], int]


@pytest.fixture
def ask(engine: Engine, settings: Settings, clock: Clock, sender: Sender) -> Ask:
    """Ask a messenger once, and send the answers; how many updates came."""
    private = settings.model_copy(update={"public_url": "", "telegram_secret": "", "max_secret": ""})
    service, pollers = Service(private, engine, clock), {}
    for name in ("telegram", "max"):
        messenger = messengers()[name]
        assert messenger.poll is not None
        delivery = Delivery(service, messenger, Hearing(1, 1), sender)
        pollers[name] = Poller(messenger, messenger.poll, delivery, private, clock)

    def ask(name: str) -> int:
        with httpx.Client() as http:
            taken = pollers[name].ask(http, NEVER)
        sender.send_due()
        return taken

    return ask


@pytest.mark.parametrize("channel", ["telegram", "max"])
def test_a_reading_is_typed_and_confirmed(
    channel: str, ask: Ask, sandbox: Sandbox, residents: None, ledger: Ledger
) -> None:
    sandbox.updates[channel] = [with_text(channel, "холодная вода 125", 1)]
    assert ask(channel) == 1
    assert "125" in shown(sandbox.sent[-1])
    sandbox.updates[channel].append(with_text(channel, "Да", 2))
    assert [ask(channel), ask(channel)] == [1, 0]
    assert ledger.newest()["COLD_WATER"] == 125
    assert "аписано" in shown(sandbox.sent[-1])


def test_an_update_told_twice_is_answered_once(ask: Ask, sandbox: Sandbox, residents: None) -> None:
    again = with_text("telegram", "помощь", 1)
    sandbox.updates["telegram"] = [again, again]
    assert ask("telegram") == 2
    assert len(sandbox.sent) == 1


def test_the_question_about_money_is_answered_at_once(
    ask: Ask, sandbox: Sandbox, settings: Settings, residents: None
) -> None:
    sandbox.updates["telegram"] = [recorded("telegram/pre_checkout")]
    ask("telegram")
    assert [(sent.what, sent.body["ok"]) for sent in sandbox.sent] == [("answerPreCheckoutQuery", False)]


def test_the_webhook_is_taken_away_first(
    settings: Settings, sandbox: Sandbox, engine: Engine, clock: Clock, sender: Sender
) -> None:
    sandbox.webhooks["telegram"] = {"url": "https://zhku.example/telegram"}
    sandbox.subscriptions = [{"url": "https://zhku.example/max"}]
    with httpx.Client() as http:
        for name in ("telegram", "max"):
            poll = messengers()[name].poll
            assert poll is not None
            poll.begin(http, settings)
    assert (sandbox.webhooks, sandbox.subscriptions) == ({}, [])


def test_a_refused_token_ends_the_asking(settings: Settings, engine: Engine, clock: Clock, sender: Sender) -> None:
    wrong, telegram_itself = settings.model_copy(update={"telegram_token": "2:wrong"}), messengers()["telegram"]
    assert telegram_itself.poll is not None
    delivery = Delivery(Service(wrong, engine, clock), telegram_itself, Hearing(1, 1), sender)
    with pytest.raises(PermissionError, match="telegram refuses the token"):
        Poller(telegram_itself, telegram_itself.poll, delivery, wrong, clock).run(threading.Event())


def test_a_platform_that_is_away_for_a_while_is_asked_again(
    settings: Settings, sandbox: Sandbox, engine: Engine, clock: Clock, sender: Sender, residents: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("skill.polling.SHORTEST_PAUSE", 0.0)
    stopped, asked = threading.Event(), messengers()["telegram"]
    sandbox.failing, sandbox.updates["telegram"] = [502, 500], [telegram(1, text="помощь")]
    assert asked.poll is not None
    delivery = Delivery(Service(settings, engine, clock), asked, Hearing(1, 1), sender)
    sandbox.tell = lambda _sent: stopped.set()
    thread = threading.Thread(target=Poller(asked, asked.poll, delivery, settings, clock).run, args=(stopped,))
    thread.start()
    while not stopped.is_set():
        sender.send_due()
    thread.join()
    assert json.dumps(sandbox.sent[0].body, ensure_ascii=False).count("показания")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"ZHKU_PUBLIC_URL": "https://zhku.example", "ZHKU_MAX_TOKEN": "t"}, "`zhku serve` answers them"),
        ({}, "set ZHKU_TELEGRAM_TOKEN or ZHKU_MAX_TOKEN"),
    ],
)
def test_where_there_is_nothing_to_ask_the_command_says_why(
    environment: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=told):
        poll()
