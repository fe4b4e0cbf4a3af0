"""The request that is being made, as it stands in the session's draft."""

from skill.dialogue.talk import Talk
from skill.dialogue.tickets import terms


def told(talk: Talk) -> str:
    """What is to be sent, with its place."""
    return ", ".join(filter(None, (str(talk.session.draft[part]) for part in ("details", "place"))))


def others(talk: Talk) -> list[str]:
    """Troubles told in one breath with the request that is open, which wait for their turn."""
    return [str(one) for one in talk.session.draft.get("others", ())]


def sent(talk: Talk) -> dict[str, int]:
    """The request that was sent before the one that is open, of those told in one breath."""
    return {name: talk.session.draft[name] for name in ("sent",) if name in talk.session.draft}


def urgent_first(talk: Talk, troubles: list[str]) -> list[str]:
    """Troubles in the order told, but those that cannot wait come first."""
    return sorted(troubles, key=lambda one: not terms.term(talk, one).rule.urgent)
