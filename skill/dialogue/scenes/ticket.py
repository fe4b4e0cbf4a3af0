"""Заявка: what is broken, read back, sent after a yes with a number and its term; how earlier ones are doing."""

import re

from billing import tickets
from skill.dialogue import progress
from skill.dialogue.company import emergency_phone
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning import temper, troubles
from skill.dialogue.meaning.plain import asks, is_question
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.scenes.emergency import SCENE as EMERGENCY
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.talk import Talk, after, remark, still_open
from skill.dialogue.tickets import adding, earlier, joining, recalculating, terms, words
from skill.dialogue.tickets.adding import DESCRIBING, LEAVING, SURE
from skill.dialogue.tickets.recalculating import ABSENT
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech.numerals import numbers

ENOUGH_WORDS = 3
BOTH = re.compile(r"\b(обе|оба|все(?! (?:верно|правильно|так|хорошо|понятно)))\b")


class TicketTopic:
    """The scene of requests. Steps: details, confirm."""

    name = "ticket"
    intents = frozenset({"create_ticket", "ticket_status", "recalculation", "repair_term"})
    anywhere = frozenset({"repair_term"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Tell of earlier requests and of terms, or take a new one."""
        if said.intent == "repair_term":
            return _term(talk)
        if talk.resident is None and terms.term(talk, talk.turn.text).rule.urgent:
            return EMERGENCY.begin(talk, said)
        if (bar := barred(talk)) is not None:
            return bar
        complains = words.COMPLAINT.search(talk.turn.text.lower()) is not None
        if points_at("together", talk.turn.text):
            return joining.last_two(talk) or earlier.status(talk, [])
        if (added := joining.into_last(talk)) is not None:
            return added
        if (left := joining.left(talk)) is not None:
            return left
        if (
            said.intent in {"ticket_status", "recalculation"}
            and (told := earlier.asked_back(talk, said.intent)) is not None
        ):
            return told
        if said.intent == "ticket_status" and not (complains and not words.ASKS.search(talk.turn.text.lower())):
            return earlier.status(talk, numbers(talk.turn.text))
        talk.session.scene = self.name
        if words.DAMAGE.search(talk.turn.text.lower()):
            talk.session.step, talk.session.draft = "details", {"about": "Нужен акт об ущербе"}
            return talk.reply("ticket.damage", expecting="text")
        if said.intent == "recalculation":
            return self._recalculation(talk)
        if complains and len(talk.turn.text.split()) <= words.SHORT_COMPLAINT:
            talk.session.step = "details"
            talk.session.draft = {"about": talk.turn.text if words.OF_WHOM.search(talk.turn.text.lower()) else ""}
            return talk.reply("ticket.complaint", expecting="text")
        bare = len(troubles.LEAD.sub("", talk.turn.text).split()) == 1
        known = troubles.is_told(talk.turn.text) and not troubles.names_only_a_worker(talk.turn.text)
        if said.slots.get("told") == EMERGENCY.name or (said.intent == "create_ticket" and known and not bare):
            return self._confirm(talk, talk.turn.text)
        talk.session.step, talk.session.draft = "details", {"about": talk.turn.text if known else ""}
        return talk.reply("ticket.details", expecting="text")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The description, or the yes that sends it."""
        if points_at("cancel", talk.turn.text) or points_at("goodbye", talk.turn.text):
            return _dropped(talk)
        if talk.session.step == "details":
            return self._described(talk, said)
        if said.intent == "yes" or points_at("send_it", talk.turn.text):
            return self._send(talk)
        if points_at("when", talk.turn.text) or points_at("how_long", talk.turn.text):
            return _term(talk)
        if points_at("free", talk.turn.text):
            return remark(talk, talk.reply("ticket.free"))
        of_money = words.RECALCULATION.search(str(talk.session.draft["details"]).lower())
        if of_money and (told := earlier.asked_back(talk, "recalculation")) is not None:
            talk.beside = "help"
            return still_open(talk, told)
        if (more := self._added(talk, said)) is not None:
            return more
        if adding.belongs(talk, said):
            return self._confirm(talk, f"{_told(talk)}, {words.added(talk.turn.text)}", whole=True)
        if said.intent == "correct":
            talk.session.step = "details"
            return talk.reply("ticket.details", expecting="text")
        if said.intent == "no" and (others := _others(talk)):
            return self._following(talk, others, talk.say("ticket.not_sent"))
        unsure = said.intent in LEAVING | {"out_of_scope"} or said.confidence < SURE
        if asks(talk.turn.text) and unsure:
            talk.beside = "help"
            return talk.reply("ticket.asked", buttons=YES_NO, expecting="yes_no")
        if said.intent in LEAVING:
            return _dropped(talk)
        known = troubles.category(talk.turn.text) != "other"
        again = said.intent == "outages" and not is_question(talk.turn.text) and known
        if said.intent != "create_ticket" and not again:
            return None
        return self._confirm(talk, troubles.joined(str(talk.session.draft["details"]), talk.turn.text))

    def _added(self, talk: Talk, said: Understanding) -> Reply | None:
        """What belongs to the trouble told before: its place, set right or not, since when it is, one trouble more."""
        if points_at("together", talk.turn.text):
            return self._together(talk)
        if points_at("my_phone", talk.turn.text):
            talk.beside = "help"
            return talk.reply("ticket.phone", buttons=YES_NO, expecting="yes_no")
        more = adding.added(talk, said, str(talk.session.draft["details"]), _told(talk), _others(talk))
        if more is None:
            return None
        return self._confirm(talk, more.details, place=more.place, others=more.others, whole=more.whole)

    def propose(self, talk: Talk, details: str) -> Reply:
        """A request whose words were said before."""
        talk.session.scene = self.name
        return self._confirm(talk, details)

    def _described(self, talk: Talk, said: Understanding) -> Reply | None:
        """A description; not one are a yes, an insult, or what surely belongs to another topic."""
        length = len(talk.turn.text.split())
        if said.intent in LEAVING and length < ENOUGH_WORDS:
            return _dropped(talk)
        if said.intent not in DESCRIBING and said.confidence >= SURE:
            return None
        if said.intent == "ticket_status" and said.confidence >= SURE and is_question(talk.turn.text):
            return None
        known = troubles.category(talk.turn.text) != "other"
        if not known and length < ENOUGH_WORDS and (said.intent == "yes" or temper.signs(talk.turn.text)):
            return talk.reply("ticket.what_exactly", expecting="text")
        if asks(talk.turn.text) and not known:
            return None
        about = str(talk.session.draft.get("about", ""))
        if known and length == 1 and not about and said.intent != "yes":
            talk.session.draft = {"about": talk.turn.text}
            return talk.reply("ticket.what_exactly", expecting="text")
        joint = "" if len(about.split()) < ENOUGH_WORDS and troubles.category(about) in troubles.TRADES else ":"
        return self._confirm(talk, f"{about.rstrip('.!?')}{joint} {talk.turn.text}" if about else talk.turn.text)

    def help(self, talk: Talk) -> str | None:
        """What to say."""
        return talk.say("ticket.help_confirm" if talk.session.step == "confirm" else "ticket.help_details")

    def _confirm(
        self, talk: Talk, details: str, *, place: str = "", others: list[str] | None = None, whole: bool = False
    ) -> Reply:
        """Read it back; of a long story only what it is about.

        others: troubles for other workers, each a request of its own after this one; whole: the details are not taken
        apart.
        """
        first, *more = [details] if whole else _urgent_first(talk, troubles.apart(details))
        waiting = [*(_others(talk) if others is None else others), *more]
        mine, where = words.kept(first), words.kept(place)
        others_kept = [words.kept(one) for one in waiting]
        talk.session.step = "confirm"
        talk.session.draft = {**_sent(talk), "details": mine, "place": where, "others": others_kept}
        told = troubles.brief(mine)
        named = capital(f"{told}, {where}" if where else told)
        if not waiting and (row := earlier.alike(talk, named)) is not None:
            facts = {"number": str(row.number), "due": terms.sentence(talk, row)}
            return talk.reply("ticket.confirm_again", details=named, buttons=YES_NO, expecting="yes_no", **facts)
        if terms.term(talk, mine).rule.urgent:
            phone = emergency_phone(talk)
            return talk.reply("ticket.confirm_urgent", details=named, phone=phone, buttons=YES_NO, expecting="yes_no")
        key = "ticket.confirm" if told == mine else "ticket.confirm_long"
        if more or others:
            key = "ticket.confirm_also" if others else "ticket.confirm_first"
        also = troubles.brief(others_kept[-1]) if others_kept else ""
        return talk.reply(key, details=named, also=also, buttons=YES_NO, expecting="yes_no")

    def _together(self, talk: Talk) -> Reply:
        """«Это одна заявка»: what was taken apart belongs together, also with what has been sent already."""
        told, sent = [_told(talk), *_others(talk)], _sent(talk)
        joined = joining.into_sent(talk, sent["sent"], told) if sent else None
        if joined is None:
            return self._confirm(talk, " и ".join(told), others=[], whole=True)
        talk.session.close()
        return joined

    def _following(self, talk: Talk, others: list[str], before: str) -> Reply:
        """After one request: the next trouble that was told with it."""
        talk.session.scene, talk.session.step = self.name, "confirm"
        talk.session.draft = {**_sent(talk), "details": others[0], "place": "", "others": others[1:]}
        asked = talk.reply("ticket.confirm_next", details=capital(others[0]), buttons=YES_NO, expecting="yes_no")
        return after(progress.told(before), asked)

    def _recalculation(self, talk: Talk) -> Reply:
        """A recalculation asked for; what it takes when nobody was at home (ПП 354, п. 86, 91, 93)."""
        if words.UNREASONED.fullmatch(talk.turn.text.lower()):
            talk.session.step, talk.session.draft = "details", {"about": "Прошу перерасчёт"}
            return talk.reply("ticket.what_to_recalculate", expecting="text")
        rule = recalculating.ground(talk)
        if rule is not None and not rule.details:
            talk.session.step, talk.session.draft = "details", {"about": "Прошу перерасчёт"}
            return talk.reply(rule.key, expecting="text")
        told = talk.turn.text if words.RECALCULATION.search(talk.turn.text.lower()) else words.wished(talk.turn.text)
        asked = self._confirm(talk, rule.details if rule is not None else told)
        key = "ticket.absence" if ABSENT.search(talk.turn.text.lower()) else rule.key if rule is not None else ""
        if not key:
            return asked
        return after(talk.say(key), talk.reply("ticket.send_recalculation", buttons=YES_NO, expecting="yes_no"))

    def _send(self, talk: Talk) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        details, others, both = _told(talk), _others(talk), BOTH.search(talk.turn.text.lower()) is not None
        talk.session.close()
        try:
            ticket = tickets.create(
                talk.db,
                account=account_of(talk),
                resident_id=talk.resident.id,
                category=troubles.category(details),
                details=details,
                now=talk.now,
                channel=talk.turn.channel,
                idempotency_key=f"{talk.key}:ticket:{len(others)}",
            )
        except tickets.TooManyTickets:
            return talk.reply("ticket.too_many")
        if talk.session.about.get("intent") not in self.intents:
            talk.session.about = {"intent": "create_ticket", "slots": {}, "text": details}
        on_paper = ticket.category == "recalculation" or words.OF_THE_OFFICE.search(details.lower()) is not None
        due = terms.of(talk, ticket)
        task = "office" if on_paper and due.rule.task == "fix" else due.rule.task
        sent = talk.reply(f"ticket.sent.{task}", number=str(ticket.number), by=terms.at_first(talk, due))
        if due.rule.urgent:
            told = OPERATOR.hand_over(talk, "emergency")
            if not others or told.handoff:
                return after(sent.text, told)
            sent = after(sent.text, talk.reply("ticket.dispatcher_knows"))
        if not others:
            return sent
        asked = self._following(talk, others, sent.text)
        talk.session.draft["sent"] = ticket.id
        return after(progress.told(sent.text), self._send(talk)) if both else asked


def _term(talk: Talk) -> Reply:
    """When what is to be sent would be done, or what is asked about of no request."""
    talk.beside = "help"
    details = talk.session.draft.get("details") if talk.session.scene == TicketTopic.name else None
    if details is None:
        return still_open(talk, Reply(terms.law(talk)))
    ends = terms.by(talk, terms.term(talk, str(details)))
    return talk.reply("ticket.would_be", by=ends, buttons=YES_NO, expecting="yes_no")


def _told(talk: Talk) -> str:
    """What is to be sent, with its place."""
    return ", ".join(filter(None, (str(talk.session.draft[part]) for part in ("details", "place"))))


def _others(talk: Talk) -> list[str]:
    """Troubles told in one breath with the request that is open, which wait for their turn."""
    return [str(one) for one in talk.session.draft.get("others", ())]


def _sent(talk: Talk) -> dict[str, int]:
    """The request that was sent before the one that is open, of those told in one breath."""
    return {name: talk.session.draft[name] for name in ("sent",) if name in talk.session.draft}


def _urgent_first(talk: Talk, told: list[str]) -> list[str]:
    """Troubles in the order told, but those that cannot wait come first."""
    return sorted(told, key=lambda one: not terms.term(talk, one).rule.urgent)


def _dropped(talk: Talk) -> Reply:
    urgent = terms.term(talk, str(talk.session.draft.get("details", ""))).rule.urgent
    talk.session.close()
    if urgent:
        return talk.reply("ticket.dropped_urgent", phone=emergency_phone(talk))
    return talk.reply("ticket.dropped")


SCENE = TicketTopic()
