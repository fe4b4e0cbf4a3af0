"""Synthetic training speech from voices free to use: espeak-ng's variants, festival's and RHVoice's Russian ones."""

import ctypes
import io
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import espeakng_loader  # type: ignore[import-untyped]  # has no annotations
import numpy as np
from numpy.typing import NDArray

from speech.acoustic.corpus import Recording
from speech.acoustic.frontend import mfcc
from speech.acoustic.language import sentence, short_number
from speech.acoustic.sources import SHORTEST_FRAMES, read_sound

UNNATURAL = re.compile(r"whisper|croak|klatt|robo|demon|mr |^ed|anika|fast|uni", re.IGNORECASE)
ESPEAK_SYNCHRONOUS, ESPEAK_UTF8, ESPEAK_RATE, ESPEAK_PITCH = 2, 1, 1, 3
SHORT_SHARE = 0.3
WRITTEN_SHARE = 0.5
# The voices of the project itself, LGPL or CC-BY-SA; the others are CC-BY-NC-ND.
RHVOICE_VOICES = ("aleksandr", "aleksandr-hq", "anna", "elena", "irina")
USUAL_RATE = 170


@dataclass(frozen=True)
class Prompt:
    """What one synthetic voice is to say: words a minute and pitch 0…99 are espeak-ng's measures."""

    key: str
    voice: str
    text: str
    rate: int
    pitch: int


def espeak_variants() -> list[str]:
    """The voice variants that could pass for a person, in a fixed order."""
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return sorted(p.name for p in folder.iterdir() if not UNNATURAL.search(p.name))


def prompts(count: int, seed: int, voices: Sequence[str], written: Sequence[str] = ()) -> list[Prompt]:
    """What the voices are to say: short numbers, the recipe's own sentences, and half of the rest `written` ones."""
    rng = random.Random(seed)
    made = []
    for k in range(count):
        if rng.random() < SHORT_SHARE:
            text = short_number(rng)
        else:
            text = rng.choice(written) if written and rng.random() < WRITTEN_SHARE else sentence(rng)
        made.append(Prompt(f"{k:05d}", rng.choice(voices), text, rng.randint(120, 240), rng.randint(15, 85)))
    return made


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    return library, library.espeak_Initialize(ESPEAK_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)


def espeak_samples(prompt: Prompt) -> tuple[NDArray[np.int16], int]:
    """Speak a prompt with espeak-ng: 16-bit samples and their rate."""
    library, rate = _espeak()
    chunks: list[NDArray[np.int16]] = []
    receiver = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def receive(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int | None) -> int:
        if samples and count:
            chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = receiver(receive)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(f"ru+{prompt.voice}".encode())
    library.espeak_SetParameter(ESPEAK_RATE, prompt.rate, 0)
    library.espeak_SetParameter(ESPEAK_PITCH, prompt.pitch, 0)
    text = prompt.text.encode()
    library.espeak_Synth(text, len(text) + 1, 0, 1, 0, ESPEAK_UTF8, None, None)
    library.espeak_Synchronize()
    return (np.concatenate(chunks) if chunks else np.zeros(0, np.int16)), rate


def _speak(prompt: Prompt) -> Recording | None:
    samples, rate = espeak_samples(prompt)
    frames = mfcc(samples, rate)
    if len(frames) < SHORTEST_FRAMES:
        return None
    return Recording(prompt.key, prompt.voice, prompt.text, False, frames.astype(np.float16))


def espeak_recordings(count: int, seed: int, written: Sequence[str] = (), jobs: int = 2) -> Iterator[Recording]:
    """Synthetic speech of many voice variants at many tempos and pitches."""
    with ProcessPoolExecutor(jobs) as pool:
        for recording in pool.map(_speak, prompts(count, seed, espeak_variants(), written), chunksize=25):
            if recording:
                yield recording


def festival_recordings(count: int, seed: int, written: Sequence[str] = ()) -> Iterator[Recording]:
    """Speech of festvox-ru, a man's recorded voice; nothing when festival is not installed."""
    if not shutil.which("festival"):
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = prompts(count, seed, ["festvox-ru"], written)
        script = ["(voice_msu_ru_nsh_clunits)"]
        for prompt in wanted:
            script.append(f"(Parameter.set 'Duration_Stretch {170 / (prompt.rate + 20):.2f})")
            script.append(
                f'(utt.save.wave (utt.synth (Utterance Text "{prompt.text}")) "{folder / prompt.key}.wav" \'riff)'
            )
        (folder / "speak.scm").write_text("\n".join(script) + "\n", encoding="utf-8")
        subprocess.run(["festival", "-b", str(folder / "speak.scm")], check=False, stderr=subprocess.DEVNULL)  # noqa: S603, S607
        for prompt in wanted:
            sound = folder / f"{prompt.key}.wav"
            if sound.is_file():
                frames = mfcc(*read_sound(sound))
                if len(frames) >= SHORTEST_FRAMES:
                    yield Recording(prompt.key, prompt.voice, prompt.text, False, frames.astype(np.float16))


def rhvoice_recordings(count: int, seed: int, written: Sequence[str] = ()) -> Iterator[Recording]:
    """Speech of RHVoice's free Russian voices. RHVOICELIBPATH and RHVOICEDATAPATH name the library and its data."""
    from rhvoice_wrapper import TTS

    speaker = TTS(threads=1, quiet=True)
    try:
        for prompt in prompts(count, seed, RHVOICE_VOICES, written):
            tempo = {"relative_rate": prompt.rate / USUAL_RATE, "relative_pitch": 0.8 + 0.4 * prompt.pitch / 100}
            sound = speaker.get(prompt.text, voice=prompt.voice, format_="wav", sets=tempo)
            frames = mfcc(*read_sound(io.BytesIO(sound)))
            if len(frames) >= SHORTEST_FRAMES:
                yield Recording(prompt.key, prompt.voice, prompt.text, False, frames.astype(np.float16))
    finally:
        speaker.join()


ENGINES: dict[str, Callable[[int, int, Sequence[str]], Iterator[Recording]]] = {
    "espeak": espeak_recordings,
    "festival": festival_recordings,
    "rhvoice": rhvoice_recordings,
}
