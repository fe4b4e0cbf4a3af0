"""The line's process is stopped or killed in mid-call: the PBX learns of it at once and goes on to a person."""

import signal
import time
from pathlib import Path

import pytest

from tests.telephony.fake_pbx import Telephone
from tests.telephony.line_process import running_line
from tests.telephony.scenarios import in_a_loop

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_call_in_progress_goes_to_a_person(tmp_path: Path, how: signal.Signals, status: int) -> None:
    @in_a_loop
    async def run() -> None:
        with running_line(tmp_path) as line:
            call = line.announced("+79000000001")
            phone = await Telephone.dial(line.port, call_id=call)
            await phone.hears_something()
            line.process.send_signal(how)
            stopped = time.monotonic()
            await phone.until_ended(timeout=10)
            assert time.monotonic() - stopped < 5
            assert line.next_step(call) == "operator"
            assert line.process.wait(30) == status

    run()
