"""What residents say and what it means, in their own words."""

from pathlib import Path

import numpy as np
import pytest

from skill.understanding import OUT_OF_SCOPE, reload, understand
from skill.understanding.evaluate import evaluate, read_labelled
from skill.understanding.templates import TemplateError, parse

SENTENCES = Path(__file__).with_name("understanding_sentences.tsv")
UNSEEN = Path(__file__).with_name("understanding_unseen.tsv")
"""Written before the model was built, and never learned."""


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("сколько я вам должна", "balance"),
        ("почему в этот раз так дорого", "explain_bill"),
        ("когда дадут горячую воду", "outages"),
        ("пришлите сантехника кран течёт", "create_ticket"),
        ("напомни в пятницу про показания", "set_reminder"),
        ("позови живого человека", "operator"),
        ("пакажи начесления за лето", "charges"),
        ("по верка счётчика когда", "meter_verification"),
        ("какая завтра погода", OUT_OF_SCOPE),
        ("включи музыку", OUT_OF_SCOPE),
        ("🙂", OUT_OF_SCOPE),
        ("", OUT_OF_SCOPE),
    ],
)
def test_a_sentence_has_its_intent(said: str, intent: str) -> None:
    assert understand(said).intent == intent


@pytest.mark.parametrize(
    "said",
    [
        "пахнет газом в подъезде",
        "трубу прорвало кипяток хлещет",
        "соседи сверху заливают",
        "розетка искрит и дымится",
        "застряли в лифте с ребёнком",
        "хотел спросить про тариф но тут щиток горит",
        "в подвале пожар",
        "пахнет гасом в падьезде",
        "ис крит ще ток в подъезде",
        "про рвало ба тарею",
        "в лифте уже полчаса сижу",
    ],
)
def test_danger_wins_whatever_question_is_open(said: str) -> None:
    assert {understand(said, expecting=open_).intent for open_ in (None, "yes_no", "number", "code")} == {"emergency"}


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("+", "yes"),
        ("ytn", "no"),
        ("gjrfpfybz", "submit_reading"),
        ("ghbdtn", "greeting"),
        ("asdfgh", OUT_OF_SCOPE),
    ],
)
def test_signs_and_the_wrong_keyboard_layout_are_read(said: str, intent: str) -> None:
    assert understand(said).intent == intent


@pytest.mark.parametrize(
    "said",
    [
        "какой штраф за тонировку",
        "сколько пени набежало по кредиту",
        "норма сна для ребёнка",
        "квартира на сутки",
        "отключи автоплатёж за телефон",
        "адрес ближайшей почты",
        "когда придёт зарплата",
        "удали фотографии из телефона",
    ],
)
def test_words_of_the_trade_about_other_things(said: str) -> None:
    assert understand(said).intent == OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("лифт стоит но в нём никого нет", "create_ticket"),
        ("номер аварийки подскажи", "contacts"),
        ("газ тысяча триста", "submit_reading"),
        ("когда начнут топить", "outages"),
        ("дым сигарет из вентиляции, соседи курят", "create_ticket"),
        ("газ подорожал опять?", "tariffs"),
    ],
)
def test_words_of_danger_without_danger(said: str, intent: str) -> None:
    assert understand(said).intent == intent


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("гор 71", {"values": ["71"], "resource": "hot_water"}),
        ("ХВС - 00427, ГВС - 00319", {"values": ["427", "319"], "resource": ["cold_water", "hot_water"]}),
        ("96 холодная 71 горячая", {"values": ["96", "71"], "resource": ["cold_water", "hot_water"]}),
        (
            "свет день тысяча сто двенадцать ночь семьсот три",
            {"values": ["1112", "703"], "resource": "electricity", "zone": ["day", "night"]},
        ),
        (
            "т1 500 т2 340 т3 820",
            {"values": ["500", "340", "820"], "resource": "electricity", "zone": ["peak", "night", "halfpeak"]},
        ),
        (
            "на кухне холодная сто горячая шестьдесят",
            {"values": ["100", "60"], "resource": ["cold_water", "hot_water"], "place": "kitchen"},
        ),
        ("квартира сорок пять холодная сто двадцать", {"values": ["120"], "resource": "cold_water"}),
        ("было 310, сейчас 318 (хол)", {"values": ["318"], "resource": "cold_water"}),
        ("добрый день свет 4600", {"values": ["4600"], "resource": "electricity"}),
        ("газзз 1520", {"values": ["1520"], "resource": "gas"}),
        (
            "т1-1200 т2-800 т3-950",
            {"values": ["1200", "800", "950"], "resource": "electricity", "zone": ["peak", "night", "halfpeak"]},
        ),
        (
            "пик-412; п/пик-688; ночь-305",
            {"values": ["412", "688", "305"], "resource": "electricity", "zone": ["peak", "halfpeak", "night"]},
        ),
        (
            "свет 7788 (день), 3344 (ночь)",
            {"values": ["7788", "3344"], "resource": "electricity", "zone": ["day", "night"]},
        ),
        ("хв98гв76", {"values": ["98", "76"], "resource": ["cold_water", "hot_water"]}),
        ("гвс/хвс 45/67", {"values": ["45", "67"], "resource": ["hot_water", "cold_water"]}),
        (
            "кухня хвс/гвс 46/31, ванная хвс/гвс 88/70",
            {
                "values": ["46", "31", "88", "70"],
                "resource": ["cold_water", "hot_water", "cold_water", "hot_water"],
                "place": ["kitchen", "kitchen", "bathroom", "bathroom"],
            },
        ),
        ("гврячая 56 халодная 87", {"values": ["56", "87"], "resource": ["hot_water", "cold_water"]}),
        (
            "на кухне двести в ванной сто восемьдесят это холодная",
            {"values": ["200", "180"], "resource": "cold_water", "place": ["kitchen", "bathroom"]},
        ),
        (
            "22.11 хвс 340 гвс 220",
            {"values": ["340", "220"], "resource": ["cold_water", "hot_water"], "date_or_day": "11-22"},
        ),
        (
            "на сегодняшний день двести сорок холодной",
            {"values": ["240"], "resource": "cold_water", "date_or_day": "today"},
        ),
        ("в октябре было 512, теперь 520, горячая", {"values": ["520"], "resource": "hot_water"}),
        ("газ 1204 за октябрь 2026", {"values": ["1204"], "resource": "gas", "period": "2026-10"}),
    ],
)
def test_readings_find_their_meters(said: str, slots: dict[str, object]) -> None:
    understood = understand(said)
    assert (understood.intent, understood.slots) == ("submit_reading", slots)


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("заплати 2500 за свет", {"amount": "2500", "resource": "electricity"}),
        ("начисления за сентябрь 2026 года", {"period": "2026-09"}),
        ("напомни передать показания двадцать третьего", {"date_or_day": "23"}),
        ("пришли квитанцию за август в телеграм", {"channel_to": "telegram", "period": "august"}),
        ("напоминание на 24", {"date_or_day": "24"}),
        ("правда что свет теперь 6,43 за киловатт", {"resource": "electricity", "amount": "6.43"}),
        ("когда у нас субботник", {}),
        ("что с заявкой 4471", {"values": ["4471"]}),
        ("сколько стоит киловатт ночью", {"resource": "electricity", "zone": "night"}),
    ],
)
def test_other_intents_have_slots_too(said: str, slots: dict[str, object]) -> None:
    assert understand(said).slots == slots


@pytest.mark.parametrize(
    ("said", "expecting", "intent"),
    [
        ("двести тридцать", None, "submit_reading"),
        ("двести тридцать", "number", "submit_reading"),
        ("сорок пять ноль один двадцать два", "account", "link_account"),
        ("1204", "code", "link_account"),
        ("да", "yes_no", "yes"),
        ("не та", "yes_no", "no"),
        ("верно", "yes_no", "yes"),
        ("не надо", "yes_no", "no"),
        ("неверно", "yes_no", "no"),
        ("отмена", None, "back"),
        ("жалоба", None, "create_ticket"),
    ],
)
def test_the_open_question_gives_bare_words_their_meaning(said: str, expecting: str | None, intent: str) -> None:
    assert understand(said, expecting=expecting).intent == intent


def test_next_best_intents_are_told() -> None:
    understood = understand("когда платить")
    assert understood.alternatives
    assert sum(confidence for _, confidence in understood.alternatives) <= 1 - understood.confidence + 1e-3


def test_labelled_sentences_are_understood() -> None:
    report = evaluate(SENTENCES)
    assert report.overall.percent("lenient") >= 95
    assert report.intents["emergency"].percent("strict") == 100
    assert report.intents["submit_reading"].percent("slots") >= 97


def test_sentences_never_learned_are_understood() -> None:
    report = evaluate(UNSEEN)
    assert report.overall.percent("strict") >= 95
    assert report.intents["emergency"].percent("strict") == 100
    assert report.refused <= 2


def test_a_malformed_row_is_named(tmp_path: Path) -> None:
    heading = UNSEEN.read_text("utf-8").splitlines()[0]
    (tmp_path / "rows.tsv").write_text(f"{heading}\nx1\tbalance\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.tsv:2"):
        read_labelled(tmp_path / "rows.tsv")


@pytest.mark.parametrize("text", ["", "host\n", "id\tintent\nx1\tbalance\n"])
def test_a_file_of_something_else_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "rows.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.tsv is no file of labelled utterances"):
        read_labelled(tmp_path / "rows.tsv")


@pytest.mark.parametrize("line", ["(а|б", "а]", "<nothing>"])
def test_a_broken_template_is_refused(line: str) -> None:
    with pytest.raises(TemplateError):
        parse(line)


def test_a_broken_model_file_leaves_the_old_model_in_use(tmp_path: Path) -> None:
    broken, older = tmp_path / "model.npz", tmp_path / "older.npz"
    broken.write_bytes(b"not a model")
    np.savez(older, weights=np.zeros(3))
    with pytest.raises(ValueError, match="pickle"):
        reload(broken)
    with pytest.raises(ValueError, match="another version"):
        reload(older)
    assert understand("сколько я должен").intent == "balance"


def test_a_company_adds_its_own_words(tmp_path: Path) -> None:
    own = tmp_path / "words.yaml"
    own.write_text("place: {dacha: дач*}\n", "utf-8")
    reload(words=own)
    assert understand("холодная на даче 12").slots == {"values": ["12"], "resource": "cold_water", "place": "dacha"}
    reload()
    assert "place" not in understand("холодная на даче 12").slots
