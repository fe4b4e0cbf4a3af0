"""The embedded model on recorded human speech, on synthetic speech, on sound that is no speech."""

import csv
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from speech import recognition
from speech.audio import Pcm, Samples, decode, resample
from speech.grammar import examples, expectations, spelled, validated
from speech.numerals import numbers
from speech.recognition import Hypothesis, preload, transcribe
from speech.synthesis import speak

RECORDINGS = files("fixtures").joinpath("speech")
MANIFEST = list(csv.DictReader(RECORDINGS.joinpath("manifest.tsv").read_text("utf-8").splitlines(), delimiter="\t"))
NUMBERS = [row for row in MANIFEST if row["value"]]
SEED = np.random.default_rng(7)


def recording(name: str) -> Pcm:
    return decode(RECORDINGS.joinpath(name).read_bytes())


def spoken(words: str, rate: int = 16_000, voice: str = "ru") -> Pcm:
    return decode(speak(words, rate=rate, voice=voice))


def values(hypotheses: list[Hypothesis]) -> list[list[str]]:
    return [numbers(hypothesis.text) for hypothesis in hypotheses]


@pytest.mark.parametrize("row", NUMBERS, ids=[row["value"] for row in NUMBERS])
@pytest.mark.parametrize("expecting", ["number", None])
def test_a_persons_number_is_heard(row: dict[str, str], expecting: str | None) -> None:
    pcm = recording(row["file"])
    best = transcribe(pcm.samples, pcm.rate, expecting)[0]
    assert numbers(best.text) == [row["value"]]
    assert best.confidence > 0.8


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_at_any_sampling_rate(rate: int) -> None:
    pcm = recording("number_125.wav")
    assert values(transcribe(resample(pcm.samples, pcm.rate, rate), rate, "number"))[0] == ["125"]


@pytest.mark.parametrize("loudness", [0.03, 0.3, 1.4])
def test_loud_or_from_across_the_room(loudness: float) -> None:
    pcm = recording("number_6229.wav")
    louder = np.clip(pcm.samples * loudness, -32768, 32767).astype(np.int16)
    assert values(transcribe(louder, pcm.rate, "number"))[0] == ["6229"]


@pytest.mark.parametrize(
    "words",
    [
        "передай показания горячая сто двадцать три",
        "передай показания холодная вода четыреста пятьдесят шесть",
        "сколько я должен",
        "пришли квитанцию на почту",
        "какой баланс",
        "соедини с человеком",
    ],
)
def test_a_whole_request_in_one_breath(words: str) -> None:
    pcm = spoken(words)
    assert transcribe(pcm.samples, pcm.rate)[0].text == words


@pytest.mark.parametrize(
    ("words", "expecting"),
    [("да", "yes_no"), ("нет", "yes_no"), ("да, верно", "yes_no"), ("горячая вода", "meter"), ("на кухне", "meter")],
)
def test_a_short_answer_to_a_question(words: str, expecting: str) -> None:
    pcm = spoken(words)
    best = transcribe(pcm.samples, pcm.rate, expecting)[0]
    assert best.text == words.replace(",", "")
    assert best.confidence > 0.5


def test_help_is_understood_while_a_number_is_asked() -> None:
    pcm = spoken("помощь")
    assert transcribe(pcm.samples, pcm.rate, "number")[0].text == "помощь"


@pytest.mark.parametrize("expecting", [None, "no such thing", *expectations()])
def test_silence_is_nothing(expecting: str | None) -> None:
    assert transcribe(np.zeros(0, np.int16), 16_000, expecting) == []
    assert transcribe(np.zeros(100, np.int16), 16_000, expecting) == []
    assert transcribe(np.zeros(80_000, np.int16), 16_000, expecting) == []
    assert transcribe(SEED.integers(-2, 3, 80_000).astype(np.int16), 16_000, expecting) == []


@pytest.mark.parametrize("seconds", [1, 5])
@pytest.mark.parametrize("kind", ["noise", "tone", "hum"])
def test_noise_is_no_number(kind: str, seconds: int) -> None:
    time_line = np.arange(seconds * 16_000) / 16_000
    sound = {
        "noise": SEED.normal(0, 1500, len(time_line)),
        "tone": 8_000 * np.sin(2 * np.pi * 1_000 * time_line),
        "hum": 3_000 * np.sin(2 * np.pi * 50 * time_line),
    }[kind]
    heard = transcribe(sound.astype(np.int16), 16_000, "number")
    assert not [h for h in heard if numbers(h.text) and h.confidence > 0.5]


def test_speech_about_something_else_is_not_trusted() -> None:
    pcm = recording("no_number.wav")
    assert transcribe(pcm.samples, pcm.rate, "number")[0].confidence < 0.6


def test_hypotheses_are_ordered_and_differ() -> None:
    pcm = recording("number_5126.wav")
    noisy = (pcm.samples + SEED.normal(0, 400, len(pcm.samples))).clip(-32768, 32767).astype(np.int16)
    heard = transcribe(noisy, pcm.rate, "number")
    assert 2 <= len(heard) <= 5
    assert [h.confidence for h in heard] == sorted((h.confidence for h in heard), reverse=True)
    assert len({h.text for h in heard}) == len(heard)
    assert all(0 <= h.confidence <= 1 and "[unk]" not in h.text for h in heard)


def test_words_carry_time_and_confidence() -> None:
    pcm = recording("number_1838.wav")
    words = transcribe(pcm.samples, pcm.rate, "number")[0].words
    assert [word.word for word in words] == ["восемнадцать", "тридцать", "восемь"]
    assert all(0 <= word.start < word.end <= pcm.seconds + 0.5 for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(0 < word.confidence <= 1 for word in words)


def test_pauses_do_not_lose_what_came_before() -> None:
    first, second = recording("number_125.wav"), recording("number_148.wav")
    sound = np.concatenate([first.samples, np.zeros(2 * 16_000, np.int16), second.samples])
    assert transcribe(sound, 16_000, "number")[0].text == "сто двадцать пять сто сорок восемь"


def test_eight_threads_hear_and_speak_at_once() -> None:
    def hear(row: dict[str, str]) -> tuple[str, list[str]]:
        pcm = recording(row["file"])
        said = decode(speak(row["transcript"], voice="ru+f3" if int(row["value"]) % 2 else "ru", rate=8_000))
        assert said.seconds > 0.3
        return row["value"], values(transcribe(pcm.samples, pcm.rate, "number"))[0]

    with ThreadPoolExecutor(8) as pool:
        for value, heard in pool.map(hear, NUMBERS * 2):
            assert heard == [value]


def test_a_model_loaded_before_a_fork_hears_in_the_child() -> None:
    preload()
    pcm = recording("number_125.wav")
    if (child := os.fork()) == 0:
        heard = values(transcribe(pcm.samples, pcm.rate, "number"))
        os._exit(0 if heard[0] == ["125"] else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "phrases",
    [[], {}, "x", None, [1], [""], ["  "], ["да", None], [["да"]], ["да" * 300], ["да"] * 20_001, ["фьорд"], ["[unk]"]],
    ids=lambda phrases: repr(phrases)[:20],
)
def test_a_bad_grammar_never_reaches_vosk(phrases: object) -> None:
    with pytest.raises(ValueError, match="grammar"):
        validated(phrases, preload().model)


def test_a_grammar_is_spelled_as_the_model_spells_it() -> None:
    model = preload().model
    assert json.loads(validated(["Передай ЧЕТЫРЕХ", "вода фьорд"], model)) == ["передай четырёх", "вода", "[unk]"]
    assert spelled("четырех", model) == "четырёх"
    assert spelled("фьорд", model) is None


@pytest.mark.parametrize("expecting", expectations())
def test_every_expectation_is_in_the_models_vocabulary(expecting: str) -> None:
    model = preload().model
    phrases = examples(expecting)
    assert phrases
    assert {word for phrase in phrases for word in phrase.split() if spelled(word, model) is None} == set()


def test_a_folder_without_a_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_loaded", None)
    monkeypatch.setenv("ZHKU_VOSK_MODEL", str(tmp_path))
    with pytest.raises(OSError, match="holds no Vosk model"):
        preload()


@pytest.mark.slow
def test_five_seconds_of_zeros_take_no_longer_than_speech() -> None:
    def seconds(sound: Samples) -> float:
        started = time.process_time()
        transcribe(sound, 16_000, "number")
        return time.process_time() - started

    speech = np.tile(recording("number_125.wav").samples, 3)[: 5 * 16_000]
    half = np.concatenate([speech[:16_000], np.zeros(4 * 16_000, np.int16)])
    assert seconds(np.zeros(5 * 16_000, np.int16)) < seconds(speech)
    assert seconds(half) < 2 * seconds(speech)


@pytest.mark.slow
def test_sixty_seconds_at_once() -> None:
    pcm = recording("number_6375.wav")
    sound = np.tile(pcm.samples, 20)
    assert transcribe(sound, pcm.rate, "number")[0].text.count("шестьдесят три") >= 18


@pytest.mark.slow
def test_the_process_lives_after_every_bad_grammar() -> None:
    program = (
        "import sys; from speech.grammar import validated; from speech.recognition import preload, transcribe\n"
        "for bad in ([], {}, 'x', [1], ['']):\n"
        "    try: validated(bad, preload().model)\n"
        "    except ValueError: pass\n"
        "print('alive')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "alive"
