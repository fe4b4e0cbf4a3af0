"""A resident with a screen and a debt, who pays through ЮKassa."""

from sqlalchemy import Engine
from sqlmodel import col, select

from billing import store
from billing.tables import Payment
from skill.app import Service
from skill.dialogue.turn import Kind, Reply, Turn, spoken

WEBHOOK = "/api/v1/payments/yookassa/webhook"


class Say:
    """A resident with a screen, whose account owes money."""

    def __init__(self, service: Service) -> None:
        self._service, self._count = service, 0

    def __call__(self, text: str, key: str | None = None) -> Reply:
        self._count += 1
        kind: Kind = "text" if text else "start"
        turn = Turn("chat", "me", "s", spoken(text), kind, turn_key=key or str(self._count))
        return self._service.reply_to(turn)


def the_payment(engine: Engine) -> Payment:
    with store.reading(engine) as db:
        return db.exec(select(Payment).where(Payment.provider == "yookassa").order_by(col(Payment.id).desc())).first()


def the_bill(say: Say) -> str:
    return say("пришли квитанцию").link.removeprefix("https://zhku.example")
