"""When the caller speaks: recorded human numbers, noise and silence, frame by frame."""

import numpy as np
import pytest

from speech.audio import Samples
from speech.telephony.ear import Ear, Sign
from tests.telephony.fake_pbx import noise, recorded

RATE = 8000


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(int(seconds * rate), np.int16)


def signs(ear: Ear, *sounds: Samples) -> list[tuple[Sign, float]]:
    """The signs and when they came, in seconds from the beginning."""
    found, frame = [], ear.rate // 50
    sound = np.concatenate(sounds)
    for start in range(0, len(sound), frame):
        found += [(sign, (start + frame) / ear.rate) for sign in ear.hear(sound[start : start + frame])]
    return found


def listening(pause: float = 0.7, rate: int = RATE) -> Ear:
    ear = Ear(rate)
    ear.listen(pause, 12.0)
    return ear


def voice_ends(sound: Samples) -> float:
    return float(np.flatnonzero(np.abs(sound.astype(int)) > 400)[-1] / RATE)


@pytest.mark.parametrize("pause", [0.5, 0.7, 1.1])
def test_an_answer_ends_with_the_pause_its_question_allows(pause: float) -> None:
    said = recorded("number_20")
    found = signs(listening(pause), silence(1), said, silence(2))
    assert [sign for sign, _ in found] == [Sign.VOICE, Sign.PAUSE, Sign.END]
    waited = found[-1][1] - 1 - voice_ends(said)
    assert pause - 0.1 <= waited <= pause + 0.15


def test_the_sound_begins_before_the_voice_so_that_no_syllable_is_lost() -> None:
    ear, said = listening(), recorded("number_20")
    for start in range(0, RATE + len(said), 160):
        list(ear.hear(np.concatenate([silence(1), said])[start : start + 160]))
    first = np.flatnonzero(np.abs(ear.sound.astype(int)) > 400)[0] / RATE
    assert first >= 0.2
    assert len(ear.sound) >= len(said)


def test_a_breath_inside_a_number_does_not_end_it() -> None:
    parts = recorded("number_20"), silence(0.6), recorded("number_20"), silence(1.5)
    found = [sign for sign, _ in signs(listening(1.1), silence(0.5), *parts)]
    assert found == [Sign.VOICE, Sign.PAUSE, Sign.RESUMED, Sign.PAUSE, Sign.END]


def test_silence_is_no_answer() -> None:
    assert signs(listening(), silence(30)) == []


def test_steady_loud_noise_is_no_answer() -> None:
    assert signs(listening(), noise(10, 3000)) == []


def test_speech_in_noise_is_heard() -> None:
    said = recorded("number_125")
    mixed = (
        np.concatenate([silence(1), said, silence(2)]).astype(int) + noise(10, 150)[: len(said) + 3 * RATE]
    ).astype(np.int16)
    assert [sign for sign, _ in signs(listening(), mixed)][-1] is Sign.END


def test_a_talker_without_a_pause_is_cut_at_the_longest_answer() -> None:
    ear = Ear(RATE)
    ear.listen(1.1, 3.0)
    said = np.concatenate([recorded("number_1838")] * 4)
    end = next(at for sign, at in signs(ear, said) if sign is Sign.END)
    assert 2.4 <= end <= 3.4


def test_frames_of_any_length_give_the_same_signs() -> None:
    sound = np.concatenate([silence(1), recorded("number_125"), silence(2)])
    ear, found = listening(), []
    for start in range(0, len(sound), 150):
        found += list(ear.hear(sound[start : start + 150]))
    assert found == [sign for sign, _ in signs(listening(), sound)]


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
def test_other_rates_are_heard_too(rate: int) -> None:
    ear = listening(rate=rate)
    sound = np.concatenate([silence(1, rate), recorded("number_125", rate), silence(2, rate)])
    frame = rate // 50
    found = [sign for start in range(0, len(sound), frame) for sign in ear.hear(sound[start : start + frame])]
    assert found[-1] is Sign.END
    assert ear.rate == 16_000


def test_a_closed_ear_takes_nothing() -> None:
    ear = listening()
    ear.close()
    assert signs(ear, recorded("number_125"), silence(2)) == []


def test_a_complete_answer_ends_with_a_shorter_pause() -> None:
    ear, said = listening(1.1), recorded("number_20")
    heard = signs(ear, silence(1), said, silence(0.4))
    assert [sign for sign, _ in heard] == [Sign.VOICE, Sign.PAUSE]
    ear.shorten(0.6)
    assert [sign for sign, _ in signs(ear, silence(0.4))] == [Sign.END]


def test_an_answer_that_goes_on_after_all_has_its_usual_pause_again() -> None:
    ear = listening(1.1)
    signs(ear, silence(1), recorded("number_20"), silence(0.4))
    ear.shorten(0.6)
    assert [sign for sign, _ in signs(ear, recorded("number_20"), silence(0.9))] == [Sign.RESUMED, Sign.PAUSE]
    assert [sign for sign, _ in signs(ear, silence(0.4))] == [Sign.END]


def test_a_caller_who_is_speaking_already_when_listening_begins_is_noticed() -> None:
    ear, said = listening(), recorded("number_125")
    signs(ear, silence(1), said[:8000])
    ear.listen(0.7, 12.0)
    assert signs(ear, said[8000:12_000])[0][0] is Sign.VOICE
