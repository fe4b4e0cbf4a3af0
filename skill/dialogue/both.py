"""Two requests in one breath («запиши холодную 125 и скажи, когда отключат воду»): both are answered, one after one."""

import re

from skill.understanding import Understanding, understand

SURE = 0.8
"""Both halves are as sure as this, or the phrase is one request."""
TOLD = frozenset(
    {
        "balance", "charges", "contacts", "due_date", "forecast", "last_reading", "meter_verification", "news", "norms",
        "outages", "payment_history", "payment_status", "penalty", "reading_window", "tariffs", "ticket_status",
    }
)  # fmt: skip
"""What is answered at once."""
DONE = frozenset({"create_ticket", "pay", "send_receipt", "set_reminder", "submit_reading"})
"""What may ask back, and comes last."""
_LEAD = r"(?:ещ[её]|заодно|потом|пожалуйста|мне|сразу)"
_BEGINS = (
    r"(?:когда|сколько|как(?:ой|ая|ое|ие|ую)|почему|где|до какого|кому|куда|скажи|подскажи|узнай|посмотри|запиши|прими"
    r"|передай|оплати|напомни|отправь|пришли|будет|есть ли|хочу узнать)"
)
AND = re.compile(rf"\s*[,.;]?\s+(?:и|а|да|плюс)(?:\s+(?:также|{_LEAD}))*\s+(?={_BEGINS})", re.IGNORECASE)
LEAST = 2


def requests(text: str, channel: str) -> list[tuple[str, Understanding]]:
    """The two requests of a phrase with their meanings, in the order to answer them; none when it is a single one."""
    parts = [part.strip(" ,.;") for part in AND.split(text)]
    if len(parts) != 2 or min(len(part.split()) for part in parts) < LEAST:
        return []
    said = [(part, understand(part, channel)) for part in parts]
    intents = {meant.intent for _, meant in said}
    if len(intents) != len(said) or not intents & TOLD or not intents <= TOLD | DONE:
        return []
    if any(meant.confidence < SURE or _is_bare(meant) for _, meant in said):
        return []
    return sorted(said, key=lambda one: one[1].intent in DONE)


def _is_bare(meant: Understanding) -> bool:
    """A reading without its meter or its value."""
    return meant.intent == "submit_reading" and not (meant.slots.get("values") and meant.slots.get("resource"))
