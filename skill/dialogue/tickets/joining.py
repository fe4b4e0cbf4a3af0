"""More for a request that has been sent: «добавь, что …»; «это одна заявка», for one trouble wants no two masters."""

import re
from datetime import timedelta

from billing import tickets
from billing.tables import Ticket
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import more, troubles
from skill.dialogue.meaning.plain import asks
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk, after
from skill.dialogue.tickets import terms, when
from skill.dialogue.tickets.adding import is_particular
from skill.dialogue.tickets.words import added, kept, said_back
from skill.dialogue.turn import Reply

SPEAKS_OF_IT = re.compile(
    r"^(?=.*\bзаявк[уаи]\b).*(?:\b(?:ту|мою|эту|наш\w*)\b|отправ|оформ|остав|посла|переда|принял|ушла)"
)
"""Of a request that was told of before: «а заявку на лифт отправили»."""
JUST_NOW = timedelta(minutes=10)
"""So long ago the speaker has made requests at most, when they speak of them without a name."""


def into_sent(talk: Talk, ticket_id: int, told: list[str], key: str = "ticket.together") -> Reply | None:
    """The troubles told go into the request that was sent before them; None when it is not open any more."""
    ticket = _added(talk, ticket_id, ", ".join(told))
    return _said(talk, key, ticket) if ticket else None


def into_last(talk: Talk) -> Reply | None:
    """«Добавь, что …», «и ещё наследил», «меня не будет до шести», said after a request was sent; None where nothing is
    added, or what cannot wait, which is a request of its own."""
    text, made = talk.turn.text, just_made(talk)
    further = more.told(text)
    if further and (row := added_to(talk)) is not None and not terms.term(talk, further).rule.urgent:
        another = troubles.is_another(row.details, further) and not more.names_the_request(text)
        return None if another else into_sent(talk, row.id, [kept(added(text))], "ticket.added")
    if not made or terms.term(talk, text).rule.urgent:
        return None
    if points_at("wish", text) or when.is_told(text):
        visited = [row for row in made if row.category != "recalculation"] or made  # nobody comes to recalculate
        return into_sent(
            talk, visited[0].id, [kept(added(text))], "ticket.wished" if when.names_a_time(text) else "ticket.added"
        )
    goes_on = troubles.AND_MORE.match(text) and troubles.category(text) == "other" and not asks(text)
    if not (goes_on or is_particular(talk)):
        return None
    return into_sent(talk, made[0].id, [kept(added(text))], "ticket.added")


def added_to(talk: Talk) -> Ticket | None:
    """The request that «добавь …» is said of: the one made just now; «к заявке …»: the one that is named, else the
    newest that is not done."""
    text, resident = talk.turn.text, talk.resident
    if resident is None or not more.names_the_request(text):
        return next(iter(just_made(talk)), None)
    rows = tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)
    mine = [row for row in rows if row.status in tickets.UNDONE and row.resident_id == resident.id]
    number, thing = more.number_named(text), more.thing_named(text).lower()[: troubles.STEM]
    return next((row for row in mine if number in {"", str(row.number)} and thing in row.details.lower()), None)


def left(talk: Talk) -> Reply | None:
    """A request that was read back and left for something else, spoken of again; None where none waits."""
    session = talk.session
    waiting = [*session.suspended[::-1], session.put_off]
    waited_for = next((one for one in waiting if (one.get("scene"), one.get("step")) == ("ticket", "confirm")), None)
    if waited_for is None or not SPEAKS_OF_IT.search(talk.turn.text.lower()):
        return None
    session.put_off = {} if session.put_off is waited_for else session.put_off
    session.suspended = [*(one for one in session.suspended if one is not waited_for), waited_for]
    return after(talk.say("ticket.not_yet"), session.resume())


def last_two(talk: Talk) -> Reply | None:
    """The newest of two requests taken just now is withdrawn, its words go into the one before; None without two."""
    rows = just_made(talk)
    if len(rows) < 2:
        return None
    newest, before = rows[:2]
    ticket = _added(talk, before.id, newest.details)
    if ticket is None:
        return None
    reason = phrase("ticket.merged_reason", 0, number=str(before.number))
    tickets.withdraw(talk.db, newest.id, reason=reason, now=talk.now, actor=_actor(talk), channel=talk.turn.channel)
    return _said(talk, "ticket.merged", ticket, other=str(newest.number))


def at_the_same_place(talk: Talk) -> str:
    """«Там ещё и дверь скрипит»: where the request made just now is."""
    text, made = talk.turn.text, just_made(talk)
    place = troubles.PLACED.search(made[0].details.lower()) if made else None
    return text if place is None or troubles.AT.search(text.lower()) else f"{text.rstrip('.!')} {place[0]}"


def just_made(talk: Talk) -> list[Ticket]:
    """Requests that the speaker has made a moment ago and that are not done, newest first; a stranger's, who only
    wanted one, are none."""
    resident = talk.resident
    if resident is None:
        return []
    return [
        row
        for row in tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)
        if row.status in tickets.UNDONE and row.resident_id == resident.id and talk.now - row.created_at <= JUST_NOW
    ]


def _added(talk: Talk, ticket_id: int, details: str) -> Ticket | None:
    return tickets.add(talk.db, ticket_id, details, now=talk.now, actor=_actor(talk), channel=talk.turn.channel)


def _said(talk: Talk, key: str, ticket: Ticket, other: str = "") -> Reply:
    """other: the number of the request that was withdrawn."""
    due, details = terms.sentence(talk, ticket), capital(said_back(ticket.details))
    return talk.reply(key, number=str(ticket.number), details=details, due=due, other=other)


def _actor(talk: Talk) -> str:
    assert talk.resident is not None  # noqa: S101 - only a resident has requests
    return f"resident:{talk.resident.id}"
