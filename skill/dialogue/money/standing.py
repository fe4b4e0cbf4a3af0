"""Paying by itself (автоплатёж): switched off at once, switched on where the card is given, on the provider's page."""

import re

from billing import autopay
from skill import checkout
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from speech import wording

AUTOPAY = re.compile(
    r"автоплат|автооплат|автоматическ|\bсам[аио]?\b.*\b(?:списыва|снима|оплачива)|\b(?:списыва|снима|оплачива)\w* сам"
)
OFF = ("отключ", "выключ", "отмен", "убер", "не надо", "не нуж", "останов", "стоп")


def told(talk: Talk, text: str) -> Reply:
    """What the standing order is now, or how to make one."""
    account_id = home_of(talk).account_id
    going = autopay.going(talk.db, account_id)
    if any(word in text for word in OFF):
        who = f"resident:{talk.resident.id}" if talk.resident else "resident"
        off = autopay.end(talk.db, account_id, now=talk.now, actor=who, channel=talk.turn.channel)
        return talk.reply("pay.autopay.off" if off else "pay.autopay.none")
    if going is not None and going.token:
        return talk.reply("pay.autopay.on", limit=wording.money(going.limit_kopecks))
    offered = talk.settings.autopay and checkout.chosen(talk.settings) != checkout.PAGE
    return talk.reply("pay.autopay.how" if offered else "pay.autopay.not_here")
