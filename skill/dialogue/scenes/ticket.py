"""Заявка: what is broken, read back, sent after a yes with a number and a day; how earlier ones are doing."""

import re
from dataclasses import replace

from billing import tickets
from billing.tables import Ticket
from skill.dialogue import temper, troubles
from skill.dialogue.company import today
from skill.dialogue.context import is_question, points_at
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import capital
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.identity import masking
from skill.understanding import Understanding
from speech import wording
from speech.numerals import numbers

ENOUGH_WORDS = 3
LONGEST = 500
LEAVING = frozenset({"no", "back", "stop"})
DESCRIBING = LEAVING | {
    "create_ticket",
    "ticket_status",
    "outages",
    "feedback",
    "out_of_scope",
    "yes",
    "correct",
    "emergency",
}
"""Intents that a description of trouble may sound like."""
SURE = 0.7
COMPLAINT = re.compile(r"жалоб|жаловат|претензи")
ASKS = re.compile(r"\bмо[яейю]+\b|статус|рассмотр|ответ|номер|где|когда|\d")
SHORT_COMPLAINT = 6
OF_WHOM = re.compile(r"\b(жалоб\w+|претензи\w+|жаловаться) на (?!вас\b|тебя\b)\w+")
RECALCULATION = re.compile(r"пере ?ра[сc]ч[её]т|пересч[её]т|пересчита")
ABSENT = re.compile(r"не было|уезжал|уехал|отсутств|не жил|лежал|отпуск|больниц|командировк|отъезд")


class TicketTopic:
    """The scene of requests. Steps: details, confirm."""

    name = "ticket"
    intents = frozenset({"create_ticket", "ticket_status", "recalculation"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Tell of earlier requests, or take a new one."""
        if (bar := barred(talk)) is not None:
            return bar
        complains = COMPLAINT.search(talk.turn.text.lower()) is not None
        if said.intent == "ticket_status" and not (complains and not ASKS.search(talk.turn.text.lower())):
            return _status(talk, numbers(talk.turn.text))
        talk.session.scene = self.name
        if said.intent == "recalculation":
            return self._recalculation(talk)
        if complains and len(talk.turn.text.split()) <= SHORT_COMPLAINT:
            talk.session.step = "details"
            talk.session.draft = {"about": talk.turn.text if OF_WHOM.search(talk.turn.text.lower()) else ""}
            return talk.reply("ticket.complaint", expecting="text")
        known = troubles.category(talk.turn.text) != "other" and not troubles.names_only_a_worker(talk.turn.text)
        if said.intent == "create_ticket" and known:
            return self._confirm(talk, talk.turn.text)
        talk.session.step = "details"
        return talk.reply("ticket.details", expecting="text")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The description, or the yes that sends it."""
        if points_at("cancel", talk.turn.text) or points_at("goodbye", talk.turn.text):
            return _dropped(talk)
        if talk.session.step == "details":
            return self._described(talk, said)
        if said.intent == "yes":
            return self._send(talk)
        if (more := self._added(talk, said)) is not None:
            return more
        if said.intent == "correct":
            talk.session.step = "details"
            return talk.reply("ticket.details", expecting="text")
        if said.intent in LEAVING:
            return _dropped(talk)
        known = troubles.category(talk.turn.text) != "other"
        again = said.intent == "outages" and not is_question(talk.turn.text) and known
        if said.intent != "create_ticket" and not again:
            return None
        return self._confirm(talk, troubles.joined(str(talk.session.draft["details"]), talk.turn.text))

    def _added(self, talk: Talk, said: Understanding) -> Reply | None:
        """What belongs to the trouble told before: its place, set right or not, since when it is, one trouble more."""
        text, known = talk.turn.text.lower().strip(), troubles.category(talk.turn.text) != "other"
        details = str(talk.session.draft["details"])
        fits = said.intent in LEAVING | DESCRIBING or said.confidence < SURE
        if (corrected := troubles.CORRECTED.fullmatch(text)) is not None:
            return self._confirm(talk, details, place=corrected["place"])
        if RECALCULATION.search(details.lower()) and ABSENT.search(text):
            return self._confirm(talk, f"{details}, {text}")
        if fits and (troubles.SPOT.fullmatch(text) or (not known and troubles.PLACE.fullmatch(text))):
            return self._confirm(talk, details, place=text)
        since = fits and not known and troubles.SINCE.fullmatch(text) is not None
        if since or (known and said.intent in DESCRIBING and troubles.AND_MORE.match(text)):
            place = str(talk.session.draft.get("place", ""))
            told = f"{details}, {place}" if place else details
            return self._confirm(talk, f"{told.rstrip('.!')}, {'' if since else 'ещё '}{troubles.LEAD.sub('', text)}")
        return None

    def propose(self, talk: Talk, details: str) -> Reply:
        """A request whose words were said before."""
        talk.session.scene = self.name
        return self._confirm(talk, details)

    def _described(self, talk: Talk, said: Understanding) -> Reply | None:
        """A description; not one are a yes, an insult, or what surely belongs to another topic."""
        words = len(talk.turn.text.split())
        if said.intent in LEAVING and words < ENOUGH_WORDS:
            return _dropped(talk)
        if said.intent not in DESCRIBING and said.confidence >= SURE:
            return None
        if said.intent == "ticket_status" and said.confidence >= SURE and is_question(talk.turn.text):
            return None
        known = troubles.category(talk.turn.text) != "other"
        if not known and words < ENOUGH_WORDS and (said.intent == "yes" or temper.signs(talk.turn.text)):
            return talk.reply("ticket.what_exactly", expecting="text")
        about = str(talk.session.draft.get("about", ""))
        return self._confirm(talk, f"{about.rstrip('.!')}: {talk.turn.text}" if about else talk.turn.text)

    def help(self, talk: Talk) -> str | None:
        """What to say."""
        return talk.say("ticket.help_confirm" if talk.session.step == "confirm" else "ticket.help_details")

    def _confirm(self, talk: Talk, details: str, *, place: str = "") -> Reply:
        """Read it back; of a long story only what it is about."""
        kept = masking.kept(troubles.LEAD.sub("", details.strip())[:LONGEST].rstrip(".!"), "command")
        where = masking.kept(place.rstrip(".!"), "command")
        talk.session.step, talk.session.draft = "confirm", {"details": kept, "place": where}
        told = troubles.brief(kept)
        key = "ticket.confirm" if told == kept else "ticket.confirm_long"
        named = capital(f"{told}, {where}" if where else told)
        return talk.reply(key, details=named, buttons=YES_NO, expecting="yes_no")

    def _recalculation(self, talk: Talk) -> Reply:
        """A recalculation asked for; what it takes when nobody was at home (ПП 354, п. 86, 91, 93)."""
        asked = self._confirm(talk, talk.turn.text)
        absent = ABSENT.search(talk.turn.text.lower()) is not None
        return replace(asked, text=talk.say("ticket.absence")) if absent else asked

    def _send(self, talk: Talk) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        details = ", ".join(filter(None, (str(talk.session.draft[part]) for part in ("details", "place"))))
        talk.session.close()
        try:
            ticket = tickets.create(
                talk.db,
                account=account_of(talk),
                resident_id=talk.resident.id,
                category=troubles.category(details),
                details=details,
                now=talk.now,
                today=today(talk),
                channel=talk.turn.channel,
                idempotency_key=f"{talk.key}:ticket",
            )
        except tickets.TooManyTickets:
            return talk.reply("ticket.too_many")
        return talk.reply("ticket.sent", number=str(ticket.number), day=wording.day(ticket.deadline))


def _dropped(talk: Talk) -> Reply:
    talk.session.close()
    return talk.reply("ticket.dropped")


def _status(talk: Talk, numbers: list[str]) -> Reply:
    """The request of that number, else the newest one that is not done."""
    rows = tickets.of_account(talk.db, home_of(talk).account_id)
    named = [row for row in rows if str(row.number) in numbers]
    if numbers and not named:
        return talk.reply("ticket.no_such", number=numbers[0])
    active = [row for row in rows if row.status not in {"CLOSED", "DECLINED"}]
    chosen = named or active or rows
    if not chosen:
        return talk.reply("ticket.none")
    others = len(active) - 1 if not named else 0
    more = talk.say("ticket.others", count=str(others), word=wording.plural(others, "заявка", "заявки", "заявок"))
    return Reply(_told(talk, chosen[0]) + (f" {more}" if others > 0 else ""))


def _told(talk: Talk, row: Ticket) -> str:
    return talk.say(
        f"ticket.status.{row.status}",
        number=str(row.number),
        details=troubles.brief(row.details.rstrip(".")),
        day=wording.day(row.deadline),
        answer=f" {row.answer}" if row.answer else "",
    )


SCENE = TicketTopic()
