"""The telephone line as it is run, in a process of its own, called by telephones that play recorded human speech.

Prints its table: `pytest -m slow -s tests/benchmarks/test_line_benchmark.py`.
"""

import asyncio
import gc
import os
import time
from collections.abc import Iterator, Sequence
from statistics import quantiles

import numpy as np
import pytest

from tests.telephony.fake_pbx import VOICED, Heard, Telephone, recorded
from tests.telephony.line_process import Line, running_line

pytestmark = pytest.mark.slow

RECORDINGS = ("number_125", "number_148", "number_195", "number_881", "number_1838", "number_20", "number_5126")
AT_ONCE = 20
TURNS = 4
IN_A_ROW = 1000


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with running_line(tmp_path_factory.mktemp("line")) as line:
        yield line


def show(capsys: pytest.CaptureFixture[str], row: str) -> None:
    with capsys.disabled():
        print(f"\n  {row}  [load {os.getloadavg()[0]:.1f}]", flush=True)  # noqa: T201 - a benchmark prints


def spread(values: list[float]) -> str:
    cuts = quantiles(values, n=100, method="inclusive")
    middle, most, worst = (round(value * 1000) for value in (cuts[49], cuts[94], max(values)))
    return f"P50 {middle} ms, P95 {most} ms, worst {worst} ms of {len(values)}"


async def asked(phone: Telephone, name: str) -> float | None:
    """Say a recording; seconds from the end of its voice to the first sound of the answer."""
    end = await phone.say(recorded(name))
    await phone.hears_something()
    first = phone.heard.first_voiced(end)
    await phone.listens(quiet=0.6)
    return first - end if first is not None else None


def test_answers_to_one_caller(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind of question in a call of its own: its pause is most of the wait."""

    async def talk(keys: Sequence[str], names: Sequence[str]) -> list[float]:
        waits = []
        for name in names:
            phone = await Telephone.dial(line.port, call_id=line.announced("+79000000001"))
            for key in keys:  # into the question before
                await phone.hears_something()
                phone.press(key)
                await asyncio.sleep(0.3)
            await phone.listens(quiet=0.8)
            end = await phone.say(recorded(name))
            await phone.hears_something()
            first = phone.heard.first_voiced(end)
            waits += [first - end] if first is not None else []
            await phone.hang_up()
        return waits

    questions = {
        "anything (0.7 s)": ("", RECORDINGS),
        "a reading, said complete (0.6 s)": ("11", ("number_125",) * 8),
        "a reading, more may follow (1.1 s)": ("11", ("number_20", "number_881", "number_5126")),
        "yes or no (0.5 s)": (("1", "1", "125#"), ("yes", "no") * 4),
    }
    for question, (keys, names) in questions.items():
        waits = asyncio.run(talk(keys, names))
        show(capsys, f"answer to one caller, {question}: {spread(waits)}")
        assert len(waits) == len(names)


def test_cutting_in(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    async def by_key() -> float:
        phone = await Telephone.dial(line.port, call_id=line.announced("+79000000002"))
        await phone.hears_something()
        phone.press("1")  # readings
        await phone.listens()
        phone.press("1")  # of the first meter
        await phone.hears_something()
        await asyncio.sleep(0.5)
        pressed = phone.press("5")  # the first digit of a number, which nobody answers
        await asyncio.sleep(0.5)
        await phone.hang_up()
        return _silent_from(phone.heard, pressed) - pressed

    async def by_voice(name: str) -> float:
        phone = await Telephone.dial(line.port, call_id=line.announced("+79000000002"))
        await phone.hears_something()
        await asyncio.sleep(1.5)
        sound, began = recorded(name), time.monotonic()
        await phone.say(sound)
        await phone.hang_up()
        onset = began + float(np.flatnonzero(np.abs(sound.astype(int)) > VOICED * 2)[0]) / 8000
        return _silent_from(phone.heard, onset) - onset

    keys = [asyncio.run(by_key()) for _ in range(5)]
    voices = [asyncio.run(by_voice(name)) for name in RECORDINGS if name != "number_20"]
    show(capsys, f"silence after a key: {spread(keys)}")
    show(capsys, f"silence after the voice begins: {spread(voices)}")
    assert max(keys) < 1.0
    assert max(voices) < 2.0


def _silent_from(heard: Heard, since: float) -> float:
    """When the first of five frames without sound in a row came, at or after a moment."""
    frames = [frame for frame in heard.frames if frame.at >= since]
    still = (frame.at for at, frame in enumerate(frames) if not any(later.voiced for later in frames[at : at + 5]))
    return next(still)


def test_twenty_calls_at_once(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    async def talk(number: int) -> tuple[list[float | None], Heard]:
        await asyncio.sleep(number * 0.37)
        phone = await Telephone.dial(line.port, call_id=names[number])
        await phone.listens()
        waits = [await asked(phone, RECORDINGS[(number + turn) % len(RECORDINGS)]) for turn in range(TURNS)]
        await phone.hang_up()
        return waits, phone.heard

    async def all_of_them() -> list[tuple[list[float | None], Heard]]:
        return await asyncio.gather(*(talk(number) for number in range(AT_ONCE)))

    names = [line.announced(f"+790000010{number:02}") for number in range(AT_ONCE)]
    for name in RECORDINGS:
        recorded(name)
    gc.collect()
    gc.freeze()  # a pause of the telephones here would be taken for one of the line
    results = asyncio.run(all_of_them())
    waits = [wait for answers, _ in results for wait in answers if wait is not None]
    gaps = sorted(gap for _, heard in results for gap in heard.gaps())
    ahead = max(heard.max_ahead(8000) for _, heard in results)
    missed = AT_ONCE * TURNS - len(waits)
    show(capsys, f"answers in {AT_ONCE} calls at once: {spread(waits)}; turns missed: {missed}")
    p99 = gaps[int(len(gaps) * 0.99)]
    show(
        capsys,
        f"frames in {AT_ONCE} calls: gap P99 {p99 * 1000:.0f} ms, longest {gaps[-1] * 1000:.0f} ms, "
        f"{sum(gap > 0.06 for gap in gaps)} over 60 ms of {len(gaps)}",
    )
    show(capsys, f"ahead of real time in {AT_ONCE} calls: at most {ahead * 1000:.0f} ms")
    assert missed == 0
    assert ahead <= 0.2
    assert not any(heard.illegal for _, heard in results)


def test_a_thousand_calls_in_a_row(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    async def call(number: int) -> None:
        phone = await Telephone.dial(line.port)
        if number % 10 == 0:
            await phone.hears_something()
            await phone.say(recorded("number_125"))
        else:
            await asyncio.sleep(number % 7 * 0.1)
        await (phone.reset() if number % 3 == 0 else phone.hang_up())

    async def in_tens(count: int) -> None:
        for start in range(0, count, 10):
            await asyncio.gather(*(call(number) for number in range(start, start + 10)))
        await asyncio.sleep(3.0)

    asyncio.run(in_tens(100))
    before = line.holds()
    asyncio.run(in_tens(IN_A_ROW))
    after = line.holds()
    names = ("descriptors", "threads", "MiB")
    held = ", ".join(f"{name} {was} → {now}" for name, was, now in zip(names, before, after, strict=True))
    show(capsys, f"{IN_A_ROW} calls in a row: {held}")
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    assert after[2] <= before[2] + 60
