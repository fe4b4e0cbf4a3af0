"""Every story of `stories/`, told at the text door and at Alice's; some of them by voice. Each has books of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import store
from fixtures import demo_company
from fixtures.demo_company import DemoSummary
from skill.app import create_app, open_books
from skill.identity import tokens
from skill.settings import Settings
from speech.synthesis import speak
from tests.conftest import NOW
from tests.skill.storytelling import Say, Story, look, stories, tell
from tests.skill.talking import UNHURRIED, Untouched, linked

Door = Callable[["Stage", Story, list[int]], Say]
ALL = stories()
TOLD = [(story, door) for story in ALL for door in ([story.door] if story.door else ["text", "alice"])]
ALOUD = (Path(__file__).parent / "stories" / "aloud.txt").read_text("utf-8").split()


@dataclass
class Stage:
    """One server for all stories; before each its books are put back to what the demo company starts with."""

    client: FlaskClient
    engine: Engine
    demo: DemoSummary
    untouched: Untouched


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    settings = Settings(
        data_dir=folder, database_url="", alice_secret="secret", company="УК «Пример»", answer_seconds=UNHURRIED
    )
    engine = open_books(settings)
    with store.transaction(engine) as db:
        demo = demo_company.load(db, NOW)
    client = create_app(settings, engine=engine, clock=lambda: NOW).test_client()
    yield Stage(client, engine, demo, Untouched(folder / "zhku.sqlite3"))
    engine.dispose()


@pytest.fixture
def stage(built: Stage) -> Stage:
    built.untouched.put_back()
    return built


@pytest.mark.parametrize(("story", "door"), TOLD, ids=[f"{story.name}-{door}" for story, door in TOLD])
def test_story(story: Story, door: str, stage: Stage) -> None:
    play(story, stage, at_text if door == "text" else at_alice)


@pytest.mark.slow
@pytest.mark.parametrize("story", [story for story in ALL if story.name in ALOUD], ids=lambda story: story.name)
def test_story_by_voice(story: Story, stage: Stage) -> None:
    """Every line is spoken by espeak-ng, sent as a recording and heard by the recogniser."""
    play(story, stage, at_audio)


def play(story: Story, stage: Stage, door: Door) -> None:
    both = {"plain": stage.demo.account, "rich": stage.demo.rich}
    known = list(both.values()) if story.who == "both" else [both[story.who]] if story.who in both else []
    home = known[0] if known else stage.demo.account

    say = door(stage, story, [account.id for account in known])
    tell(story, say, {"number": home.number, "code": home.bill_code})
    look(story, stage.engine, home.id)


def at_text(stage: Stage, story: Story, known: list[int]) -> Say:
    headers = _bearer(stage, known)

    def say(text: str) -> str:
        answer = stage.client.post("/api/v1/utterance", json={"text": text}, headers=headers)
        return str(answer.get_json()["text"])

    return say


def at_audio(stage: Stage, story: Story, known: list[int]) -> Say:
    headers = _bearer(stage, known) | {"Content-Type": "audio/wav"}

    def say(text: str) -> str:
        answer = stage.client.post("/api/v1/audio", data=speak(text, words_per_minute=140), headers=headers)
        return str(answer.get_json()["text"])

    return say


def at_alice(stage: Stage, story: Story, known: list[int]) -> Say:
    for account in known:
        linked(stage.engine, "alice", "HOME", account, NOW)
    interfaces = {} if story.door == "speaker" else {"screen": {}}
    count = iter(range(1000))

    def say(text: str) -> str:
        number = next(count)
        body = {
            "version": "1.0",
            "meta": {"interfaces": interfaces},
            "session": {
                "new": number == 0,
                "message_id": number,
                "session_id": "s",
                "application": {"application_id": "HOME"},
            },
            "request": {"type": "SimpleUtterance", "command": text.lower(), "original_utterance": text},
        }
        return str(stage.client.post("/alice/secret", json=body).get_json()["response"]["text"])

    return say


def _bearer(stage: Stage, known: list[int]) -> dict[str, str]:
    with store.transaction(stage.engine) as db:
        token = tokens.issue(db, channel="api", name="story", now=NOW)
        holder = tokens.holder(db, token)
    for account in known if holder else ():
        linked(stage.engine, "api", holder.user_key, account, NOW)
    return {"Authorization": f"Bearer {token}"}
