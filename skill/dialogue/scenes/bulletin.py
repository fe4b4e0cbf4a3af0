"""Новости дома: what the company has announced."""

import re

from billing import news
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

SUBJECT = re.compile(
    r"\b(?:собрани|голосован|капремонт|капитальн|субботник|отч[её]т|опрос|ремонт|домофон|лифт|парковк|шлагбаум|двор)"
)
"""What an announcement may be asked for by name."""
REPAIR = re.compile(r"\bкап ?ремонт|\bкапитальн")


class Bulletin(Topic):
    """The scene of news; a yes to its offer, or «ещё», reads the next piece."""

    name = "bulletin"
    intents = frozenset({"news"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest announcement of the house, or the one after those told (the slot `next`)."""
        if (bar := barred(talk)) is not None:
            return bar
        if points_at("details", talk.turn.text) and "next" in said.slots:
            return talk.reply("bulletin.details")
        if SUBJECT.search(talk.turn.text.lower()) is not None:
            key = "none_of_repair" if REPAIR.search(talk.turn.text.lower()) else "none_of_it"
            return self.announced(talk) or talk.reply(f"bulletin.{key}")
        return self._read(talk, int(said.slots.get("next", 0)))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes: the next one."""
        if said.intent == "yes" and "next" in talk.session.draft:
            return self._read(talk, int(talk.session.draft["next"]))
        return super().answer(talk, said)

    def announced(self, talk: Talk) -> Reply | None:
        """The newest announcement to a resident that names what is asked about."""
        subject = SUBJECT.search(talk.turn.text.lower())
        if subject is None or talk.resident is None:
            return None
        rows = news.at_account(talk.db, home_of(talk).account_id, talk.now)
        found = [at for at, row in enumerate(rows) if subject[0] in f"{row.title} {row.body}".lower()]
        return self._read(talk, found[0]) if found else None

    def _read(self, talk: Talk, at: int) -> Reply:
        rows = news.at_account(talk.db, home_of(talk).account_id, talk.now)
        talk.session.close()
        talk.session.about = {"intent": "news", "slots": {"next": at + 1}, "text": talk.turn.text}
        if at >= len(rows):
            return talk.reply("bulletin.no_more" if rows else "bulletin.none")
        text = talk.say("bulletin.one", title=rows[at].title, body=rows[at].body)
        if at + 1 == len(rows):
            return Reply(text)
        reply = self.offers(talk, Reply(f"{text} {talk.say('bulletin.more')}"))
        talk.session.draft = {"next": at + 1}
        return reply


SCENE = Bulletin()
