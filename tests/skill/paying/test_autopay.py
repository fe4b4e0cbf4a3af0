"""Bills that pay themselves: told of first, paid once, for nobody who has left."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from billing import accounts, autopay, payments, receipts, store, windows
from billing.payments import PaymentRefused
from billing.tables import Autopay, Notice, Payment, Receipt
from fixtures.demo_company import DemoAccount, DemoSummary
from skill import checkout
from skill.app import Service
from speech import wording
from tests.billing.shop import Shop
from tests.skill.paying.shopping import WEBHOOK, Say, the_bill, the_payment
from tests.skill.talking import Clock, linked


def switched_on(say: Say, shop: Shop, client: FlaskClient, engine: Engine, limit: str = "50000") -> None:
    client.post(f"{the_bill(say)}/pay", data={"method": "card", "autopay": "1", "limit": limit})
    assert shop.asked[-1][2]["save_payment_method"] is True
    client.post(WEBHOOK, data=shop.pay(the_payment(engine).external_id))


def owe_again(engine: Engine, account: DemoAccount, clock: Clock, kopecks: int = 3000_00) -> None:
    """The next month's bill."""
    with store.transaction(engine) as db:
        newest = receipts.latest(db, account.id)
        today = clock().date()
        later = Receipt(
            account_id=account.id, period=windows.month_start(newest.period, 1), paid_through=today, issued_on=today,
            due_on=today + timedelta(days=14), opening_kopecks=newest.to_pay_kopecks, charged_kopecks=kopecks,
            paid_kopecks=newest.to_pay_kopecks, to_pay_kopecks=kopecks,
        )  # fmt: skip
        db.add(later)


def test_a_standing_order_tells_first_and_then_pays_once(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    switched_on(say, shop, client, engine)
    assert "Автоплатёж включён" in say("включи автоплатёж").text
    owe_again(engine, demo.rich, clock)
    assert checkout.pay_by_themselves(service) == 0
    clock.forward(days=1)
    assert checkout.pay_by_themselves(service) == 0
    with store.reading(engine) as db:
        assert [
            (one.channel, one.facts["kopecks"]) for one in db.exec(select(Notice)).all() if "autopay" in one.facts
        ] == [("chat", 3000_00)]
    assert f"{wording.day(clock() + timedelta(days=1))} пройдёт автоплатёж" in say("").text
    clock.forward(days=1)
    shop.down = True
    assert checkout.pay_by_themselves(service) == 0
    shop.down = False
    assert checkout.pay_by_themselves(service) == 1
    assert checkout.pay_by_themselves(service) == 0
    payment = the_payment(engine)
    assert (payment.method, payment.status, payment.amount_kopecks) == ("AUTOPAY", "DONE", 3000_00)
    assert "confirmation" not in shop.asked[-1][2]


def test_what_nobody_has_heard_is_not_paid(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    """On a channel that cannot be written to, the telling waits; the payment is made the day after it was heard."""
    switched_on(say, shop, client, engine)
    owe_again(engine, demo.rich, clock)
    for _ in range(4):
        clock.forward(days=1)
        assert checkout.pay_by_themselves(service) == 0
    assert f"{wording.day(clock() + timedelta(days=1))} пройдёт автоплатёж" in say("").text
    assert checkout.pay_by_themselves(service) == 0
    clock.forward(days=1)
    assert checkout.pay_by_themselves(service) == 1


@pytest.mark.parametrize("goodbye", ["удали мои данные", "отвяжи счёт"])
def test_a_standing_order_ends_with_the_resident(
    goodbye: str, say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary,
    clock: Clock,
) -> None:  # fmt: skip
    """Also where somebody else still speaks for the flat: it was not their consent."""
    switched_on(say, shop, client, engine)
    linked(engine, "telegram", "wife", demo.rich.id, clock())
    say(goodbye)
    say("да")
    owe_again(engine, demo.rich, clock)
    for _ in range(4):
        clock.forward(days=1)
        assert checkout.pay_by_themselves(service) == 0
    with store.reading(engine) as db:
        row = db.exec(select(Autopay)).one()
        assert (row.token, row.ended_at is None) == ("", False)


def test_a_standing_order_of_nobody_known_ends_with_the_last(
    say: Say, shop: Shop, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    switched_on(say, shop, client, engine)
    with store.transaction(engine) as db:
        db.exec(select(Autopay)).one().resident_id = None
    linked(engine, "chat", "wife", demo.rich.id, clock())
    say("отвяжи счёт")
    say("да")
    with store.reading(engine) as db:
        assert autopay.going(db, demo.rich.id) is not None
    with store.transaction(engine) as db:
        wife = accounts.resident_of(db, "chat", "wife")
        accounts.unlink(db, resident_id=wife.id, account_id=demo.rich.id, channel="chat", now=clock())
        assert autopay.going(db, demo.rich.id) is None


def told_of(say: Say, service: Service, clock: Clock) -> None:
    """The day of the payment, which the resident has heard of."""
    clock.forward(days=1)
    assert checkout.pay_by_themselves(service) == 0
    assert "пройдёт автоплатёж" in say("").text
    clock.forward(days=1)


def other_order(engine: Engine, account: DemoAccount, clock: Clock) -> None:
    """Another account's standing order, told of yesterday, which comes before the first one."""
    with store.transaction(engine) as db:
        own, period = db.exec(select(Autopay)).one(), receipts.latest(db, account.id).period
        first = db.get_one(Payment, own.payment_id).model_dump(exclude={"receipt_id"})
        first |= {"id": -1, "account_id": account.id, "amount_kopecks": 100_00}
        db.add(Payment(**first | {"idempotency_key": "other", "external_id": "other"}))
        db.flush()
        changed = {"id": -1, "account_id": account.id, "payment_id": -1, "noticed_for": period}
        db.add(Autopay(**own.model_dump() | changed))
        heard = Notice(
            resident_id=own.resident_id, account_id=account.id, kind="pay", channel="chat", facts={"on": "2026-11-01"},
            created_at=clock(), sent_at=clock() - timedelta(days=1), unique_key=f"autopay:-1:{period:%Y-%m}:1:chat",
        )  # fmt: skip
        db.add(heard)


def test_an_order_that_is_refused_stops_no_other(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    switched_on(say, shop, client, engine)
    for account in (demo.rich, demo.account):
        owe_again(engine, account, clock)
    told_of(say, service, clock)
    other_order(engine, demo.account, clock)
    create, refused = payments.create, []

    def refusing(db: Session, *, account_id: int, **order: object) -> Payment:
        if account_id == demo.account.id:
            refused.append(account_id)
            raise PaymentRefused("KEY_REUSED")
        return create(db, account_id=account_id, **order)

    monkeypatch.setattr(payments, "create", refusing)
    assert checkout.pay_by_themselves(service) == 1
    assert refused == [demo.account.id]


def test_a_debt_below_the_least_payment_is_neither_told_of_nor_paid(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    switched_on(say, shop, client, engine)
    owe_again(engine, demo.rich, clock, kopecks=3_00)
    for _ in range(4):
        clock.forward(days=1)
        assert checkout.pay_by_themselves(service) == 0
    with store.reading(engine) as db:
        assert [one for one in db.exec(select(Notice)).all() if "autopay" in one.facts] == []


@pytest.mark.parametrize(("more", "paid"), [(500_00, 3000_00), (-1000_00, None)])
def test_a_payment_that_the_provider_has_not_answered_is_asked_for_again(
    more: int, paid: int | None, say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine,
    demo: DemoSummary, clock: Clock,
) -> None:  # fmt: skip
    """For the sum that was ordered, whatever the balance is now: but never for more than is owed."""
    switched_on(say, shop, client, engine)
    owe_again(engine, demo.rich, clock)
    told_of(say, service, clock)
    shop.down = True
    assert checkout.pay_by_themselves(service) == 0
    shop.down = False
    with store.transaction(engine) as db:
        receipt = receipts.latest(db, demo.rich.id)
        receipt.charged_kopecks, receipt.to_pay_kopecks = 3000_00 + more, 3000_00 + more
    assert checkout.pay_by_themselves(service) == (paid is not None)
    payment = the_payment(engine)
    assert (payment.amount_kopecks, payment.status) == (3000_00, "DONE" if paid else "CREATED")


def test_a_bill_above_the_limit_is_told_of_and_not_paid(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    switched_on(say, shop, client, engine, limit="1000")
    owe_again(engine, demo.rich, clock)
    for _ in range(5):
        clock.forward(days=1)
        assert checkout.pay_by_themselves(service) == 0
    assert "больше вашего лимита" in say("").text


def test_a_standing_order_is_switched_off_by_a_word(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    assert "не подключён" in say("отключи автоплатёж").text
    switched_on(say, shop, client, engine)
    assert "отключён" in say("отключи автоплатёж").text
    with store.reading(engine) as db:
        assert db.exec(select(Autopay.token)).one() == ""
        assert autopay.going(db, demo.rich.id) is None
