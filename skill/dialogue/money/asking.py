"""What is asked about paying and answered without a payment being begun: how, the commission, taking it back."""

import re
from dataclasses import replace

from skill import checkout
from skill.dialogue.flat import account_of
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply

HOW = ("карт", "как ", "где ", "сбп", "способ", "можно ли")
ELSEWHERE = ("почт", "сбер", "банк", "касс", "терминал", "наличн", "реквизит")
OF_THE_PAST = re.compile(r"^\W*(?:а )?(?:за что|почему|зачем|откуда|куда)\b")
"""What asks why money was taken begins no payment of that sum."""
OFFLINE = re.compile(
    r"(?:интернет|ссылк|приложен|карт)\w* .*\bне (?:умею|могу|хочу|пользу)"
    r"|\bне (?:умею|могу|пользу)\w* .*(?:интернет|ссылк|прилож)"
)
BY_PHONE = re.compile(r"^\W*(?:а |и |можно )*по телефону\W*(?:можно|нельзя|оплатить|заплатить|\s)*\W*$")
HOW_TO_PAY = re.compile(r"^\W*(?:а |и )?как (?:мне |можно |тогда )*(?:за|о)платить\b")
"""On a call no link can be shown."""
CALL = "telephone"
FEE = "комисс"
PARTS = re.compile(
    r"част(ями|ично|ь)\b|по частям|не вс[её]\b|рассроч|отсрочк|реструктур|сколько смогу|немного"
    r"|понемногу|по чуть|помаленьку|потихоньку"
)
TERM = re.compile(r"^\W*(?:а |и )?на (?:сколько|\w+) месяц\w*\W*$")
"""«На три месяца» wants the payments spread."""
LATER_ON = re.compile(r"рассроч|отсрочк|реструктур")
AHEAD = re.compile(r"\b(?:наперед|наперёд|вперед|вперёд|аванс\w*|сразу за (?:год|полгода|\w+ месяц\w*))\b")
BY_ANOTHER = re.compile(
    r"\b(?:если|может|могут|можно|куда|как|чем)\b.*\b(?:дочь|дочк\w|дочер\w+|сын\w*|муж\w?|жен[аеы]|внук\w*|внучк\w|сестр\w|брат\w?"
    r"|ей|ему|им|он|она|они)\b.*\b(?:за|о)?пла[тч]"
)
"""«А если дочь оплатит», «а куда ей платить» ask, and give no sum."""
GOSUSLUGI = "госуслуг"
HARD = re.compile(
    r"нечем (?:за)?платить|(?:за)?платить нечем|не на что|(?:денег|бабла|бабок) \w* ?нет|нет \w* ?(?:денег|бабла|бабок)"
    r"|не (?:смогу|могу|в состоянии|потяну) \w* ?(?:за|о)?платить|не потяну"
)
TWICE = re.compile(
    r"\bесли\b.*(два раза|дважды|повторно|второй раз|больше|лишн)|переплат"
    r"|(оплат|заплати|перев[её]|списа|внес|внёс)\w*.*(два раза|дважды|повторно|второй раз|лишн)"
    r"|(два раза|дважды|повторно|второй раз|лишн\w+) (оплати|заплати|перев[её]|списа|внес|внёс)"
)
UNDO = re.compile(
    r"\b(отмен|верни|вернуть)\w* .*(плат[её]ж|оплат|деньги)|\b(плат[её]ж|оплат\w+) отмен|возврат"
    r"|верн\w+ (мне |мои |наши )*ден|^\W*(?:а |и )?как (?:мне )?(?:их |это |его )?(?:вернуть|забрать)"
)
UNREAD = re.compile(
    r"(qr|куар|кьюар|штрих).* не (чита|скан|открыва|работа|распозна|видит)"
    r"|не (?:чита|скан|распозна|вид|бер)\w+ (?:\w+ )?(?:qr|куар|кьюар|код|штрих)"
)
TO_A_CARD = re.compile(r"(перевести|перевод\w*)\b.*\b(на карту|по номеру|по телефону)")
CODE_WANTED = re.compile(
    r"^\W*(?:а |и |ну )?(?:qr|куар|кьюар)\W*(?:код)?\W*$"
    r"|\b(?:скинь|пришли|дай|покаж|отправь|вышли|кинь|сделай|сгенер|дава|хочу|нуж|над)\w*.*\b(?:qr|куар|кьюар)"
    r"|\b(?:qr|куар|кьюар)\w*(?:\W*код\w*)? (?:скинь|пришли|дай|покаж|отправь|вышли|кинь|нуж|над)\w*"
)
"""The code itself is wanted, which comes with the link."""
REQUISITES = re.compile(r"реквизит")
BY_SBP = ("сбп", "qr", "куар", "кьюар", "систем")


def told(talk: Talk, text: str) -> Reply | None:
    """What is answered without a payment being begun: how it is paid, the commission, taking it back."""
    if HARD.search(text):
        return talk.reply("pay.hard")
    if BY_PHONE.search(text):
        return talk.reply("pay.not_by_phone")
    if OFFLINE.search(text) or (talk.turn.channel == CALL and HOW_TO_PAY.search(text)):
        return talk.reply("pay.elsewhere")
    if TWICE.search(text):
        return talk.reply("pay.twice")
    if UNDO.search(text):
        return talk.reply("pay.undo")
    if UNREAD.search(text):
        return talk.reply("pay.unread")
    if TO_A_CARD.search(text):
        return talk.reply("pay.to_a_card")
    if FEE in text:
        return talk.reply("pay.fee" if checkout.chosen(talk.settings) == checkout.PAGE else "pay.fee_before")
    if GOSUSLUGI in text:
        return talk.reply("pay.gosuslugi")
    if CODE_WANTED.search(text):
        return None
    if REQUISITES.search(text) and talk.turn.screen:
        account = account_of(talk)
        sent = talk.reply("pay.requisites", number=account.number)
        return replace(sent, link=talk.bill(account.id))
    if any(word in text for word in BY_SBP):
        return talk.reply("pay.how_sbp")
    if any(word in text for word in ELSEWHERE):
        return talk.reply("pay.elsewhere")
    if any(word in text for word in HOW) and not PARTS.search(text):
        return talk.reply("pay.how")
    return None
