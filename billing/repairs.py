"""By when a trouble is seen to (срок устранения), as the words of a request tell; the rules are `law.repairs`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from billing import law
from billing.law import Repair

BY_THE_CLOCK = timedelta(days=2)
"""A shorter term ends at an hour, a longer one with its day."""
GAP = r"(?: (?!(?:и|а|но)\b)[\w-]+){0,4} "
"""So many words may stand between a thing and what it does; not another clause."""


@dataclass(frozen=True)
class Due:
    """A term and its end. on: the day at the house; at: the instant in UTC, None where all of the day belongs to it."""

    rule: Repair
    within: timedelta
    on: date
    at: datetime | None


def due(details: str, taken: datetime, zone: str, *, is_emergency: bool = False) -> Due:
    """When a request with these words, taken at an instant, is due at a house in this time zone (IANA name).

    Of several troubles the first to end decides. The acts stand in data/repairs.yaml, each beside its rule.
    """
    text, rules = _plain(details), law.repairs()
    fitting = [rule for rule in rules.values() if rule.what and _fits(rule, text)]
    if is_emergency:
        fitting.append(rules["emergency"])
    found = [_by(rule, taken.astimezone(ZoneInfo(zone))) for rule in fitting or [rules["usual"]]]
    return min(found, key=end)


def end(due: Due) -> tuple[date, bool, datetime]:
    """What ends first comes first: the hours of a day before the end of it."""
    return due.on, due.at is None, due.at or datetime.max.replace(tzinfo=UTC)


def _fits(rule: Repair, text: str) -> bool:
    what, does = rf"\b(?:{rule.what})\w*", rf"\b(?:{rule.does})"
    named = rf"{what}{GAP}(?:и )?{does}|{does}\w*{GAP}{what}" if rule.does else what
    if rule.unless and re.search(rf"\b(?:{rule.unless})", text):
        return False
    return bool(re.search(named, text)) and bool(re.search(rf"\b(?:{rule.where})", text))


def _plain(details: str) -> str:
    """Lower case, «е» for «ё», a sign of punctuation as a word of its own: clauses stay apart."""
    return " ".join(re.findall(r"[\w-]+|[^\w\s]", details.lower().replace("ё", "е")))


def _by(rule: Repair, taken: datetime) -> Due:
    """taken: in the time of the house."""
    heating = rule.in_heating is not None and taken.month in law.heating_months()
    within = rule.in_heating if heating and rule.in_heating else rule.within
    if within >= BY_THE_CLOCK:
        return Due(rule, within, taken.date() + within, None)
    at = (taken.astimezone(UTC) + within).astimezone(taken.tzinfo)
    if rule.hours is not None:
        at = _in_hours(taken, within, *rule.hours)
    return Due(rule, within, at.date(), at.astimezone(UTC))


def _in_hours(taken: datetime, within: timedelta, opens: int, closes: int) -> datetime:
    """The end of a term whose clock runs between two hours of the day only: what is left of it runs on next morning."""
    start = max(taken, datetime.combine(taken.date(), time(opens), taken.tzinfo))
    left, end = within, datetime.combine(taken.date(), time(closes), taken.tzinfo)
    while start + left > end:
        left -= max(end - start, timedelta())
        morning = end.date() + timedelta(days=1)
        start, end = (datetime.combine(morning, time(hour), taken.tzinfo) for hour in (opens, closes))
    return start + left
