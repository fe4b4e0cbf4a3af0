"""Slash commands of messengers' menus («/pay»), as the phrases that mean the same."""

import re

COMMAND = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s.*)?", re.IGNORECASE | re.DOTALL)
START = "/start"
OPENINGS = frozenset({"get_started", "get started"})
"""What Facebook's button that opens a conversation usually sends."""
HELP = "помощь"
PHRASES = {
    "help": HELP,
    "stop": "хватит",
    "readings": "передать показания",
    "balance": "сколько я должен",
    "pay": "оплатить",
    "outages": "отключения",
    "operator": "позвать оператора",
}


def command(text: str) -> str:
    """The phrase that a command stands for, `START` for the opening one, any other text as it is.

    `/help@bot`, and words after a command, are of groups and of deep links; an unknown command asks for help.
    """
    if text.strip().lower() in OPENINGS:
        return START
    found = COMMAND.fullmatch(text.strip())
    if found is None:
        return text
    name = found[1].lower()
    return START if name == "start" else PHRASES.get(name, HELP)
