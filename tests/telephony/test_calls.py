"""Calls over AudioSocket from beginning to end: a real server, the real recogniser and voice."""

import tempfile
import wave
from pathlib import Path

import numpy as np
from structlog.testing import capture_logs

from speech import recognition
from tests.telephony.fake_pbx import Telephone, recorded
from tests.telephony.scenarios import scenario
from tests.telephony.talking import ASK, BYE, OPERATOR, exchange


@scenario
async def test_a_call_from_greeting_to_goodbye() -> None:
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.listens()
        await phone.say(recorded("number_125"))
        heard = await phone.until_ended()
        ending = await line.latest.end()
    assert line.latest.told == ["сто двадцать пять"]
    assert ending.outcome == "hangup"
    assert [(said.who, said.text) for said in ending.transcript] == [
        ("line", "Показание?"),
        ("caller", "сто двадцать пять"),
        ("line", "До свидания!"),
    ]
    assert heard.illegal == []
    assert heard.max_ahead(8000) <= 0.2


@scenario
async def test_wide_sound_is_answered_in_kind() -> None:
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port, kind=0x12, rate=16_000)
        await phone.listens()
        await phone.say(recorded("number_125", 16_000))
        heard = await phone.until_ended()
    assert line.latest.told == ["сто двадцать пять"]
    assert {frame.kind for frame in heard.frames} == {0x12}
    assert {len(frame.samples) for frame in heard.frames} == {320}


@scenario
async def test_old_asterisk_sends_16_khz_as_kind_0x10() -> None:
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port, kind=0x10, rate=16_000)
        await phone.listens()
        await phone.say(recorded("number_125", 16_000))
        heard = await phone.until_ended()
    assert line.latest.told == ["сто двадцать пять"]
    assert {(frame.kind, len(frame.samples)) for frame in heard.frames} == {(0x10, 320)}


async def late_sound(kind: int) -> tuple[list[str], set[tuple[int, int]]]:
    """A call whose sound, 16 kHz, begins only after the question; what was heard, and the frames that answered it."""
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port, kind=kind, rate=16_000, talking=False)
        await phone.listens()
        phone.begin_to_send()
        await phone.say(recorded("number_125", 16_000))
        heard = await phone.until_ended()
    return line.latest.told, {(frame.kind, len(frame.samples)) for frame in heard.frames[-20:]}


@scenario
async def test_a_line_silent_at_first_may_turn_out_to_be_wide() -> None:
    assert await late_sound(0x12) == (["сто двадцать пять"], {(0x12, 320)})


@scenario
async def test_a_line_silent_at_first_may_turn_out_to_be_an_old_asterisks_wide_one() -> None:
    assert await late_sound(0x10) == (["сто двадцать пять"], {(0x10, 320)})


@scenario
async def test_a_law_is_refused_so_that_the_dialplan_goes_on() -> None:
    async with exchange(ASK) as line:
        with capture_logs() as logs:
            phone = await Telephone.dial(line.port, rate=4000)  # 160 bytes a frame
            heard = await phone.until_ended()
            await line.latest.end()
    assert not any(frame.voiced for frame in heard.frames)
    assert any("c(slin)" in entry.get("problem", "") for entry in logs)


@scenario
async def test_a_recorded_call_keeps_both_sides() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with exchange(ASK, BYE, recordings=Path(folder) / "calls") as line:
            phone = await Telephone.dial(line.port)
            await phone.listens()
            await phone.say(recorded("number_125"))
            await phone.until_ended()
            await line.latest.end()
        (file,) = (Path(folder) / "calls").iterdir()
        with wave.open(str(file)) as sound:
            kept = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, 2)
        assert file.stat().st_mode & 0o077 == 0
    caller, said = kept[:, 0], kept[:, 1]
    assert recognition.transcribe(caller, 8000, "number")[0].text == "сто двадцать пять"
    assert np.abs(said.astype(int)).max() > 2000


@scenario
async def test_the_outcome_is_known_before_the_pbx_is_told() -> None:
    async with exchange(OPERATOR) as line:
        phone = await Telephone.dial(line.port)
        await phone.until_ended()
        assert line.latest.ending is not None
    assert line.latest.ending.outcome == "operator"
