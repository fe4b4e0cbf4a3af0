"""One call: three tasks (what comes in, what goes out frame by frame, the talk) and whoever ends first ends it."""

import asyncio
from collections import deque
from collections.abc import Sequence

import numpy as np

from speech.audio import Samples, louder
from speech.recognition import Hypothesis
from speech.telephony import metrics
from speech.telephony.conversation import Caller, Conversation, Ending, Line, Outcome, Prompt
from speech.telephony.ear import Ear
from speech.telephony.echo import OwnVoice
from speech.telephony.keys import KEYS, LONGEST_ENTRY
from speech.telephony.listening import Answer, Listening
from speech.telephony.options import FRAME_SECONDS, Options
from speech.telephony.playout import Playout
from speech.telephony.tones import ToneEar
from speech.telephony.transport import Key, LineGone, Sound, Transport, silence
from speech.telephony.workers import Workers

LATE_SECONDS = 0.04
NEVER_CATCH_UP_SECONDS = 0.1
NOTHING_HEARD_SECONDS = 0.4
SAME_KEY_SECONDS = 1.0
SENTENCE_GAP_SECONDS = 0.15
VOICED_LEVEL = 200


class Call:
    """Talks with one caller until somebody ends it."""

    def __init__(
        self, caller: Caller, transport: Transport, conversation: Conversation, workers: Workers, options: Options
    ) -> None:
        self.caller, self._transport, self._conversation = caller, transport, conversation
        self._workers, self._options = workers, options
        self._playout, self._pace = Playout(), options.words_per_minute
        self._ear: Ear | None = None
        self._own: OwnVoice | None = None
        self._tones: ToneEar | None = None
        self._toned: tuple[str, float] = ("", 0.0)
        self._listening: Listening | None = None
        self._early: deque[str] = deque(maxlen=LONGEST_ENTRY)
        self._heard_at = self._padded_to = self._began = 0.0
        self._answering: float | None = None
        self._ending = Ending("gone")
        self._talking: asyncio.Task[Outcome] | None = None

    async def run(self) -> Ending:
        """The whole call; returns when it is over and told to the conversation."""
        loop = asyncio.get_running_loop()
        self._began = self._heard_at = loop.time()
        try:
            await self._transport.ready()
        except LineGone:
            return await self._end("gone")
        self._ear = Ear(self._transport.rate)
        self._tones = ToneEar(self._transport.rate)
        self._own = OwnVoice(self._transport.rate)
        reading, writing = asyncio.create_task(self._read()), asyncio.create_task(self._write())
        talking = self._talking = asyncio.create_task(self._talk())
        try:
            limit = self._options.longest_call
            await asyncio.wait({reading, writing, talking}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            ending = await self._end(_outcome(talking, reading.done() or writing.done()))
        finally:
            for task in (talking, reading, writing):
                task.cancel()
            left = await asyncio.gather(talking, reading, writing, return_exceptions=True)
        _report(left)
        return ending

    def stop(self) -> None:
        """End the call now, in mid-sentence if need be: the process is being stopped, the PBX goes on to a person."""
        if self._talking is not None:
            self._talking.cancel()

    async def _end(self, outcome: Outcome) -> Ending:
        """Tell the conversation; the PBX asks for the outcome as soon as it learns of the end."""
        self._ending.outcome = outcome
        self._ending.seconds = asyncio.get_running_loop().time() - self._began
        await self._workers.ask(lambda: self._conversation.ended(self._ending))
        return self._ending

    async def _talk(self) -> Outcome:
        """Prompt and answer in turn until the conversation ends it."""
        prompt = await self._workers.ask(self._conversation.opening)
        silences = 0
        while prompt.then == "listen":
            answer = await self._turn(prompt)
            silences = 0 if answer.heard or answer.keyed else silences + 1
            self._answering = answer.ended_at or None
            prompt = await self._reply(answer, silences)
        self._playout.begin()
        await self._speak(prompt)
        while not self._playout.empty:
            await asyncio.sleep(FRAME_SECONDS)
        self._note("line", prompt.text)
        await asyncio.sleep(SENTENCE_GAP_SECONDS)
        return prompt.then

    async def _turn(self, prompt: Prompt) -> Answer:
        """Say the prompt and listen meanwhile and after."""
        assert self._ear is not None  # noqa: S101 - run makes both before it starts to talk
        assert self._own is not None  # noqa: S101
        self._playout.begin()
        turn = Listening(prompt, self._ear, self._playout, self._workers, self._options, self._own, self._foresee)
        self._listening = turn
        while self._early:
            turn.signs.put_nowait(self._early.popleft())
        speaking = asyncio.create_task(self._speak(prompt))
        try:
            return await turn.answer(speaking)
        finally:
            self._listening = None
            speaking.cancel()
            self._ending.interruptions += bool(turn.interrupted)
            share = round(100 * self._playout.played / self._playout.queued) if self._playout.queued else 0
            self._note("line", prompt.text, played=share if turn.interrupted else 100)

    async def _foresee(self, heard: Sequence[Hypothesis]) -> bool:
        """Have the beginning of the reply made while the caller may still go on; whether nothing can follow."""
        text = await self._workers.ask(lambda: self._conversation.foreseen(heard))
        for sentence in (await self._workers.sentences(text or ""))[:1]:
            await self._workers.speak(sentence, self._transport.rate, self._pace)
        return text is not None

    async def _reply(self, answer: Answer, silences: int) -> Prompt:
        if answer.keyed is not None:
            keyed = answer.keyed
            self._note("caller", keyed.text or keyed.kind, how="keys")
            return await self._workers.ask(lambda: self._conversation.keyed(keyed))
        if answer.heard:
            self._note("caller", answer.heard[0].text)
            return await self._workers.ask(lambda: self._conversation.heard(answer.heard))
        self._note("caller", "", how="silence")
        return await self._workers.ask(lambda: self._conversation.silent(silences))

    async def _speak(self, prompt: Prompt) -> None:
        """Make the sound, sentence by sentence: the first is heard while the next is made."""
        self._pace = prompt.words_per_minute or self._options.words_per_minute
        if prompt.before:
            self._playout.protected = float("inf")
            await self._queue(prompt.before, prompt.gain)
            self._playout.protected = self._playout.queued
        await self._queue(prompt.text, prompt.gain)

    async def _queue(self, text: str, gain: float) -> None:
        rate = self._transport.rate
        for sentence in await self._workers.sentences(text):
            sound = await self._workers.speak(sentence, rate, self._pace)
            self._playout.add(sound if gain == 1.0 else louder(sound, gain))
            self._playout.add(silence(int(SENTENCE_GAP_SECONDS * rate)))

    async def _read(self) -> None:
        """Take in sound and keys until the caller hangs up."""
        assert self._tones is not None  # noqa: S101 - run makes it before it starts to read
        loop = asyncio.get_running_loop()
        async for event in self._transport.events():
            if isinstance(event, Key):
                self._pressed(event.key, loop.time(), self._tones is not None)
                self._tones = None
                continue
            self._heard_at = loop.time()
            self._hear(event)
            for key in self._tones.hear(event.samples) if self._tones is not None else "":
                self._toned = (key, loop.time())
                self._press(key)

    def _pressed(self, key: str, now: float, first: bool) -> None:
        """A key message. A PBX that sends them needs no looking for tones; the first may have been seen as a tone."""
        seen, at = self._toned
        if not (first and seen == key and now - at < SAME_KEY_SECONDS):
            self._press(key)

    def _press(self, key: str) -> None:
        """For the question that is open, or for the next one if the caller is ahead of it."""
        if key not in KEYS:
            return
        if self._listening is not None:
            self._listening.signs.put_nowait(key)
        else:
            self._early.append(key)

    def _hear(self, sound: Sound) -> None:
        assert self._ear is not None  # noqa: S101 - run makes it before it starts to read
        for sign in self._ear.hear(sound.samples):
            if self._listening is not None:
                self._listening.signs.put_nowait(sign)

    async def _write(self) -> None:
        """One frame every 20 ms for the whole call: the next of the prompt, or silence. Never a burst."""
        assert self._own is not None  # noqa: S101 - run makes it before it starts to write
        loop = asyncio.get_running_loop()
        count = int(self._transport.rate * FRAME_SECONDS)
        nothing, due = silence(count), loop.time()
        try:
            while True:
                frame = self._playout.next(count)
                if self._playout.cut:
                    self._playout.cut = False
                    await self._transport.flush()
                await self._transport.send(nothing if frame is None else frame)
                self._own.sent(nothing if frame is None else frame)
                self._sent(frame, loop.time())
                due += FRAME_SECONDS
                if loop.time() - due > LATE_SECONDS:
                    metrics.late_frames.inc()
                if loop.time() - due > NEVER_CATCH_UP_SECONDS:
                    due = loop.time()
                self._pad_gap(nothing, loop.time())
                await asyncio.sleep(max(0.0, due - loop.time()))
        except LineGone:
            return

    def _sent(self, frame: Samples | None, now: float) -> None:
        """Note how long the caller waited for the first sound of an answer."""
        if self._answering is not None and frame is not None and int(np.abs(frame).max()) > VOICED_LEVEL:
            waited, self._answering = now - self._answering, None
            metrics.answer_seconds.observe(waited)
            self._ending.answer_ms.append(round(waited * 1000))

    def _pad_gap(self, nothing: Samples, now: float) -> None:
        """A PBX may send nothing while nobody speaks (hold, comfort noise): silence for the ear, once it is certain
        that the sound is not merely late."""
        if now - self._heard_at <= NOTHING_HEARD_SECONDS:
            return
        self._padded_to = max(self._padded_to, self._heard_at)
        while now - self._padded_to >= FRAME_SECONDS:
            self._padded_to += FRAME_SECONDS
            self._hear(Sound(nothing))

    def _note(self, who: str, text: str, *, how: str = "voice", played: int = 100) -> None:
        after = round((asyncio.get_running_loop().time() - self._began) * 1000)
        self._ending.transcript.append(Line(who, text, how, after, played))  # type: ignore[arg-type]  # literals above


def _outcome(talking: asyncio.Task[Outcome], gone: bool) -> Outcome:
    """How the call ended: as the talk says, with the caller gone, or cut off by us: stopped or at its longest time."""
    if talking.done() and not talking.cancelled():
        return "failed" if talking.exception() else talking.result()
    return "gone" if gone else "operator"


def _report(results: Sequence[object]) -> None:
    """A task that failed is a fault of ours: let it be seen."""
    for result in results:
        if isinstance(result, Exception):
            raise result
