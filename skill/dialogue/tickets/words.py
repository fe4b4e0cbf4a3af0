"""The words of a request, as it is kept."""

from skill.dialogue.meaning import troubles
from skill.identity import masking

LONGEST = 500


def kept(text: str) -> str:
    """What is kept of a description: no greeting, no «добавь, что», no stammer, nothing secret."""
    text = more["more"] if (more := troubles.MORE.match(text)) else text
    told = troubles.STAMMER.sub(r"\1", troubles.LEAD.sub("", text.strip()))
    return masking.kept(told[:LONGEST].rstrip(".!"), "command")
