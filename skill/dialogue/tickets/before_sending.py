"""What is asked while a request is read back, and told with its question open: when it would be done, who comes."""

from skill.dialogue.company import emergency_phone
from skill.dialogue.flat import account_of
from skill.dialogue.meaning import addressing, dangers, troubles
from skill.dialogue.meaning.plain import asks, plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.talk import Talk, after, still_open
from skill.dialogue.tickets import drafted, earlier, joining, questions, terms, words
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply


def asked(talk: Talk) -> Reply | None:
    """What is asked of the request before it is sent; the question stays open."""
    details, text = drafted.told(talk), talk.turn.text
    if questions.is_sent_asked(text):
        return not_yet(talk)
    if points_at("when", text) or points_at("how_long", text) or points_at("works_by_then", text):
        return term(talk)
    if points_at("still_asks", text):
        return open_question(talk)
    if points_at("my_phone", text):
        talk.beside = "help"
        return talk.reply("ticket.phone", buttons=YES_NO, expecting="yes_no")
    told = _of_it(talk, details)
    if told is not None:
        talk.beside = "help"
        return after(told, talk.reply("ticket.send_now", buttons=YES_NO, expecting="yes_no"))
    of_money = words.RECALCULATION.search(details.lower())
    if of_money and (rule := earlier.asked_back(talk, "recalculation")) is not None:
        talk.beside = "help"
        return still_open(talk, rule)
    if points_at("asks_ahead", text):
        return term(talk) if dangers.COMING.search(plain(text)) else open_question(talk)
    return None


def _of_it(talk: Talk, details: str) -> str | None:
    """What is told of the request before it is sent; None where nothing is asked that can be told."""
    if points_at("what_written", talk.turn.text) or points_at("the_first_was", talk.turn.text):
        following = "; ".join(f"«{words.said_back(one)}»" for one in drafted.others(talk))
        also = f" {talk.say('ticket.following', details=following)}" if following else ""
        return talk.say("ticket.so_far", details=capital(words.said_back(details))) + also
    if points_at("free", talk.turn.text):
        return talk.say(words.price(details))
    if points_at("so_long", talk.turn.text) and asks(talk.turn.text):
        return talk.say("ticket.so_long")
    if (kind := questions.kind(talk.turn.text, details)) == "who":
        return f"{questions.told(talk, kind, details)} {_by(talk, details)}"
    if kind:
        return questions.told(talk, kind, details)
    if dangers.is_ordinary(talk.turn.text, "other"):
        return talk.say("ticket.ordinary_urgent" if terms.term(talk, details).rule.urgent else "ticket.ordinary")
    if words.OF_A_FLAT.search(plain(talk.turn.text)) and addressing.meant(talk, [account_of(talk)]):
        return talk.say("ticket.own_flat", address=addressing.name(talk, account_of(talk)))
    return None


def open_question(talk: Talk) -> Reply:
    """What only the company can answer; the request waits for its yes."""
    talk.beside = "help"
    return talk.reply("ticket.asked", buttons=YES_NO, expecting="yes_no")


def read_back(talk: Talk) -> Reply:
    """The request as it stands, once more."""
    named = capital(troubles.brief(words.said_back(drafted.told(talk))))
    return talk.reply("ticket.confirm", details=named, buttons=YES_NO, expecting="yes_no")


def not_yet(talk: Talk) -> Reply:
    """«Вы отправили или нет?», of the request that waits for its yes; others may have been sent just now."""
    talk.beside = "help"
    sent = joining.just_made(talk)
    key = "ticket.only_sent" if sent else "ticket.not_yet"
    facts = {"number": str(sent[0].number), "details": words.said_back(troubles.brief(sent[0].details))} if sent else {}
    return after(talk.say(key, **facts), read_back(talk))


def term(talk: Talk) -> Reply:
    """When what is to be sent would be done, or what is asked about of no request."""
    talk.beside = "help"
    details = talk.session.draft.get("details") if talk.session.scene == "ticket" else None
    if details is None:
        return still_open(talk, Reply(terms.law(talk)))
    ends = terms.by(talk, terms.term(talk, str(details)))
    return talk.reply("ticket.would_be", by=ends, buttons=YES_NO, expecting="yes_no")


def _by(talk: Talk, details: str) -> str:
    """When what is to be sent would be done, beside another answer."""
    return talk.say("ticket.if_sent", by=terms.by(talk, terms.term(talk, details)))


def dropped(talk: Talk) -> Reply:
    """It is not sent after all; of what cannot wait, whom to call."""
    urgent = terms.term(talk, str(talk.session.draft.get("details", ""))).rule.urgent
    if talk.session.draft.get("details") and talk.session.step == "confirm":  # «всё-таки отправь»
        talk.session.about = {**talk.session.about, "intent": questions.MAKES, "text": drafted.told(talk)}
    talk.session.close()
    if urgent:
        return talk.reply("ticket.dropped_urgent", phone=emergency_phone(talk))
    return talk.reply("ticket.dropped")
