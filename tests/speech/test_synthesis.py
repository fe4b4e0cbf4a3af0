"""The real espeak-ng: what is made is looked at as a waveform and heard by the recogniser."""

import io
import os
import re
import signal
import subprocess
import sys
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from speech.audio import Pcm, decode
from speech.recognition import transcribe
from speech.synthesis import sentences, speak

LONG = "Показания приняты, расход 3,4 м³, к оплате 1 234,56 ₽ до 25 октября. "


def sound(text: str, **how: object) -> Pcm:
    return decode(speak(text, **how))  # type: ignore[arg-type]  # keyword arguments of a table of cases


def seconds(text: str) -> float:
    """How long the text takes; without the limit of a caller's recording."""
    with wave.open(io.BytesIO(speak(text))) as file:
        return file.getnframes() / file.getframerate()


def loudness(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(pcm.samples.astype(float) ** 2)))


@pytest.mark.parametrize("words", ["передай показания горячая сто двадцать три", "сколько я должен"])
def test_what_is_said_can_be_heard(words: str) -> None:
    pcm = sound(words)
    assert transcribe(pcm.samples, pcm.rate)[0].text == words


def test_figures_are_said_as_words() -> None:
    pcm = sound("горячая 123")
    assert transcribe(pcm.samples, pcm.rate)[0].text == "горячая сто двадцать три"


@pytest.mark.parametrize("rate", [None, 8_000, 16_000, 22_050, 44_100])
def test_a_wav_at_the_rate_asked_for(rate: int | None) -> None:
    with wave.open(io.BytesIO(speak("Показания приняты.", rate=rate))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate or 22_050)
        assert 0.8 < file.getnframes() / file.getframerate() < 3


def test_it_is_loud_enough_and_never_clips() -> None:
    pcm = sound(LONG * 5, rate=8_000)
    assert loudness(pcm) > 1_500
    assert np.abs(pcm.samples.astype(int)).max() < 30_000


@pytest.mark.parametrize("text", ["", "   ", "…", "?!.,", "😀", "\n\t"])
def test_nothing_to_say_is_a_short_silence(text: str) -> None:
    pcm = sound(text, rate=8_000)
    assert 0.1 < pcm.seconds < 0.5
    assert loudness(pcm) < 2


def test_long_text_is_said_to_the_end() -> None:
    """Twenty kilobytes: a hundred and ninety sentences take that many times as long as one."""
    text = LONG * 190
    assert len(text.encode()) > 20_000
    assert seconds(text) == pytest.approx(190 * seconds(LONG), rel=0.05)


def test_a_text_without_a_single_stop_is_said_to_the_end() -> None:
    words = "вода " * 1_000
    assert max(len(piece) for piece in sentences(words)) <= 500
    assert seconds(words) > 15 * seconds(words[:250])


def test_slower_takes_longer() -> None:
    assert sound("Показания приняты.", words_per_minute=100).seconds > 1.3 * sound("Показания приняты.").seconds


def test_another_voice_sounds_different() -> None:
    usual, other = sound("Показания приняты."), sound("Показания приняты.", voice="ru+f3")
    size = min(len(usual.samples), len(other.samples))
    assert not np.allclose(usual.samples[:size], other.samples[:size], atol=500)


@pytest.mark.parametrize(
    "how", [{"voice": "atlantean"}, {"voice": ""}, {"words_per_minute": 0}, {"words_per_minute": 900}]
)
def test_an_unknown_voice_or_pace_is_refused(how: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"voice|words_per_minute"):
        sound("Показания приняты.", **how)
    assert sound("Показания приняты.").seconds > 0.8


def test_the_same_reply_is_made_once() -> None:
    assert speak("Повторите, пожалуйста.") is speak("Повторите, пожалуйста.")
    assert speak("Повторите, пожалуйста.") is not speak("Повторите, пожалуйста.", rate=8_000)


def test_the_first_sentence_can_be_played_while_the_rest_is_made() -> None:
    assert sentences("Приняла: ул. Мира, д. 5, 123,4 м³. Всё верно? Скажите «да».") == [
        "Приняла: улица Мира, дом пять, сто двадцать три целых четыре десятых кубометра.",
        "Всё верно?",
        "Скажите «да».",
    ]
    assert sentences("") == []


def test_pieces_are_short_and_lose_no_word() -> None:
    text = LONG * 3 + "вода, " * 300 + "горячая " * 200 + "а" * 1_200
    pieces = sentences(text)
    assert max(len(piece) for piece in pieces) <= 500
    assert all(re.search(r"\w", piece) for piece in pieces)
    joined = "".join("".join(pieces).split())
    assert joined.count("горячая") == 200
    assert joined.count("вода") == 300
    assert joined.endswith("а" * 1_200)


def test_eight_threads_speak_at_once() -> None:
    texts = [f"Показание {n} принято." for n in range(60)]
    alone = [len(speak(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: len(speak(text + " ")), texts))
    assert together == pytest.approx(alone, rel=0.05)


def test_a_child_forked_after_the_first_use_can_speak() -> None:
    speak("Показания приняты.")
    children = []
    for n in range(2):
        if (child := os.fork()) == 0:
            seconds = sound(f"Дочерний процесс говорит {n}.").seconds
            os._exit(0 if seconds > 1 else 1)
        children.append(child)
    assert [_exit_code(child) for child in children] == [0, 0]
    assert sound("И родитель тоже.").seconds > 0.5


def _exit_code(child: int) -> int:
    """The child's exit status; a child that hangs for half a minute is killed and fails."""
    for _ in range(300):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def test_a_fork_while_another_thread_speaks() -> None:
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(speak, LONG * 20 + str(n)) for n in range(6)]
        if (child := os.fork()) == 0:
            os._exit(0 if sound("Готово.").seconds > 0.3 else 1)
        assert _exit_code(child) == 0
        assert all(len(future.result()) > 100_000 for future in busy)


def _espeak_processes() -> list[int]:
    children = " ".join(tasks.read_text() for tasks in Path("/proc/self/task").glob("*/children")).split()
    return [int(child) for child in children if b"espeak_process" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_espeak_may_die_and_nobody_notices() -> None:
    speak("Показания приняты, спасибо.")
    assert _espeak_processes()
    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(speak, LONG * 10 + str(n)) for n in range(20, 24)]
        for process in _espeak_processes():
            os.kill(process, signal.SIGSEGV)
        assert all(len(future.result()) > 100_000 for future in busy)
    assert sound("Мы на связи.").seconds > 0.5


def test_only_the_wheels_library_is_used_and_nothing_is_printed() -> None:
    program = (
        "from pathlib import Path; from speech.synthesis import speak\n"
        "speak('Показания приняты.')\n"
        "children = ' '.join(tasks.read_text() for tasks in Path('/proc/self/task').glob('*/children')).split()\n"
        "maps = [Path(f'/proc/{process}/maps').read_text() for process in ['self', *children]]\n"
        "print([{l.split()[-1] for l in m.splitlines() if 'espeak' in l and '.so' in l} for m in maps])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\[set\(\), \{'[^']*espeakng_loader[^']*'\}\]", done.stdout.strip())
    assert done.stderr == ""
