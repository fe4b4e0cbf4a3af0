"""Данные счёта: a new owner, who lives in the flat, a wrong name or area. The office changes them on paper."""

import re

from skill.dialogue.company import company_of, phone_told
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

FORMER = re.compile(r"\b(прежн|предыдущ|бывш|стар)\w+ (хозя|собственник|владел|жил)")
TENANT = re.compile(r"арендатор|квартирант|снимаю|\bне (хозя|собственник|владел)")
LIVING = re.compile(
    r"развел|развод|из (?:счета|квитанции|лицевого|платежки)"
    r"|пропис|пропиш|выпи[сш]|количеств|прожива|зарегистр|числится"
    r"|\b(?:за|на) (?:двоих|троих|четверых|пятерых|двух|трех|четырех)"
)
HEIR = re.compile(r"\b(умер|сконча|похорон|покойн|наслед)")
LEAVES = re.compile(r"\b(прода(?:л|ю|е)|съе(?:зж|ха)|перее(?:зж|ха)|выезж)")
WHOSE = re.compile(r"^\W*(?:а )?(?:чей|чья|на кого|на чь[её]|кому|кто (?:владелец|собственник|хозя\w+))\b")
WRITTEN = re.compile(
    r"^\W*(?:а )?(?:(?:как(?:ая|ой)|сколько|метров|у меня|у нас|моя|мой) )*(?:площад|метраж)"
    r"|^\W*(?:а )?(?:сколько|кто)\b.*\b(?:записан|числится|значится)"
)
CERTIFICATE = re.compile(
    r"справк\w+ (?:что )?(?:у меня )?нет долг|продаж\w+ .*справк|справк\w+ .*продаж"
    r"|справк\w+ (?:(?:об?|для|по|в|из|на) )?(?:отсутств|долг|задолж|состав|прожив|регистр|пропис|оплат|начисл|субсид"
    r"|налог|соцзащит|платеж|платёж|лицев)"
    r"|выписк\w+ из (?:домов|лицев)|коп\w+ (?:финансов\w+ )?лицев|форм\w+ (?:9|девят)"
)
OWNER = re.compile(r"переоформ|перепис|собственник|владел|купил|приобрел|въехал|заселил|вселил")
KINDS = {
    "whose": WHOSE,
    "written": WRITTEN,
    "certificate": CERTIFICATE,
    "heir": HEIR,
    "leaves": LEAVES,
    "tenant": TENANT,
    "former": FORMER,
    "living": LIVING,
    "owner": OWNER,
}
"""What is to be changed, by its words; the first that fits decides."""
DIED = re.compile(r"\b(умер|сконча|похорон)")
PAYS = re.compile(r"плат|плач")


class Records(Topic):
    """The scene of what is written on an account; everybody may ask."""

    name = "records"
    intents = frozenset({"account_details"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is needed and where to bring it."""
        text = talk.turn.text.lower()
        kind = _kind(text) or str(talk.session.about.get("matter") or "mistake")
        talk.session.about = {**talk.session.about, "matter": kind}
        if PAYS.search(text) and f"records.{kind}_pays" in phrases():
            kind = f"{kind}_pays"
        reply = talk.reply(f"records.{kind}", office=office_of(talk))
        return after(talk.say("records.condolence"), reply) if DIED.search(text) else reply


def _kind(text: str) -> str:
    """What is to be changed, by its words; empty where they name nothing."""
    return next((name for name, words in KINDS.items() if words.search(text)), "")


def office_of(talk: Talk) -> str:
    """Where the office is and its number, as far as the books know."""
    company = company_of(talk)
    where = talk.say("records.office", address=company.address) if company is not None and company.address else ""
    return where + phone_told(talk)


SCENE = Records()
