"""Reading stories and telling them at a door: lines to say, facts to hear, what the books hold in the end.

A story is a file of `stories/`:

    A title in one line.
    who: plain                 (plain, rich: accounts of the demo company; both: linked to these two, the first of which
                               the books are of; stranger: linked to none)
    door: speaker              (or text: only there; without it the story is told at the text door and at Alice's)
    > what is said             («» for the start of a conversation, {number}, {code} of the plain account)
    < a fact; another one      (each is in the answer, whatever its case)
    ! what is not to be heard
    books: COLD_WATER 125; tickets 1; payments 0
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import SQLModel, col, select

from billing import readings, store, tables
from skill.dialogue.feedback import Feedback
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.person.transcript import TranscriptLine
from skill.identity.tables import Consent, ResidentPin

FOLDER = Path(__file__).parent / "stories"
COUNTED: dict[str, type[SQLModel]] = {
    "tickets": tables.Ticket,
    "reminders": tables.Reminder,
    "links": tables.AccountLink,
    "handoffs": Handoff,
    "feedback": Feedback,
    "consents": Consent,
    "pins": ResidentPin,
    "transcript": TranscriptLine,
}
Say = Callable[[str], str]


@dataclass
class Line:
    """What is said, and what is and is not to be heard."""

    says: str
    hears: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)


@dataclass
class Story:
    """See the module."""

    name: str
    title: str
    who: str = "plain"
    door: str = ""
    lines: list[Line] = field(default_factory=list)
    books: list[str] = field(default_factory=list)


def stories() -> list[Story]:
    """Every story, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*.story"))]


def read(path: Path) -> Story:
    """A story from its file. Raises ValueError for a line that is none of the kinds."""
    title, *rows = path.read_text("utf-8").splitlines()
    story = Story(path.stem, title)
    for row in filter(None, rows):
        mark, _, text = row.partition(" ")
        facts = [part.strip() for part in text.split(";") if part.strip()]
        match mark:
            case ">":
                story.lines.append(Line("" if text.strip() == "«»" else text.strip()))
            case "<":
                story.lines[-1].hears += facts
            case "!":
                story.lines[-1].never += facts
            case "books:":
                story.books += facts
            case "who:" | "door:":
                setattr(story, mark[:-1], text.strip())
            case _:
                raise ValueError(f"{path.name}: {row}")
    return story


def tell(story: Story, say: Say, known: dict[str, str]) -> None:
    """Say every line and hear what it promises. known: what stands for names in braces."""
    for line in story.lines:
        said = line.says.format(**known)
        answer = say(said).replace("\u00a0", " ")
        heard = answer.lower()
        for fact in line.hears:
            assert fact.lower().format(**known) in heard, f"«{said}» → «{answer}», without «{fact}»"
        for fact in line.never:
            assert fact.lower().format(**known) not in heard, f"«{said}» → «{answer}», with «{fact}»"


def look(story: Story, engine: Engine, account: int) -> None:
    """The books hold what the story says."""
    with store.reading(engine) as db:
        newest = {
            f"{row.meter.resource} {row.register}".removesuffix(" single"): row.value
            for row in readings.last_readings(db, account)
        }
        paid = db.exec(select(tables.Payment.amount_kopecks).where(col(tables.Payment.status) == "CREATED")).all()
        for fact in story.books:
            name, _, wanted = fact.rpartition(" ")
            if name in COUNTED:
                assert len(db.exec(select(COUNTED[name])).all()) == int(wanted), fact
            elif name == "payments":
                assert sum(paid) == int(Decimal(wanted) * 100), fact
            else:
                assert newest[name] == Decimal(wanted), f"{fact}, but {newest}"
