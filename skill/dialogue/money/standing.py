"""Paying by itself (автоплатёж): switched off at once, switched on where the card is given, on the provider's page."""

import re

from billing import autopay
from skill import checkout
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from speech import wording

AUTOPAY = re.compile(
    r"автоплат|автооплат|автоматическ|\bавтоматом\b|\bсам[аио]?\b.*\b(?:списыва|снима|оплачива|плати(?:т|л[ао]?)с[ья]\b)"
    r"|\b(?:списыва|снима|оплачива)\w* сам|\bплати(?:т|л[ао]?)с[ья] сам"
    r"|\b(?:чтоб\w*|пусть) (?:вы |ты )?сам[аи]? (?:плати|оплачива|пла[тч])"
)
OFF = re.compile(
    r"отключ|выключ|отмен|убер|убра|останов|\bстоп|^(?!.*\bчтоб).*\bне (?:надо|нуж)"
    r"|\bне (?:списыва|снима|оплачива|плати(?:т|л[ао]?)с[ья]).*\bсам"
    r"|\bсам[аио]? (?:\w+ )?не (?:списыва|снима|оплачива|плати)"
)
"""«Чтобы не надо было самой» is no wish to switch it off."""


def told(talk: Talk, text: str) -> Reply:
    """What the standing order is now, or how to make one."""
    account_id = home_of(talk).account_id
    going = autopay.going(talk.db, account_id)
    if OFF.search(text):
        who = f"resident:{talk.resident.id}" if talk.resident else "resident"
        off = autopay.end(talk.db, account_id, now=talk.now, actor=who, channel=talk.turn.channel)
        return talk.reply("pay.autopay.off" if off else "pay.autopay.none")
    if going is not None and going.token:
        return talk.reply("pay.autopay.on", limit=wording.money(going.limit_kopecks))
    offered = talk.settings.autopay and checkout.chosen(talk.settings) != checkout.PAGE
    return talk.reply("pay.autopay.how" if offered else "pay.autopay.not_here")
