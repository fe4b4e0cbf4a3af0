"""The embedded model as stock Vosk uses it: what it hears, where, how surely, and what it must not hear."""

import csv
import json
import re
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vosk
from numpy.typing import NDArray

RATE = 16000
ROOT = Path(__file__).parents[2]
MODEL = ROOT / "speech" / "model"
RECORDED = ROOT / "fixtures" / "speech"
NUMBER_WORDS = """
    ноль один одна два две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать
    четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать тридцать сорок пятьдесят
    шестьдесят семьдесят восемьдесят девяносто сто двести триста четыреста пятьсот шестьсот семьсот восемьсот
    девятьсот тысяча тысячи тысяч
""".split()  # noqa: SIM905 - a list literal of so many words reads worse
Sound = NDArray[np.int16]


@pytest.fixture(scope="module")
def model() -> vosk.Model:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(MODEL))


def recorded(name: str) -> Sound:
    with wave.open(str(RECORDED / name)) as sound:
        assert sound.getframerate() == RATE
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def hear(model: vosk.Model, sound: Sound, words: list[str] | None = None) -> dict[str, Any]:
    grammar = [json.dumps([*words, "[unk]"], ensure_ascii=False)] if words else []
    recogniser = vosk.KaldiRecognizer(model, RATE, *grammar)
    recogniser.SetWords(True)
    recogniser.AcceptWaveform(sound.tobytes())
    return json.loads(recogniser.FinalResult())


def same_value(text: str) -> str:
    """«тысячи» and «тысяча» differ by an unstressed vowel and not in value."""
    return re.sub("тысяч[аи]", "тысяч", text)


def numbers_said() -> list[tuple[str, str]]:
    with (RECORDED / "manifest.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t")
        return [(r["file"], r["transcript"]) for r in rows if set(r["transcript"].split()) <= set(NUMBER_WORDS)]


def test_model_is_small_enough_for_the_repository() -> None:
    assert sum(p.stat().st_size for p in MODEL.rglob("*") if p.is_file()) <= 12_000_000


@pytest.mark.parametrize(("name", "said"), numbers_said())
def test_numbers_said_by_a_person_are_heard(model: vosk.Model, name: str, said: str) -> None:
    heard = hear(model, recorded(name), NUMBER_WORDS)["text"]
    assert same_value(heard) == same_value(said)


def test_words_lie_in_order_inside_the_sound(model: vosk.Model) -> None:
    sound = recorded("number_5126.wav")
    words = hear(model, sound, NUMBER_WORDS)["result"]
    times = [t for word in words for t in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= len(sound) / RATE + 0.1
    assert all(0.05 <= word["end"] - word["start"] <= 1.5 for word in words)
    assert all(0 <= word["conf"] <= 1 for word in words)


@pytest.mark.parametrize("name", ["number_125.wav", "number_6229.wav", "number_881.wav"])
def test_words_are_where_they_are_said(model: vosk.Model, name: str) -> None:
    """Not from the silence before them on, and not to the next word."""
    said, quiet = recorded(name), np.zeros(RATE, np.int16)
    loud = np.nonzero(np.abs(said.astype(np.int32)) > 500)[0] / RATE + 1
    words = hear(model, np.concatenate([quiet, said, quiet]), NUMBER_WORDS)["result"]
    assert words[0]["start"] == pytest.approx(loud[0], abs=0.2)
    assert words[-1]["end"] == pytest.approx(loud[-1], abs=0.3)


def test_a_number_clearly_said_is_heard_surely(model: vosk.Model) -> None:
    words = hear(model, recorded("number_125.wav"), NUMBER_WORDS)["result"]
    assert min(word["conf"] for word in words) > 0.5


def hiss(seconds: float, loudness: float) -> Sound:
    return np.random.default_rng(1).normal(0, loudness, int(seconds * RATE)).astype(np.int16)


def tone(seconds: float) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    return (6000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)


def melody(seconds: float) -> Sound:
    rng = np.random.default_rng(2)
    notes = []
    for _ in range(int(seconds / 0.25)):
        time = np.arange(RATE // 4) / RATE
        chord = 220 * 2 ** (rng.integers(0, 24) / 12) * np.array([1, 1.26, 1.5])
        notes.append(np.sum(np.sin(2 * np.pi * chord[:, None] * time), 0) * np.exp(-3 * time))
    return (3000 * np.concatenate(notes)).astype(np.int16)


@pytest.mark.parametrize(
    "sound",
    [np.zeros(5 * RATE, np.int16), hiss(5, 30), hiss(5, 1000), hiss(5, 6000), tone(5), melody(5)],
    ids=["digital silence", "quiet hiss", "hiss", "loud hiss", "tone", "melody"],
)
def test_no_number_is_heard_where_nobody_speaks(model: vosk.Model, sound: Sound) -> None:
    heard = [w for w in hear(model, sound, NUMBER_WORDS).get("result", []) if w["word"] != "[unk]"]
    assert not [w for w in heard if w["conf"] > 0.7]


@pytest.mark.parametrize(
    ("name", "said"), [("number_125.wav", "сто двадцать пять"), ("number_881.wav", "восемь восемьдесят один")]
)
def test_the_end_of_speech_is_found_soon(model: vosk.Model, name: str, said: str) -> None:
    """Also where the last word begins a longer one. Seconds are those of the sound, not of the clock."""
    sound = recorded(name)
    loud = np.nonzero(np.abs(sound.astype(np.int32)) > 300)[0]
    recogniser = vosk.KaldiRecognizer(model, RATE, json.dumps([*NUMBER_WORDS, "[unk]"], ensure_ascii=False))
    step = RATE // 50
    stream = np.concatenate([sound[: loud[-1]], np.zeros(RATE * 2, np.int16)])
    for start in range(0, len(stream), step):
        if recogniser.AcceptWaveform(stream[start : start + step].tobytes()):
            break
    assert start + step - loud[-1] <= 0.9 * RATE
    assert json.loads(recogniser.Result())["text"] == said


def test_a_grammar_of_two_answers_is_understood(model: vosk.Model) -> None:
    heard = hear(model, recorded("number_125.wav"), ["да", "нет"])["text"]
    assert set(heard.split()) <= {"[unk]"}


def test_the_general_graph_hears_numbers_too(model: vosk.Model) -> None:
    assert hear(model, recorded("number_125.wav"))["text"] == "сто двадцать пять"


UNDERSTOOD = """
    двумястами тысячами девяноста полтора тыща пятого счётчика водоотведение киловатт гигакалорий кухне ванной февраля
    воскресенье оператора диспетчера квитанцию перерасчёт поверка ага угу неа верно отмена потоп звёздочка
""".split()  # noqa: SIM905 - a list literal of so many words reads worse


@pytest.mark.parametrize("word", UNDERSTOOD)
def test_the_vocabulary_holds_what_the_dialogue_understands(model: vosk.Model, word: str) -> None:
    assert model.vosk_model_find_word(word) >= 0


def test_the_filler_is_a_word(model: vosk.Model) -> None:
    assert model.vosk_model_find_word("[unk]") > 0
