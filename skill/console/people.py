"""Who is behind a conversation, as an operator needs it: the account, the address, the company's own time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session as Database
from sqlmodel import col, select

from billing import accounts
from billing.tables import Account, Organization
from skill.dialogue.person.handoffs import Handoff

CHANNELS = {
    "web": "сайт",
    "api": "приложение",
    "telephone": "телефон",
    "alice": "Алиса",
    "marusia": "Маруся",
    "salute": "Салют",
    "telegram": "Telegram",
    "max": "MAX",
    "whatsapp": "WhatsApp",
    "viber": "Viber",
}


@dataclass(frozen=True)
class Person:
    """number, address: empty while no account is known; zone: of the company's office."""

    number: str
    address: str
    channel: str
    zone: ZoneInfo

    def at(self, moment: datetime) -> str:
        """A moment by the office's clock."""
        return f"{moment.astimezone(self.zone):%d.%m %H:%M}"


def person(db: Database, row: Handoff) -> Person:
    """Whose conversation it is."""
    account = db.get(Account, row.account_id) if row.account_id is not None else None
    if account is not None:
        company = db.get(Organization, account.organization_id)
    else:
        company = db.exec(select(Organization).order_by(col(Organization.id))).first()
    zone = ZoneInfo(company.timezone if company is not None else "Europe/Moscow")
    number, address = (account.number, accounts.address_of(db, account).text) if account is not None else ("", "")
    return Person(number, address, CHANNELS.get(row.channel, row.channel), zone)
