"""Links, bills and codes on their way to a caller and to an owner."""

from sqlalchemy import Engine

from billing import accounts, store
from fixtures.demo_company import DemoSummary
from skill.app import Service
from skill.outbox import Sender
from skill.settings import Settings
from tests.billing.shop import SECRET, SHOP_ID, opened
from tests.skill.letters.posting import CALLER, PHONE, Caller, Gateway, Mailbox
from tests.skill.talking import Clock, linked


def test_a_caller_gets_the_providers_link_as_an_sms(
    engine: Engine, clock: Clock, settings: Settings, demo: DemoSummary, gateway: Gateway
) -> None:
    linked(engine, "telephone", CALLER, demo.rich.id, clock())
    with opened() as shop:
        paying = settings.model_copy(
            update={"yookassa_shop_id": SHOP_ID, "yookassa_secret_key": SECRET, "yookassa_api": shop.url}
        )
        say = Caller(Service(paying, engine, clock))
        say("оплатить тысячу рублей")
        said = say("да")
        assert "в SMS" in said.text
        assert "22 33" in said.text
        shop.down = True
        Sender(engine, paying, clock).send_due()
        assert gateway.taken == []
        shop.down = False
        clock.forward(minutes=5)
        Sender(engine, paying, clock).send_due()
        (own,) = shop.payments.values()
        text = gateway.taken[0][0]["messages"][0]["text"]
        assert own["confirmation"]["confirmation_url"] in text


def test_a_bill_is_sent_where_it_was_asked_to(
    engine: Engine, clock: Clock, settings: Settings, sender: Sender, mailbox: Mailbox, gateway: Gateway, reachable: int
) -> None:
    linked(engine, "telephone", CALLER, reachable, clock())
    say = Caller(Service(settings, engine, clock))
    assert say("пришли квитанцию на почту").text == "Отправила квитанцию за октябрь на почту i•••@example.org."
    assert "22 33" in say("пришли квитанцию по смс").text
    sender.send_due()
    assert "https://zhku.example/bill/" in mailbox.taken[0].get_content()
    assert gateway.taken[0][0]["messages"][0]["to"] == CALLER


def test_a_code_comes_by_sms_and_links_the_account(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    sender: Sender,
    gateway: Gateway,
    demo: DemoSummary,
    reachable: int,
) -> None:
    say = Caller(Service(settings, engine, clock))
    say("привязать счёт")
    say(demo.rich.number)
    assert "код уже отправлен" in say("у меня нет квитанции, пришлите код в смс").text
    sender.send_due()
    body = gateway.taken[0][0]["messages"][0]
    assert body["to"] == PHONE
    code = body["text"].split(": ")[1][:6]
    say(code)
    say("да, согласен")
    with store.reading(engine) as db:
        resident = accounts.resident_of(db, "telephone", CALLER)
        assert [own.number for own in accounts.accounts_of(db, resident.id)] == [demo.rich.number]


def test_asking_for_codes_tells_nothing_and_wakes_nobody_all_night(
    engine: Engine,
    clock: Clock,
    settings: Settings,
    sender: Sender,
    gateway: Gateway,
    demo: DemoSummary,
    reachable: int,
) -> None:
    say = Caller(Service(settings, engine, clock))
    answers = []
    for number in ("999999", demo.account.number, demo.rich.number):
        say("привязать счёт")
        say(number)
        answers.append(say("пришлите код").text)
        say("хватит")
    assert len(set(answers)) == 1
    for _ in range(6):
        say("привязать счёт")
        say(demo.rich.number)
        say("пришлите код")
        say("хватит")
    sender.send_due()
    assert len(gateway.taken) == 3
