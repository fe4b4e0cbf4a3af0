"""What goes out frame by frame, and what is really in kind 0x10."""

import numpy as np
import pytest

from speech.telephony.playout import Playout
from speech.telephony.sniffing import FormatGuess, NotLinear


def test_frames_come_out_whole_and_the_last_one_is_filled_up() -> None:
    playout = Playout()
    playout.add(np.arange(1, 251, dtype=np.int16))
    playout.add(np.arange(251, 401, dtype=np.int16))
    first, second, third, fourth = (playout.next(160) for _ in range(4))
    assert first is not None
    assert second is not None
    assert third is not None
    assert [first[0], second[0], third[0]] == [1, 161, 321]
    assert not third[80:].any()
    assert fourth is None
    assert playout.played == 400


def test_what_is_cleared_is_not_said_and_the_far_side_is_told() -> None:
    playout = Playout()
    playout.add(np.ones(1600, np.int16))
    playout.next(160)
    playout.clear()
    assert playout.next(160) is None
    assert playout.cut
    assert (playout.played, playout.queued) == (160, 1600)


def test_clearing_nothing_tells_nobody() -> None:
    playout = Playout()
    playout.clear()
    assert not playout.cut


def test_what_is_held_goes_on_from_the_same_sample() -> None:
    playout = Playout()
    playout.add(np.arange(480, dtype=np.int16))
    playout.next(160)
    playout.hold()
    assert playout.next(160) is None
    playout.resume()
    frame = playout.next(160)
    assert frame is not None
    assert frame[0] == 160


def guessed(size: int, frames: int = 100, every: float = 0.02, gap_at: int = -1) -> int | None:
    """The rate guessed from frames of one size arriving regularly, with a gap of a second before one of them."""
    guess, now = FormatGuess(), 0.0
    for frame in range(frames):
        now += 1.0 if frame == gap_at else every
        rate = guess.add(bytes(size), now)
        if rate is not None:
            return rate
    return guess.best(0)


def test_linear_sound_at_8_and_16_khz_is_told_apart() -> None:
    assert guessed(320) == 8000
    assert guessed(640) == 16000


def test_a_gap_in_the_sound_changes_nothing() -> None:
    assert guessed(320, gap_at=5) == 8000
    assert guessed(640, gap_at=12) == 16000


def test_frames_of_10_ms_are_no_a_law() -> None:
    assert guessed(160, every=0.01, frames=300) == 8000


def test_a_law_is_named_with_its_cure() -> None:
    with pytest.raises(NotLinear, match=r"c\(slin\)"):
        guessed(160)


def test_few_frames_are_judged_by_their_size() -> None:
    assert guessed(640, frames=3) == 16000
    assert guessed(160, frames=3) == 0
