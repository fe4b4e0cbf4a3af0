"""Letters of ours: SMS and e-mails that begin no conversation — codes, links to bills and payments, reminders.

They wait in the outbox like every other message. A letter with a payment gets the provider's page for its link only
when it is sent: the provider is asked outside of any transaction, and again if it does not answer.
"""

from datetime import datetime

from sqlmodel import Session as Database

from skill import outbox
from skill.calls import number_of
from skill.carriers import CARRIERS
from skill.channels.body import Body
from skill.dialogue.turn import Turn
from skill.settings import Settings


def can(settings: Settings, carrier: str) -> bool:
    """Whether a carrier is set up."""
    return CARRIERS[carrier].enabled(settings)


def phone_of(turn: Turn) -> str:
    """The telephone number a caller speaks from; empty on other channels and for a withheld one."""
    return number_of(turn.user_key) if turn.channel == "telephone" and turn.user_key.startswith("+") else ""


def put(
    db: Database,
    carrier: str,
    to: str,
    text: str,
    *,
    name: str,
    now: datetime,
    subject: str = "",
    payment_id: int = 0,
    link: str = "",
) -> None:
    """Queue a letter, once for a name. {link} in the text becomes the link, or the provider's page for a payment."""
    body: Body = {"to": to, "text": text, "subject": subject, "link": link, "payment": payment_id}
    outbox.put(db, Turn(carrier, to, "", turn_key=name), [body], now=now)
