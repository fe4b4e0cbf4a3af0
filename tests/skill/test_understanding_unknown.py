"""What nothing understood is kept masked, labelled by an operator, and learned."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from billing import store
from skill.cli import app as commands
from skill.settings import Settings
from skill.understanding import build as building
from skill.understanding import reload, understand, unknown, use_company
from skill.understanding.recognise import COMPANY_FOLDER
from skill.understanding.unknown import masked
from tests.skill.talking import Clock, Resident

SAID = "Попугай выучил слово, квартира 45"
KEPT = "Попугай выучил слово, квартира #"


@pytest.fixture
def zhku(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Callable[..., Result]:
    monkeypatch.setenv("ZHKU_DATA_DIR", str(settings.data_dir))
    return lambda *words: CliRunner().invoke(commands, ["understanding", *words])


@pytest.fixture
def few_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A model that is learned in a moment, put aside afterwards."""
    folder = tmp_path / "sentences"
    folder.mkdir()
    (folder / "balance.txt").write_text("(какой|покажи) [мой] (долг|баланс)\nсколько я должен\n", "utf-8")
    (folder / "news.txt").write_text("(что|чего) нового\nкакие новости\n", "utf-8")
    monkeypatch.setattr(building, "SENTENCES", folder)
    yield
    reload()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("меня зовут Анна Петровна телефон +7 912 345-67-89", "меня зовут ‹имя› ‹имя› телефон #"),
        ("Запишите, я Сидоров из квартиры 45", "Запишите, я ‹имя› из квартиры #"),
        ("двести тридцать на счётчике", "# на счётчике"),
        ("пишите на a.b@example.org", "пишите на ‹почта›"),
    ],
)
def test_numbers_and_names_are_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


def test_an_utterance_without_an_answer_is_kept_once(stranger: Resident, engine: Engine) -> None:
    stranger.says("")
    for said in (SAID, SAID, "12345", "привет"):
        stranger.says(said)
    with store.reading(engine) as db:
        assert [(row.text, row.channel, row.intent) for row in unknown.waiting(db)] == [(KEPT, "chat", "")]


def test_only_labelled_utterances_outlast_their_time(stranger: Resident, engine: Engine, clock: Clock) -> None:
    stranger.says("")
    for said in (SAID, "шуршит зелёный кузнечик"):
        stranger.says(said)
    with store.transaction(engine) as db:
        assert unknown.label(db, 1, "news")
        assert not unknown.label(db, 99, "news")
        unknown.forget(db, clock() + timedelta(days=1))
        assert unknown.waiting(db) == []
        assert unknown.labelled(db) == [("news", KEPT)]


@pytest.mark.usefixtures("few_sentences")
def test_what_an_operator_labels_is_learned(
    stranger: Resident, settings: Settings, zhku: Callable[..., Result]
) -> None:
    stranger.says("")
    stranger.says(SAID)
    assert "Попугай выучил слово" in zhku("unknown").output
    assert zhku("label", "1", "weather").exit_code == 2
    assert zhku("label", "1", "news").exit_code == 0
    assert "Попугай" not in zhku("unknown").output
    built = zhku("build")
    assert built.exit_code == 0, built.output
    assert "1 of 1" in built.output
    reload()
    use_company(settings.data_dir / COMPANY_FOLDER)
    assert understand("попугай выучил слово квартира семь").intent == "news"


@pytest.mark.usefixtures("few_sentences")
def test_a_company_s_own_sentences_open_an_intent_of_its_own(settings: Settings, zhku: Callable[..., Result]) -> None:
    own = settings.data_dir / COMPANY_FOLDER
    own.mkdir(parents=True)
    (own / "sauna.txt").write_text("(запиши|запишите) [меня] в (сауну|баню)\n", "utf-8")
    checked = settings.data_dir / "check.tsv"
    header = "id\tintent\tslots\tchannel\tstyle\tutterance\talt_intents\n"
    checked.write_text(f"{header}1\tsauna\t{{}}\tchat\tterse\tзапишите в баню\t[]\n", "utf-8")
    built = zhku("build", "--check", str(checked))
    assert built.exit_code == 0, built.output
    assert "100.0" in built.output
    assert understand("запишите нас в сауну").intent == "sauna"
