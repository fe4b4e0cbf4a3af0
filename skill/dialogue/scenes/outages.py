"""Отключения: what is off at the flat or at a house that is named, until when and why."""

import re
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from billing import outages
from billing.tables import Outage, Property
from skill.dialogue import heating
from skill.dialogue.company import company_of, emergency_phone, phone_told, today
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import troubles
from skill.dialogue.meaning.asked import resources, service_name
from skill.dialogue.meaning.houses import house_named
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital, listed, resource_name
from skill.dialogue.scenes.ticket import SCENE as TICKET
from skill.dialogue.talk import Talk
from skill.dialogue.tickets.adding import to_offered
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech import wording

KIN = {"HOT_WATER": {"HEAT"}, "HEAT": {"HOT_WATER"}}
"""What goes off together: one pipe warms both."""
MISSING = re.compile(
    r"\bнету?\b|пропал|исчез|не (идет|течет|горит|греет|работает|дают)|(еле|чуть|едва) (теч|ид|теп|гре)"
    r"|когда (?:уже |наконец )?(?:\w+ )?(?:дадут|включат|вернут|появится)\b"
    r"|\bхолодно\b|холодина|мерзн|замерза"
    r"|отключил|вырубил|перекрыл|(батаре|радиатор)\w* (\w+ )?(холодн|ледян)|(холодн|ледян)\w+ (батаре|радиатор)"
)
"""Something is off now, whether announced or not."""
FOLLOWS = 3
"""«Когда дадут?» after «воды нет» asks of what is off now."""
ASKING = re.compile(
    r"^(?:(?:а|ну|почему|отчего|когда|скажите|подскажите|что|опять|здравствуйте|девушка|доченька|милая|алло)[ ,]+)+",
    re.IGNORECASE,
)
INSISTS = re.compile(
    r"\b(?:сейчас|прямо|уже|все еще|до сих пор)\b.*\bнету?\b|\bнету?\b.*\b(?:сейчас|говорю"
    r"|до сих пор)\b"
)
"""«Да сейчас нету, говорю же»: the request is read back, whatever was announced for later."""
BACK = re.compile(
    r"(?:(?:а|ну|и|так|ее|ее|его|их|скажите|уже|же|наконец|когда|во сколько|через сколько|скоро|долго|сколько|ждать"
    r"|это|то|обратно|ли) )*"
    r"(?:дадут|включат|вернут|появится|будет|ждать|починят|исправят)\w*(?: (?:ее|его|их|то|уже|же|наконец|обратно))*\W*"
)
"""«Когда дадут» tells no trouble."""
BACK_AGAIN = re.compile(
    r"^(?:\W*\b(?:а|ну|и|когда|во сколько|скоро|скажите|уже|же|наконец|ли|там|нам"
    r"|мне)\b)+\W*(?:дадут|включат|вернут|появится)\b"
)
"""«Когда дадут свет» names it."""
ELSEWHERE = re.compile(
    r"\b(?:на|по|улиц\w+|проспект\w*|переул\w+) (?!завтра|сегодня|недел|выходн|этаже|праздник|кухн|дворе|время)"
    r"[а-я]{4,},?"
    r" (?:дом\w* )?\d+(?!-?\w* (?:час|числ|дн|мин|ноя|дек|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт))"
)
"""Another house is named: «на Садовой 5»."""
ADDRESS = re.compile(r"\bул|\bдом\b|проспект|переул|шоссе|бульвар|площад|проезд|\d")

SURE = 0.8
"""From this confidence on the account's number is said, and no house's."""


class Outages(Topic):
    """The scene of outages, open to everybody: a stranger is asked for the house. Steps: house, offer (a request)."""

    name = "outages"
    intents = frozenset({"outages"})
    next_scene = TICKET

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is off at the resident's flat, or at the house named."""
        wanted = heating.wanted(talk, resources(said) or _of_the_request(talk))
        if heating.is_asked(talk) and (reply := self._of_heating(talk)) is not None:
            return reply
        house = house_named(talk) or _house_before(talk, said)
        if talk.resident is not None and house is None and ELSEWHERE.search(talk.turn.text.lower()):
            talk.session.scene, talk.session.step, talk.session.draft = self.name, "house", {"wanted": wanted}
            return talk.reply("outages.house_again", phone=phone_told(talk), expecting="address")
        if talk.resident is not None and house is None:
            return self._tell(talk, outages.at_account(talk.db, home_of(talk).account_id, talk.now), wanted)
        if house is not None:
            return self._at(talk, house, wanted)
        talk.session.scene, talk.session.step, talk.session.draft = self.name, "house", {"wanted": wanted}
        return talk.reply("outages.house", expecting="address")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The house, or what to do about an outage nobody has announced."""
        if talk.session.step != "house":
            details = str(talk.session.draft.get("details", ""))
            if more := to_offered(talk, said, details):
                return TICKET.propose(talk, more)
            if details and said.intent in {"no", "out_of_scope", "outages"} and INSISTS.search(plain(talk.turn.text)):
                return TICKET.propose(talk, details)
            agrees = said.intent == "yes" or points_at("send_it", talk.turn.text)
            if not agrees or not details:
                return super().answer(talk, said)
            return TICKET.propose(talk, details)
        if said.intent == "link_account" and said.confidence >= SURE:  # «лицевой 100512» tells the house as well
            return None
        house, wanted = house_named(talk), list(talk.session.draft.get("wanted", ()))
        if house is not None:
            talk.session.close()
            return self._at(talk, house, wanted)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("general.as_you_like")
        if said.intent in {"out_of_scope", "outages", "yes"} or ADDRESS.search(talk.turn.text.lower()):
            return talk.reply("outages.house_again", phone=phone_told(talk), expecting="address")
        return None

    def help(self, talk: Talk) -> str | None:
        """What to name."""
        return talk.say("outages.help") if talk.session.step == "house" else None

    def _of_heating(self, talk: Talk) -> Reply | None:
        """When heat is turned on or off; None where an outage is what keeps it off."""
        if talk.resident is not None:
            found = outages.at_account(talk.db, home_of(talk).account_id, talk.now)
            if any("HEAT" in one.resources for one in found):
                return None
        told, is_due = heating.told(talk)
        offers = is_due and talk.resident is not None
        return self._offer_request(talk, told, details=talk.say("outages.cold")) if offers else Reply(told)

    def _at(self, talk: Talk, house: Property, wanted: list[str]) -> Reply:
        """A house that was named; «а когда дадут?» after it means the same house."""
        talk.session.about = {"intent": "outages", "text": "", **talk.session.about}
        talk.session.about["slots"] = {**talk.session.about.get("slots", {}), "house": house.id}
        return self._tell(talk, outages.at_house(talk.db, house.id, talk.now), wanted)

    def _tell(self, talk: Talk, found: list[Outage], wanted: list[str]) -> Reply:
        kin = set(wanted).union(*(KIN.get(code, set()) for code in wanted))
        touching = [one for one in found if not wanted or _touches(one, kin if one.start_at <= talk.now else wanted)]
        missing = MISSING.search(talk.turn.text.lower().replace("ё", "е")) is not None
        follows = bool(talk.session.about.get("missing")) and (
            len(talk.turn.text.split()) <= FOLLOWS or points_at("also_off", talk.turn.text)
        )
        now = missing or follows
        talk.session.about = {**talk.session.about, "missing": now}
        lost = _what_is_off(talk, wanted) if now else ""
        if touching and (touching[0].start_at <= talk.now or not now):
            return Reply(_sentence(talk, touching[0]))
        if touching:
            text = f"{talk.say('outages.not_yet')} {_sentence(talk, touching[0])}"
            if talk.resident is None:
                return Reply(text)
            return self._offer_request(talk, text, details=lost)
        key = "outages.none_of" if wanted else "outages.none"
        names = listed([service_name(code) for code in wanted]) if wanted else ""
        text = talk.say(key, resources=names, phone=phone_told(talk))
        if talk.resident is None:
            off = now or MISSING.search(str(talk.session.about.get("text", "")).lower().replace("ё", "е"))
            more = talk.say("outages.ask_emergency", phone=emergency_phone(talk)) if off else ""
            return Reply(f"{text} {more}".strip())
        return self._offer_request(talk, text, details=lost)

    def _offer_request(self, talk: Talk, text: str, *, details: str) -> Reply:
        """Offer a request; what was said already is not asked for again. A request that is read back is one already."""
        if _waiting(talk):
            return Reply(text)
        reply = self.offers(talk, Reply(f"{text} {talk.say('outages.ticket')}"))
        talk.session.draft = {"details": ASKING.sub("", details)}
        return reply


def _what_is_off(talk: Talk, wanted: list[str]) -> str:
    """The words of a request: what this phrase says is off, else what was said of it before («когда дадут» says
    nothing); kept for the questions after it."""
    before = str(talk.session.about.get("trouble", ""))
    if BACK.fullmatch(talk.turn.text.lower().replace("ё", "е")) and (
        MISSING.search(before.lower()) or troubles.is_told(before)
    ):
        talk.session.about["text"] = before
        return before
    if wanted and points_at("not_now", talk.turn.text):
        named = listed([resource_name(code, "gen") for code in wanted])
        talk.session.about["text"] = f"Нет {named}, {talk.turn.text}"
        return str(talk.session.about["text"])
    anew = MISSING.search(talk.turn.text.lower().replace("ё", "е")) is not None
    goes_on = (points_at("also_off", talk.turn.text) and not anew) or troubles.EXTENT.fullmatch(
        talk.turn.text.lower().rstrip(" .")
    )
    if goes_on and MISSING.search(before.lower()):
        talk.session.about["text"] = f"{before}, {talk.turn.text}"
        return f"{before}, {talk.turn.text}"
    if wanted and BACK_AGAIN.search(talk.turn.text.lower()):
        return f"Нет {listed([resource_name(code, 'gen') for code in wanted])}"
    return talk.turn.text


def _waiting(talk: Talk) -> str:
    """The words of a request that was interrupted for this question; empty where none was."""
    kept = talk.session.suspended[-1] if talk.session.suspended else {}
    return (
        str(kept["draft"].get("details", "")) if (kept.get("scene"), kept.get("step")) == ("ticket", "confirm") else ""
    )


def _of_the_request(talk: Talk) -> list[str]:
    """«Это авария или плановое?» is asked of what the request that waits says is off."""
    return resources(Understanding("outages", extract("outages", _waiting(talk)), 1.0))


def _touches(outage: Outage, codes: Collection[str]) -> bool:
    return not set(outage.resources).isdisjoint(codes)


def _sentence(talk: Talk, outage: Outage) -> str:
    names = listed([service_name(code) for code in outage.resources])
    begun = outage.start_at <= talk.now
    if outage.end_at is None:
        until = talk.say("outages.no_end")
    else:
        until = talk.say("outages.until", time=_moment(talk, outage.end_at))
    kind = "now" if begun else "later"
    return talk.say(
        f"outages.{kind}",
        resources=names,
        Resources=capital(names),
        start=_moment(talk, outage.start_at),
        until=until,
        reason=_lowered(outage.reason or outage.text_for_resident or talk.say("outages.no_reason")),
    )


def _lowered(reason: str) -> str:
    """The reason inside a sentence: «Плановая проверка» with a small letter, «ЦТП» as it is."""
    return reason if reason[:2].isupper() else reason[:1].lower() + reason[1:].rstrip(".")


def _moment(talk: Talk, at: datetime) -> str:
    """«сегодня 14:30», «22 ноября 16:00»."""
    company = company_of(talk)
    local = at.astimezone(ZoneInfo(company.timezone if company else "Europe/Moscow"))
    days = (local.date() - today(talk)).days
    name = {0: talk.say("outages.today"), 1: talk.say("outages.tomorrow")}.get(days) or wording.day(local.date())
    return f"{name} {local:%H:%M}"


def _house_before(talk: Talk, said: Understanding) -> Property | None:
    """The house that the question before was about."""
    return talk.db.get(Property, said.slots["house"]) if "house" in said.slots else None


SCENE = Outages()
