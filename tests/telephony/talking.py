"""A conversation that keeps to a script and remembers what it was told, and a line to call."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from speech.recognition import Hypothesis
from speech.telephony.conversation import Caller, Conversation, Ending, Keyed, Prompt
from speech.telephony.options import Options
from speech.telephony.switchboard import Switchboard

QUICK = Options(answer_wait=10.0, key_wait=0.6, deaf_at_start=0.2, hearing_threads=2, words_per_minute=300)
SHORT_WAIT = 1.5
OPERATOR = Prompt("Соединяю с оператором.", then="operator")
BYE = Prompt("До свидания!", then="hangup")
ASK = Prompt("Показание?", expecting="number")
YES = Prompt("Верно?", expecting="yes_no", choices=("да", "нет"))
LONG = Prompt("Сейчас я долго и подробно расскажу, как передать показания всех счётчиков вашей квартиры. " * 3)


@dataclass
class Scripted:
    """Says its prompts one after the other, the last again and again, whatever the caller says."""

    prompts: Sequence[Prompt]
    told: list[str] = field(default_factory=list)
    ending: Ending | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _next: int = 0

    def opening(self) -> Prompt:
        return self._prompt()

    def heard(self, hypotheses: Sequence[Hypothesis]) -> Prompt:
        self.told.append(hypotheses[0].text)
        return self._prompt()

    def foreseen(self, hypotheses: Sequence[Hypothesis]) -> str | None:
        """A text that ends with «пять» is complete."""
        return "" if hypotheses[0].text.endswith("пять") else None

    def keyed(self, keys: Keyed) -> Prompt:
        self.told.append(f"{keys.kind} {keys.text}".strip())
        return self._prompt()

    def silent(self, times: int) -> Prompt:
        self.told.append(f"silence {times}")
        return self._prompt()

    def ended(self, ending: Ending) -> None:
        self.ending = ending
        self.loop.call_soon_threadsafe(self.over.set)

    async def end(self) -> Ending:
        """Wait for the end of the call."""
        await asyncio.wait_for(self.over.wait(), 30)
        assert self.ending is not None
        return self.ending

    def _prompt(self) -> Prompt:
        self._next += 1
        return self.prompts[min(self._next, len(self.prompts)) - 1]


@dataclass
class Exchange:
    """An open line and the conversations held on it."""

    switchboard: Switchboard
    port: int
    conversations: list[Scripted]

    @property
    def latest(self) -> Scripted:
        return self.conversations[-1]


@asynccontextmanager
async def exchange(*prompts: Prompt, options: Options = QUICK, **changes: object) -> AsyncIterator[Exchange]:
    """A line on which every caller gets the prompts."""
    conversations: list[Scripted] = []
    loop = asyncio.get_running_loop()

    def opener(caller: Caller) -> Conversation:
        conversations.append(Scripted(prompts, loop=loop))
        return conversations[-1]

    switchboard = Switchboard(opener, replace(options, **changes))  # type: ignore[arg-type]  # fields of Options by name
    server = await switchboard.audiosocket("127.0.0.1", 0)
    try:
        yield Exchange(switchboard, server.sockets[0].getsockname()[1], conversations)
    finally:
        server.close()
        await switchboard.close()
