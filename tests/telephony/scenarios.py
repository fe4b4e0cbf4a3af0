"""Calls take as long as calls take, so the tests that make them make them all at the same time."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from types import FunctionType

LONGEST, AT_ONCE = 90.0, 14
SWITCH_SECONDS = 0.001
"""As `zhku line` has it: both ends of all these calls share one process."""
Scenario = Callable[[], Awaitable[None]]
Outcomes = dict[str, BaseException | None]


def scenario(call: Scenario) -> Callable[[Outcomes], None]:
    """A test that is a call, played together with all the others that were selected (`played` in conftest.py)."""

    def test(played: Outcomes) -> None:
        fault = played[call.__name__]
        if fault is not None:
            raise fault

    assert isinstance(call, FunctionType)
    test.__name__, test.__doc__ = call.__name__, call.__doc__
    test.scenario = call  # type: ignore[attr-defined]  # found there by `play`
    return test


def play(tests: list[object]) -> Outcomes:
    """Play the scenarios among the tests; how each went, by its name."""
    calls: dict[str, Scenario] = {test.scenario.__name__: test.scenario for test in tests if hasattr(test, "scenario")}

    async def one(call: Scenario, lines: asyncio.Semaphore) -> None:
        async with lines, asyncio.timeout(LONGEST):
            await call()

    async def together() -> list[BaseException | None]:
        lines = asyncio.Semaphore(AT_ONCE)
        return await asyncio.gather(*(one(call, lines) for call in calls.values()), return_exceptions=True)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        return dict(zip(calls, asyncio.run(together()), strict=True))
    finally:
        sys.setswitchinterval(usual)


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test; a task that fails unseen fails the test."""

    @wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        async def guarded() -> None:
            faults: list[dict[str, object]] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
            await test(*args, **kwargs)
            assert not faults

        asyncio.run(guarded())

    return run
