"""espeak-ng in a process of its own: sound asked for by a pipe, and a crash of the library costs a sentence, not calls.

espeak-ng has one voice and one callback a process, so a lock serialises the calls, at a few milliseconds a sentence;
its phoneme code has been seen to fault (in MakePhonemeList, 1.52) in a process that also decodes and recognises sound.
The process starts on first use, is started again when it dies, and is not shared with a forked child.
"""

import os
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import Pcm

LONGEST_SECONDS = 20.0
"""A piece of 500 characters is made in a tenth of a second; what takes this long hangs."""

Answer = tuple[int, bytes] | str
"""Sampling rate and 16-bit mono samples, or what was wrong with the request."""


def say(words: str, voice: str, words_per_minute: int) -> Pcm:
    """The words said by a voice («ru», or with a variant as «ru+f3»).

    Raises ValueError for an unknown voice, RuntimeError if espeak-ng dies of the same words twice.
    """
    with _lock:
        for _ in range(2):
            try:
                answer = _speaker().ask((words, voice, words_per_minute))
                break
            except (EOFError, OSError):
                _forget()
        else:
            raise RuntimeError("espeak-ng stopped twice at the same words")
    if isinstance(answer, str):
        raise ValueError(answer)
    rate, samples = answer
    return Pcm(np.frombuffer(samples, np.int16), rate)


class _Speaker:
    """The process and our end of its pipe."""

    def __init__(self) -> None:
        self._pipe: Connection[Any, Any]
        self._pipe, theirs = Pipe()
        with theirs:
            program = [sys.executable, str(Path(__file__).with_name("espeak_process.py")), str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603  (our own file)
                program, pass_fds=[theirs.fileno()], start_new_session=True
            )

    def ask(self, request: tuple[str, str, int]) -> Answer:
        """Raises EOFError or OSError if the process is gone or hangs."""
        self._pipe.send(request)
        if not self._pipe.poll(LONGEST_SECONDS):
            raise TimeoutError("espeak-ng hangs")
        answer: Answer = self._pipe.recv()
        return answer

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def leave_to_parent(self) -> None:
        """In a forked child: the process is the parent's."""
        self._pipe.close()
        self._process.returncode = 0  # not ours to wait for


_lock = threading.RLock()
_started: _Speaker | None = None


def _speaker() -> _Speaker:
    global _started
    if _started is None:
        _started = _Speaker()
    return _started


def _forget() -> None:
    global _started
    if _started is not None:
        _started.stop()
    _started = None


def _in_forked_child() -> None:
    global _started
    if _started is not None:
        _started.leave_to_parent()
    _started = None
    _lock.release()


os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_in_forked_child)
