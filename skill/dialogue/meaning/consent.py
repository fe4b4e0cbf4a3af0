"""A yes and a no in other words, where one of them is waited for."""

import re

from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.talk import Talk
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding, understand
from skill.understanding.assent import agrees

REQUESTS = frozenset({"benefits", "broken_meter", "heating", "house", "matters", "outages", "rules", "ticket"})
"""Scenes whose question a request to the company hangs on."""
NEGATES = re.compile(
    r"\b(?:не\w{0,2}|нет\w*|нельзя|ни|отмен\w+|потом|позже|попозже|хватит|стоп|стой\w*|против|рано|передум\w+|отказ\w*"
    r"|откаж\w+|никак\w*|никогда|лучше|другое|другая|друг\w+|погод\w+|подожд\w+|забуд\w+|брос\w+|оставь\w*|обойд\w+"
    r"|сам\w*|ошиб\w+|перепут\w+|завтра|ладно)\b"
)
"""One of these is in what refuses."""
METER = re.compile(r"сч[её]тчик")
LONG = 4
"""So many words without any of them refuse nothing."""
SURELY = 0.9
FAILS = re.compile(r"(?:\w+ )*не (?:крут|враща|работа|гре|горит|показыва|откры|закры|включа|ид[её]т|теч)\w*(?: \w+)*")
"""What tells of a fault refuses no offer: «он вообще не крутится»."""

GRANTS = re.compile(
    r"^(?:(?:ну|да|ой|а|и) )*(?:ладно|лады|ок|окей|ага|хорошо)"
    r"(?P<rest>(?! (?:(?:большое )?(?:спасибо|спс|спасиб\w+|пасиб\w*)|уж|уже|понятно|ясно|поняла?)$) .+)"
)
"""«Ладно, …»: what follows tells whether it is a yes («ладно, проехали»)."""


def meant(talk: Talk, said: Understanding, text: str) -> Understanding:
    """«Да оформляйте заявку» is a yes to a request; «да боже мой», «это я вчера смотрела» are no «no»."""
    if talk.session.scene in REQUESTS and points_at("send_it", talk.turn.text):
        return Understanding("yes", {}, 1.0)
    if said.intent == "no" and talk.session.step == OFFER and FAILS.fullmatch(text):
        fault = understand(talk.turn.text, talk.turn.channel)
        of_meter = points_at("broken", text) and METER.search(str(talk.session.about.get("text", "")).lower())
        return Understanding("broken_meter" if of_meter else "create_ticket", fault.slots, 1.0)
    granted = GRANTS.match(text) if said.intent == "yes" else None
    if granted is not None and not agrees(granted["rest"]):
        return Understanding("out_of_scope", {}, 0.0)
    words = text.split()
    refuses_nothing = NEGATES.search(text) is None and (words[:1] == ["да"] or len(words) >= LONG)
    if said.intent == "no" and said.confidence < SURELY and refuses_nothing:
        return Understanding("out_of_scope", {}, 0.0)
    return said
