"""Slash commands of messengers' menus («/pay»), as the phrases that mean the same."""

import re

COMMAND = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s.*)?", re.IGNORECASE | re.DOTALL)
START = "/start"
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
    found = COMMAND.fullmatch(text.strip())
    if found is None:
        return text
    name = found[1].lower()
    return START if name == "start" else PHRASES.get(name, HELP)
