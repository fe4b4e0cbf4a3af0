"""Поверка: until when each meter is verified, and what happens when it is not."""

import re

from billing import news
from billing.meters import MeterView
from skill.dialogue.company import company_of
from skill.dialogue.flat import Flat, home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import resources
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital, month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

SOON_DAYS = 90
COST = re.compile(r"сколько (будет |это |мне )?(сто|обойд|берут)|цен[аыу]\b|стоимост|почем\b|бесплатн|платн")
WHO = re.compile(
    r"\bкто\b|\bкуда (звон|обра)|\bгде (можно )?(сдела|повер|заказ|провер)|\bкак (заказ|вызва|сдела)|заказать"
    r"|\bзапи(ши|сать)|\b(вы|вас) \w* ?(дела|провод|повер)|поверку (вы|у вас)"
)
PRICED = re.compile(r"\d+ ?(руб|₽)|рубл|бесплатн")
DONE = re.compile(r"можно поверить|поверяет|поверяем|делаем|запись|записаться|заказать")
"""What an announcement must speak of to be an answer."""


class Verification(Topic):
    """The scene of verification dates."""

    name = "verification"
    intents = frozenset({"meter_verification"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The dates of the meters asked about; without a name the nearest one."""
        if (bar := barred(talk)) is not None:
            return bar
        if (told := _by_whom(talk)) is not None:
            return told
        flat = Flat(talk)
        wanted = resources(said, talk.turn.text)
        known = [meter for meter in flat.hanging(said.slots.get("place")) if meter.next_verification is not None]
        known.sort(key=lambda meter: (meter.next_verification, meter.id))
        asked = [meter for meter in known if meter.resource in wanted] if wanted else known
        if not asked:
            return talk.reply("verification.unknown")
        late = [meter for meter in asked if _days(flat, meter) < 0]
        if late:
            return talk.reply("verification.late", meters=flat.names(late), when=_when(late[0]))
        if wanted or _days(flat, asked[0]) <= SOON_DAYS:
            lines = ", ".join(f"{flat.name(meter)} до {_when(meter)}" for meter in asked[:3])
            return talk.reply("verification.until", lines=lines, Lines=capital(lines))
        return talk.reply("verification.nearest", meter=flat.name(asked[0]), when=_when(asked[0]))


def _by_whom(talk: Talk) -> Reply | None:
    """Who verifies meters, or for how much: what the company has said of it, else what holds anywhere; None when
    something else is asked."""
    text = talk.turn.text.lower().replace("ё", "е")
    if points_at("missed", text):
        return talk.reply("verification.missed")
    asked = "cost" if COST.search(text) else "who" if WHO.search(text) or points_at("by_whom", text) else ""
    if not asked:
        return None
    company, account_id = company_of(talk), home_of(talk).account_id
    told = [(row.title, row.body) for row in news.answers(talk.db, company.id if company else None, text)]
    told += [(row.title, row.body) for row in news.at_account(talk.db, account_id, talk.now)]
    needed = PRICED if asked == "cost" else DONE
    said = next((body for title, body in told if "оверк" in title + body and needed.search(body.lower())), None)
    return Reply(said) if said else talk.reply(f"verification.{asked}")


def _days(flat: Flat, meter: MeterView) -> int:
    assert meter.next_verification is not None  # noqa: S101 - meters without a date are left out
    return (meter.next_verification - flat.today).days


def _when(meter: MeterView) -> str:
    """«марта 2028 года»."""
    assert meter.next_verification is not None  # noqa: S101
    return f"{month_name(meter.next_verification, genitive=True)} {meter.next_verification.year} года"


SCENE = Verification()
