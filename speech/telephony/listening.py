"""One answer of the caller: from the end of a prompt, or into it, to words, keys or silence."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from speech.audio import Samples
from speech.recognition import Hypothesis
from speech.telephony import metrics
from speech.telephony.conversation import Keyed, Prompt
from speech.telephony.ear import Ear, Sign
from speech.telephony.echo import OwnVoice
from speech.telephony.keys import KeyEntry
from speech.telephony.options import COMPLETE_PAUSE_SECONDS, DIGITS, Options, longest_answer, pause_after
from speech.telephony.playout import Playout
from speech.telephony.workers import Workers

CONFIRMING_EVERY = 0.1
LOOK_AROUND = 0.1
MOST_NOISES = 3
STILL_SECONDS = 0.3
CERTAIN_TO_COUNT, CERTAIN_TO_CUT = 0.1, 0.4
"""Confidence from which words are an answer, or stop us: a cough is heard as a short word with almost none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """heard or keyed, or neither: silence. ended_at: when the voice of it ended (loop time)."""

    heard: tuple[Hypothesis, ...] = ()
    keyed: Keyed | None = None
    ended_at: float = 0.0


class Listening:
    """The wait for one answer. Signs of the ear and keys come in by `signs`; what the prompt has left to say is stopped
    when the caller cuts in."""

    def __init__(
        self,
        prompt: Prompt,
        ear: Ear,
        playout: Playout,
        workers: Workers,
        options: Options,
        own: OwnVoice,
        foresee: Callable[[Sequence[Hypothesis]], Awaitable[bool]],
    ) -> None:
        """foresee: prepares for an answer that may be over; whether it certainly is."""
        self._prompt, self._ear, self._playout, self._workers, self._options = prompt, ear, playout, workers, options
        self._own, self._foresee = own, foresee
        self._entry = KeyEntry(prompt)
        self._guess: asyncio.Task[list[Hypothesis]] | None = None
        self._ahead: asyncio.Task[None] | None = None
        self._cutting: asyncio.Task[None] | None = None
        self._noises = 0
        self.interrupted = ""
        self.signs: asyncio.Queue[Sign | str] = asyncio.Queue()

    async def answer(self, speaking: asyncio.Task[None]) -> Answer:
        """Wait for it while `speaking` fills the playout."""
        self._listen()
        loop, quiet_since = asyncio.get_running_loop(), None
        try:
            while True:
                quiet = not self._saying(speaking) and not self._ear.speaking
                quiet_since = (quiet_since or loop.time()) if quiet else None
                sign = await self._next()
                if sign is None and self._is_over(quiet_since, loop.time()):
                    return Answer(keyed=self._entry.finish()) if self._entry.begun else Answer()
                if isinstance(sign, str):
                    await self._cut(speaking, "key")
                    keyed, quiet_since = self._entry.press(sign), loop.time()
                    if keyed is not None:
                        return Answer(keyed=keyed)
                elif sign is not None and (heard := await self._noticed(sign, speaking)):
                    return heard
        finally:
            self._ear.close()
            for task in (self._guess, self._ahead, self._cutting):
                if task is not None:
                    task.cancel()

    async def _next(self) -> Sign | str | None:
        """The next sign or key; None after a short while without one."""
        try:
            async with asyncio.timeout(LOOK_AROUND):
                return await self.signs.get()
        except TimeoutError:
            return None

    def _is_over(self, quiet_since: float | None, now: float) -> bool:
        wait = self._options.key_wait if self._entry.begun else self._options.answer_wait
        return quiet_since is not None and (now - quiet_since >= wait or self._noises > MOST_NOISES)

    def _listen(self) -> None:
        self._ear.listen(pause_after(self._prompt.expecting), longest_answer(self._prompt.expecting))

    async def _noticed(self, sign: Sign, speaking: asyncio.Task[None]) -> Answer | None:
        """Act on a sign of the ear; the answer, once it has ended with words in it."""
        if self._entry.begun:
            return None
        match sign:
            case Sign.VOICE:
                self._cutting = asyncio.create_task(self._cut_if_words(speaking))
            case Sign.PAUSE:
                self._recognise()
                self._ahead = asyncio.create_task(self._look_ahead())
            case Sign.RESUMED:
                self._drop_guess()
            case Sign.END:
                ended_at = asyncio.get_running_loop().time() - self._ear.silent_seconds
                return await self._ended(speaking, ended_at)
        return None

    def _recognise(self) -> None:
        """Begin before it is certain that the caller has finished: it mostly is."""
        self._drop_guess()
        self._guess = asyncio.create_task(self._heard_so_far())

    def _caller(self) -> Callable[[], Samples]:
        """Makes the sound of this answer so far, without our own voice."""
        return self._own.taken_out(self._ear.sound, self._ear.rate)

    async def _heard_so_far(self) -> list[Hypothesis]:
        return await self._workers.hear_in(self._caller(), self._ear.rate, self._prompt.expecting)

    async def _look_ahead(self) -> None:
        """A number that is complete needs no long pause to end it."""
        assert self._guess is not None  # noqa: S101 - it was made just before
        heard = await asyncio.shield(self._guess)
        if self._prompt.expecting in DIGITS and _certain(heard, CERTAIN_TO_CUT) and await self._foresee(heard):
            self._ear.shorten(COMPLETE_PAUSE_SECONDS)

    def _drop_guess(self) -> None:
        for task in (self._guess, self._ahead):
            if task is not None:
                task.cancel()
        self._guess = self._ahead = None

    async def _ended(self, speaking: asyncio.Task[None], ended_at: float) -> Answer | None:
        if self._guess is None:
            self._recognise()
        assert self._guess is not None  # noqa: S101 - _recognise has just made it
        said, self._guess = tuple(await self._guess), None
        self._drop_guess()
        saying = self._saying(speaking)
        deaf = saying and not self._may_interrupt
        if not deaf and _certain(said, CERTAIN_TO_CUT if saying else CERTAIN_TO_COUNT):
            await self._cut(speaking, "voice")
            return Answer(heard=said, ended_at=ended_at)
        self._noises += not deaf
        self._playout.resume()
        self._listen()
        return None

    @property
    def _may_interrupt(self) -> bool:
        """By voice; keys always may."""
        return self._playout.played >= self._playout.protected + self._options.deaf_at_start * self._own.rate

    def _saying(self, speaking: asyncio.Task[None]) -> bool:
        return not speaking.done() or not self._playout.empty

    async def _cut_if_words(self, speaking: asyncio.Task[None]) -> None:
        """The caller begins to speak: fall silent at once, and for good if there are words in it; else go on."""
        while self._saying(speaking) and not self._may_interrupt and self._ear.speaking:
            await asyncio.sleep(CONFIRMING_EVERY)
        if not self._saying(speaking) or not self._may_interrupt:
            return
        if not len(await self._workers.look_at(self._caller())):
            self._listen()
            return
        self._playout.hold()
        until = asyncio.get_running_loop().time() + self._options.false_interruption
        while self._ear.speaking:
            heard = await self._heard_so_far()
            if _certain(heard, CERTAIN_TO_CUT):
                await self._cut(speaking, "voice")
                return
            if asyncio.get_running_loop().time() > until or self._ear.silent_seconds > STILL_SECONDS:
                break
            await asyncio.sleep(CONFIRMING_EVERY)
        self._playout.resume()

    async def _cut(self, speaking: asyncio.Task[None], how: str) -> None:
        """Say no more of this prompt."""
        if self._saying(speaking):
            self.interrupted = how
            metrics.interruptions.labels(how).inc()
        speaking.cancel()
        self._playout.clear()


def _certain(heard: Sequence[Hypothesis], least: float) -> bool:
    return bool(heard) and heard[0].confidence >= least
