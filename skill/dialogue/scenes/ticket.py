"""Заявка: what is broken, read back, sent after a yes with a number and its term; how earlier ones are doing."""

import re

from billing import tickets
from skill.dialogue import progress
from skill.dialogue.company import emergency_phone
from skill.dialogue.gate import barred
from skill.dialogue.meaning import temper, troubles
from skill.dialogue.meaning.plain import asks, is_question, plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.scenes.emergency import SCENE as EMERGENCY
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.talk import Talk, after
from skill.dialogue.tickets import (
    adding,
    before_sending,
    drafted,
    earlier,
    joining,
    questions,
    recalculating,
    sending,
    taking_back,
    terms,
    when,
    words,
)
from skill.dialogue.tickets.adding import DESCRIBING, LEAVING, SURE
from skill.dialogue.tickets.recalculating import ABSENT
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech.numerals import numbers

ENOUGH_WORDS = 3
BOTH = re.compile(r"\b(обе|оба|все(?! (?:верно|правильно|так|хорошо|понятно)))\b")
FIRST = re.compile(r"\b(?:перв|эту\b)")


class TicketTopic:
    """The scene of requests. Steps: details, confirm."""

    name = "ticket"
    intents = questions.OF_MAKING
    anywhere = frozenset({"repair_term"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Tell of earlier requests and of terms, or take a new one."""
        if said.intent == "repair_term":
            return before_sending.term(talk)
        if talk.resident is None and terms.term(talk, talk.turn.text).rule.urgent:
            return EMERGENCY.begin(talk, said)
        if (bar := barred(talk)) is not None:
            return bar
        complains = words.COMPLAINT.search(talk.turn.text.lower()) is not None
        if points_at("together", talk.turn.text):
            return joining.last_two(talk) or earlier.status(talk, [])
        if not said.slots.get("asked") and (added := joining.into_last(talk)) is not None:
            return added
        if (left := joining.left(talk)) is not None:
            return left
        if (told := earlier.asked_of(talk, said) or earlier.asked_back(talk, said.intent)) is not None:
            return told
        ordered = words.ORDERS.search(talk.turn.text.lower()) is not None and troubles.names_only_a_worker(
            talk.turn.text
        )
        if (
            said.intent == "ticket_status"
            and not ordered
            and not (complains and not words.ASKS.search(talk.turn.text.lower()))
        ):
            return earlier.status(talk, numbers(talk.turn.text))
        talk.session.scene = self.name
        if said.slots.get("damage") or words.DAMAGE.search(talk.turn.text.lower()):
            talk.session.step, talk.session.draft = "details", {"about": "Нужен акт об ущербе"}
            return talk.reply("ticket.damage", expecting="text")
        if said.intent == "recalculation":
            return self._recalculation(talk)
        short = len(talk.turn.text.split()) <= words.SHORT_COMPLAINT
        if complains and (short or not troubles.is_told(talk.turn.text)):
            talk.session.step = "details"
            talk.session.draft = {"about": talk.turn.text if words.OF_WHOM.search(talk.turn.text.lower()) else ""}
            return talk.reply("ticket.complaint", expecting="text")
        bare = len(troubles.LEAD.sub("", talk.turn.text).split()) == 1
        known = troubles.is_told(talk.turn.text) and not troubles.names_only_a_worker(talk.turn.text)
        if words.SAID_ALREADY.search(talk.turn.text.lower()) and joining.just_made(talk):
            talk.session.close()
            return earlier.status(talk, [])
        if (named := words.NAMED_ONLY.fullmatch(talk.turn.text)) is not None and not troubles.FAILS.search(named[0]):
            talk.session.step, talk.session.draft = "details", {"about": named["thing"]}
            return talk.reply("ticket.what_exactly", expecting="text")
        if words.THERE.match(talk.turn.text):
            return self._confirm(talk, joining.at_the_same_place(talk))
        if said.slots.get("again"):
            return self._confirm(talk, str(talk.session.about["trouble"]))
        if said.slots.get("told") == EMERGENCY.name or (said.intent == "create_ticket" and known and not bare):
            return self._confirm(talk, talk.turn.text)
        talk.session.step, talk.session.draft = "details", {"about": talk.turn.text if known else ""}
        talk.session.draft["when"] = when.at_the_end(talk.turn.text) if ordered else ""
        return talk.reply("ticket.details", expecting="text")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The description, or the yes that sends it."""
        if talk.session.step == "confirm" and (last := taking_back.meant(talk)):
            return self._without_last(talk, sends=last == "send")
        if said.slots.get("first"):  # «первую отмени», which has been sent
            return None
        if points_at("cancel", talk.turn.text) or points_at("goodbye", talk.turn.text):
            first = FIRST.search(talk.turn.text.lower()) and drafted.others(talk)
            return self._following(talk, first, talk.say("ticket.not_sent")) if first else before_sending.dropped(talk)
        if talk.session.step == "details":
            return self._described(talk, said)
        if questions.kind(talk.turn.text, "") == "anonymous":
            return before_sending.asked(talk)
        rest = sending.beside_yes(talk.turn.text)
        agrees = said.intent == "yes" and not talk.turn.text.rstrip().endswith("?")
        if rest is not None or agrees or points_at("send_it", talk.turn.text):
            return self._send_with(talk, rest or "")
        if questions.is_undone(plain(talk.turn.text)):
            return before_sending.dropped(talk)
        if (told := before_sending.asked(talk)) is not None:
            return told
        if (more := self._added(talk, said)) is not None:
            return more
        if adding.belongs(talk, said):
            return self._confirm(talk, f"{drafted.told(talk)}, {words.added(talk.turn.text)}", whole=True, added=True)
        if said.intent == "correct":
            talk.session.step = "details"
            return talk.reply("ticket.details", expecting="text")
        if said.intent in LEAVING and adding.WAITS.match(talk.turn.text):  # «нет, подожди» drops nothing yet
            return before_sending.read_back(talk)
        if said.intent == "no" and (others := drafted.others(talk)):
            return self._following(talk, others, talk.say("ticket.not_sent"))
        unsure = said.intent in LEAVING | {"out_of_scope", "yes"} or said.confidence < SURE
        if asks(talk.turn.text) and unsure:
            return before_sending.open_question(talk)
        if said.intent in LEAVING:
            return before_sending.dropped(talk)
        known = troubles.category(talk.turn.text) != "other"
        again = said.intent == "outages" and not is_question(talk.turn.text) and known
        if said.intent != "create_ticket" and not again:
            return None
        return self._confirm(talk, troubles.joined(str(talk.session.draft["details"]), talk.turn.text))

    def _added(self, talk: Talk, said: Understanding) -> Reply | None:
        """What belongs to the trouble told before: its place, set right or not, since when it is, one trouble more."""
        if points_at("together", talk.turn.text):
            return self._together(talk)
        more = adding.added(talk, said, str(talk.session.draft["details"]), drafted.told(talk), drafted.others(talk))
        if more is None:
            return None
        return self._confirm(talk, more.details, place=more.place, others=more.others, whole=more.whole, added=True)

    def _send_with(self, talk: Talk, rest: str) -> Reply:
        """A yes, with what was said in one breath with it: more of the trouble, one more, a question."""
        lead = sending.joined(talk, rest) if rest else ""
        sent = self._send(talk)
        if rest and asks(rest) and sending.is_left(talk, rest) and not sent.handoff:
            talk.session.then = [*talk.session.then, rest]
        return after(lead, sent) if lead else sent

    def _without_last(self, talk: Talk, *, sends: bool) -> Reply:
        """What was added last is taken out of the request; with «и отправляй» the rest goes at once."""
        told = taking_back.undone(talk, sends=sends)
        asked = self._send(talk) if sends and told else before_sending.read_back(talk)
        return after(told, asked) if told else asked

    def propose(self, talk: Talk, details: str) -> Reply:
        """A request whose words were said before."""
        talk.session.scene = self.name
        return self._confirm(talk, details)

    def _described(self, talk: Talk, said: Understanding) -> Reply | None:
        """A description; not one are a yes, an insult, or what surely belongs to another topic."""
        length, about = len(talk.turn.text.split()), str(talk.session.draft.get("about", ""))
        if "ущерб" in about and words.ABOUT_ACTS.search(talk.turn.text.lower()):
            return talk.reply("ticket.who_acts", expecting="text")
        if points_at("when", talk.turn.text) or points_at("how_long", talk.turn.text):
            return talk.reply("ticket.what_exactly", expecting="text")
        if said.intent in LEAVING and length < ENOUGH_WORDS:
            return before_sending.dropped(talk)
        if said.intent not in DESCRIBING and said.confidence >= SURE:
            return None
        if said.intent == "ticket_status" and said.confidence >= SURE and is_question(talk.turn.text):
            return None
        known = troubles.category(talk.turn.text) != "other"
        if not known and length < ENOUGH_WORDS and (said.intent == "yes" or temper.signs(talk.turn.text)):
            return talk.reply("ticket.what_exactly", expecting="text")
        if asks(talk.turn.text) and not known:
            return None
        if known and length == 1 and not about and said.intent != "yes":
            talk.session.draft = {"about": talk.turn.text}
            return talk.reply("ticket.what_exactly", expecting="text")
        joint = "" if len(about.split()) < ENOUGH_WORDS and troubles.category(about) in troubles.TRADES else ":"
        told = f"{about.rstrip('.!?')}{joint} {talk.turn.text}" if about else talk.turn.text
        return self._confirm(talk, ", ".join(filter(None, (told, str(talk.session.draft.get("when", ""))))))

    def help(self, talk: Talk) -> str | None:
        """What to say."""
        return talk.say("ticket.help_confirm" if talk.session.step == "confirm" else "ticket.help_details")

    def _confirm(
        self,
        talk: Talk,
        details: str,
        *,
        place: str = "",
        others: list[str] | None = None,
        whole: bool = False,
        added: bool = False,
    ) -> Reply:
        """Read it back; of a long story only what it is about.

        others: troubles for other workers, each a request of its own after this one; whole: the details are not taken
        apart; added: what is said now is part of them.
        """
        first, *more = [details] if whole else drafted.urgent_first(talk, troubles.apart(details))
        waiting = [*(drafted.others(talk) if others is None else others), *more]
        mine, where = words.kept(first), words.kept(place)
        others_kept = [words.kept(one) for one in waiting]
        talk.session.step = "confirm"
        now = {"details": mine, "place": where, "others": others_kept}
        talk.session.draft = {**drafted.sent(talk), **now, **taking_back.kept(talk, now)}
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
        elif (
            key == "ticket.confirm_long"
            and added
            and (last := words.said_back(words.added(talk.turn.text))) not in named
        ):
            facts = {"added": troubles.brief(last), "details": named}
            return talk.reply("ticket.confirm_added", buttons=YES_NO, expecting="yes_no", **facts)
        also = troubles.brief(others_kept[-1]) if others_kept else ""
        return talk.reply(key, details=named, also=also, buttons=YES_NO, expecting="yes_no")

    def _together(self, talk: Talk) -> Reply:
        """«Это одна заявка»: what was taken apart belongs together, also with what has been sent already."""
        told, sent = [drafted.told(talk), *drafted.others(talk)], drafted.sent(talk)
        joined = joining.into_sent(talk, sent["sent"], told) if sent else None
        if joined is None:
            return self._confirm(talk, " и ".join(told), others=[], whole=True)
        talk.session.close()
        return joined

    def _following(self, talk: Talk, others: list[str], before: str) -> Reply:
        """After one request: the next trouble that was told with it."""
        talk.session.scene, talk.session.step = self.name, "confirm"
        talk.session.draft = {**drafted.sent(talk), "details": others[0], "place": "", "others": others[1:]}
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
        others, both = drafted.others(talk), BOTH.search(talk.turn.text.lower()) is not None
        try:
            ticket = sending.made(talk)
        except tickets.TooManyTickets:
            return talk.reply("ticket.too_many")
        due = terms.of(talk, ticket)
        sent = sending.told(talk, ticket, due)
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


SCENE = TicketTopic()
