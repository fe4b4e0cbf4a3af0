"""Sending a folder of bodies: every answer held against its contract, every body repeated and spoiled."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from skill.channels.body import parse
from skill.channels.channel import assistants, messengers
from skill.channels.limits import contracts, platform_of
from skill.replay.masking import mask
from skill.replay.mutations import mutations
from skill.replay.targets import Answer, Target

OTHER_NAMES = {"marusya": "marusia"}
OWN, MASKED = "api", b'"***"'
REFUSALS = frozenset({400, 401, 403, 404, 413})


@dataclass(frozen=True)
class Recorded:
    """A body to send: where it lies, whose it is, and the answer that it once got, if that was kept."""

    file: Path
    platform: str
    raw: bytes
    answer: Any = None


@dataclass
class Report:
    """What came of it. problems: one line each; seconds: of every answer, by platform; spoiled: how many spoiled copies
    were sent."""

    problems: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bodies: int = 0
    spoiled: int = 0

    def percentiles(self) -> Iterator[tuple[str, int, float, float, float]]:
        """Platform, answers, and the median, 95th and 99th percentile in seconds."""
        for platform, seconds in sorted(self.seconds.items()):
            ordered = sorted(seconds)
            median, late, last = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95, 0.99))
            yield platform, len(ordered), median, late, last


def bodies(folder: Path, platform: str = "") -> list[Recorded]:
    """Every JSON file in the folder and below it, in order of name.

    A file is a platform's body, or an exchange kept by `zhku record`. Whose it is: the argument, else the exchange, the
    folder's name, or the body's form. Exchanges of our own API are left out: the token that opened it is masked.
    Raises ValueError for a file that is none of this, for a platform that is none, and where there is nothing.
    """
    if platform and platform not in (known := {*assistants(), *messengers()}):
        raise ValueError(f"no such platform: {platform}; known are {', '.join(sorted(known))}")
    if next(folder.rglob("*.json"), None) is None:
        raise ValueError(f"{folder} holds no JSON files")
    found = (_recorded(file, platform) for file in sorted(folder.rglob("*.json")))
    return [one for one in found if one is not None]


def replay(
    target: Target, recorded: list[Recorded], *, repeat: bool = True, spoil: int = 0, golden: bool = False
) -> Report:
    """Send the bodies one after another.

    repeat: send each that names its delivery twice and want the same answer. spoil: so many spoiled copies of each.
    golden: compare with the recorded answers, identifiers and times masked.
    """
    report = Report()
    for one in recorded:
        report.bodies += 1
        answer = _sent(target, one, one.raw, report)
        if answer is None:
            continue
        if golden and one.answer is not None and mask(_json(answer)) != mask(one.answer):
            report.problems.append(f"{one.file.name}: another answer than the recorded one{_difference(one, answer)}")
        if (
            repeat
            and _named(one)
            and (again := _sent(target, one, one.raw, report)) is not None
            and again.body != answer.body
        ):
            report.problems.append(f"{one.file.name}: repeated, it got another answer")
        for raw in mutations(one.raw, spoil, seed=len(one.raw)):
            report.spoiled += 1
            _sent(target, one, raw, report, spoiled=True)
    return report


def problems_of(platform: str, status: int, body: object) -> list[str]:
    """What is wrong with an answer to a platform's body."""
    if status != 200:
        return [f"status {status}"]
    if body == {} and platform in messengers():
        return []
    return contracts()[platform].problems(body)


def _sent(target: Target, one: Recorded, raw: bytes, report: Report, *, spoiled: bool = False) -> Answer | None:
    """The answer, noted in the report; None if it is not a good one."""
    answer = target.send(one.platform, raw)
    report.seconds[one.platform].append(answer.seconds)
    if spoiled and answer.status in REFUSALS:
        return answer
    problems = problems_of(one.platform, answer.status, _json(answer))
    report.problems.extend(f"{one.file.name}{' spoiled' if spoiled else ''}: {problem}" for problem in problems)
    return None if problems else answer


def _difference(one: Recorded, answer: Answer) -> str:
    """Where the answer first differs from the recorded one, both as they are masked."""
    now, then = (json.dumps(mask(value), ensure_ascii=False, indent=1) for value in (_json(answer), one.answer))
    lines = zip_longest(now.splitlines(), then.splitlines(), fillvalue="nothing")
    told = next((f": {new.strip(' ,')}, recorded {old.strip(' ,')}" for new, old in lines if new != old), "")
    unheard = " (what was said is masked in the recording)" if MASKED in one.raw else ""
    return told[:300] + unheard


def _named(one: Recorded) -> bool:
    """Whether the body names its delivery: without a name nobody can tell a repetition from the same words again."""
    known = assistants().get(one.platform)
    return known is None or known.read(parse(one.raw)).turn_key is not None


def _recorded(file: Path, platform: str) -> Recorded | None:
    try:
        raw = file.read_bytes()
        body = json.loads(raw)
    except ValueError as error:
        raise ValueError(f"{file} is not JSON") from error
    answer = None
    if isinstance(body, dict) and {"platform", "request", "answer"} <= body.keys():
        if body["platform"] == OWN:
            return None
        platform, answer = platform or str(body["platform"]), body["answer"]
        raw = json.dumps(body["request"], ensure_ascii=False).encode()
        body = body["request"]
    folder = OTHER_NAMES.get(file.parent.name, file.parent.name)
    known = {*assistants(), *messengers()}
    found = platform or (folder if folder in known else platform_of(body, "request") or "")
    if found not in known:
        raise ValueError(f"{file}: whose body this is cannot be told; name the platform, or its folder after it")
    return Recorded(file, found, raw, answer)


def _json(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(answer.body)
    except ValueError:
        return None
