"""Снять заявку: a request that is not needed any more is closed after a yes, with the reason in the books."""

import re

from billing import tickets
from billing.tables import Ticket
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import listed
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import joining
from skill.dialogue.tickets.words import said_back
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording
from speech.numerals import numbers

LEAVING = frozenset({"no", "back", "stop"})
FIXED = re.compile(
    r"(?<!не )\b(?:дали|включил|появил|пошл[аио])|почин|исправ|отремонтир|устран|наладил|заработал|сделали|прочист"
    r"|заменили|все (хорошо|нормально)"
)
ALL = re.compile(r"\b(все|обе|оба|всех)\b")
ORDER = {"перв": 0, "втор": 1, "трет": 2}
NAMED = 3
"""So many requests are named when it is asked which; the newest first."""
STEM = 4


class Withdrawal:
    """The scene of withdrawing a request. Steps: which, confirm."""

    name = "withdrawal"
    intents = frozenset({"withdraw_ticket"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The request that is named, or the only one: ask before it is closed."""
        if (bar := barred(talk)) is not None:
            return bar
        rows = _undone(talk)
        if not rows:
            return talk.reply("withdrawal.none")
        talk.session.scene = self.name
        reason = "fixed" if FIXED.search(_plain(talk)) else "unneeded"
        made = joining.just_made(talk)
        by_age = sorted(rows, key=lambda row: row.number)  # «вторую» is the second that was made
        return self._chosen(talk, _meant(talk, by_age) or (made if len(made) == 1 else rows), reason)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Which one, and the yes that closes it."""
        ids, reason = list(talk.session.draft["tickets"]), str(talk.session.draft["reason"])
        rows = [row for row in _undone(talk) if row.id in ids]
        if FIXED.search(_plain(talk)):
            reason = "fixed"
        if talk.session.step == "confirm" and said.intent == "yes":
            return self._withdraw(talk, rows, reason)
        if said.intent in LEAVING:
            talk.session.close()
            return talk.reply("withdrawal.kept")
        meant = _meant(talk, rows if talk.session.step == "which" else _undone(talk))
        if meant:
            return self._chosen(talk, meant, reason)
        if said.intent in {"yes", "withdraw_ticket", "ticket_status"}:
            return self._chosen(talk, rows, reason)
        return None

    def help(self, talk: Talk) -> str | None:
        """What to say."""
        return talk.say("withdrawal.help" if talk.session.step == "confirm" else "withdrawal.help_which")

    def _chosen(self, talk: Talk, rows: list[Ticket], reason: str) -> Reply:
        every = len(rows) > 1 and ALL.search(_plain(talk)) is not None
        talk.session.draft = {"tickets": [row.id for row in rows], "reason": reason}
        lines = [f"{row.number} «{said_back(row.details.rstrip('.'))}»" for row in rows[:NAMED]]
        if len(rows) == 1 or every:
            talk.session.step = "confirm"
            key = "withdrawal.confirm" if len(rows) == 1 else "withdrawal.confirm_all"
            return talk.reply(key, ticket=listed(lines), buttons=YES_NO, expecting="yes_no")
        talk.session.step = "which"
        return talk.reply("withdrawal.which", tickets=listed(lines, "или"), expecting="number")

    def _withdraw(self, talk: Talk, rows: list[Ticket], reason: str) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        talk.session.close()
        closed = [
            str(row.number)
            for row in rows
            if tickets.withdraw(
                talk.db,
                row.id,
                reason=phrase(f"withdrawal.reason.{reason}", 0),
                now=talk.now,
                actor=f"resident:{talk.resident.id}",
                channel=talk.turn.channel,
            )
        ]
        if not closed:
            return talk.reply("withdrawal.none")
        word = wording.plural(len(closed), "Заявка", "Заявки", "Заявки")
        done = wording.plural(len(closed), "снята", "сняты", "сняты")
        return talk.reply("withdrawal.done", what=f"{word} {listed(closed)} {done}", day=wording.day(today(talk)))


def _undone(talk: Talk) -> list[Ticket]:
    """Requests of the flat that are not done yet, newest first."""
    rows = tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)
    return [row for row in rows if row.status in tickets.UNDONE]


def _meant(talk: Talk, rows: list[Ticket]) -> list[Ticket]:
    """The requests a phrase names: all, by number, by place in the list, or by words of theirs."""
    text = _plain(talk)
    if ALL.search(text):
        return rows
    said = set(numbers(text))
    if by_number := [row for row in rows if str(row.number) in said]:
        return by_number
    words = re.findall(r"[а-я]+", text)
    for stem, place in ORDER.items():
        if any(word.startswith(stem) for word in words) and place < len(rows):
            return [rows[place]]
    stems = {word[:STEM] for word in words if len(word) > STEM and not word.startswith(("заявк", "почин"))}
    shared = {row.id: len(stems & _stems(row.details)) for row in rows}
    best = max(shared.values(), default=0)
    found = [row for row in rows if best and shared[row.id] == best]
    return found if len(found) == 1 else []


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"[а-я]+", text.lower().replace("ё", "е")) if len(word) > STEM}


def _plain(talk: Talk) -> str:
    return talk.turn.text.lower().replace("ё", "е")


SCENE = Withdrawal()
