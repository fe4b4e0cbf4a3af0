"""The telephone: one call is one conversation, by voice and by keys.

A reply that hands over leaves the call to the PBX's operators; so do a caller who stays silent and a fault of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import structlog
from sqlalchemy.exc import SQLAlchemyError

from billing import store
from skill import calls
from skill.app import Service
from skill.calls import VoiceCall
from skill.dialogue.foresight import foreseen
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Kind, Reply, Turn, session_name, spoken
from speech.recognition import Hypothesis
from speech.telephony.conversation import Caller, Ending, Keyed, Opener, Prompt
from speech.telephony.options import DIGITS

CHANNEL = "telephone"
MOST_SILENCES = 3
MENU = ("telephone.menu.readings", "telephone.menu.bill", "telephone.menu.outages")
MOST_CHOICES = 9
SLOWER = 0.75
LOUDER = re.compile(r"громче|плохо (?:вас )?слышно|(?:вас )?не слышно|не слышу|не расслышал")
LOUDER_WORDS = 6
"""A longer phrase speaks of something else too."""
GAIN, MOST_GAIN = 1.6, 2.6
log = structlog.get_logger()


@dataclass
class TelephoneConversation:
    """The dialogue of one call.

    user: the caller's number, or the call itself if it is withheld; message: what we called about, if it was us; gain:
    how loud we speak, more when the caller asks.
    """

    service: Service
    caller: Caller
    user: str
    message: str = ""
    gain: float = 1.0
    last: Reply = field(default_factory=lambda: Reply(""))

    def opening(self) -> Prompt:
        """The announcement, if there is one, and the greeting."""
        settings = self.service.settings
        recorded = phrase("telephone.recorded", 0) if settings.line_recordings else ""
        said = (settings.line_announcement or recorded, self.message)
        return self._take((), "start", before=" ".join(part for part in said if part))

    def heard(self, hypotheses: Sequence[Hypothesis]) -> Prompt:
        """The dialogue's answer; louder speech on this line is a matter of the line alone."""
        said = hypotheses[0].text
        if LOUDER.search(said) and len(said.split()) <= LOUDER_WORDS:
            self.gain = min(self.gain * GAIN, MOST_GAIN)
            return self._prompt(self.last, f"{phrase('telephone.louder', 0)} {self.last.text}")
        return self._take(tuple(hypotheses), "text")

    def foreseen(self, hypotheses: Sequence[Hypothesis]) -> str | None:
        """What the dialogue would answer to a number that is complete."""
        turn, settings = self._turn(tuple(hypotheses), "text"), self.service.settings
        try:
            return foreseen(self.service.engine, turn, now=self.service.clock(), settings=settings)
        except SQLAlchemyError:
            log.exception("call_foresight", door=self.caller.door)
            return None

    def keyed(self, keys: Keyed) -> Prompt:
        """A choice or a number counts as if it had been said."""
        match keys.kind:
            case "choice" | "number":
                return self._take(spoken(keys.text), "text", source="ivr_dtmf")
            case "operator":
                return self._take(spoken("оператор"), "text", source="ivr_dtmf")
            case "repeat":
                return self._prompt(self.last)
        return self._prompt(self.last, f"{phrase('telephone.wrong_key', 0)} {self._keys()}")

    def silent(self, times: int) -> Prompt:
        """Ask again, then tell the keys, then let a person take over."""
        if times >= MOST_SILENCES:
            return Prompt(phrase("telephone.nobody", 0), then="operator")
        silence = phrase("telephone.silence", times - 1)
        return self._prompt(self.last, f"{silence} {self._keys() if times > 1 else self.last.text}")

    def ended(self, ending: Ending) -> None:
        """Keep the record; without it the PBX goes on to a person."""
        try:
            with store.transaction(self.service.engine) as db:
                call = calls.announce(db, self.caller.call_id, self.caller.number, self.service.clock())
                call.door, call.session_key = self.caller.door, session_name(self._turn((), "text"))
                call.outcome, call.seconds = ending.outcome, round(ending.seconds)
                call.interruptions, call.ended_at = ending.interruptions, self.service.clock()
                call.answer_ms = round(median(ending.answer_ms)) if ending.answer_ms else None
                db.add(call)
        except SQLAlchemyError:
            log.exception("call_record", door=self.caller.door)

    def _take(
        self, hypotheses: tuple[Hypothesis, ...], kind: Kind, *, source: str = "ivr_voice", before: str = ""
    ) -> Prompt:
        try:
            self.last = self.service.reply_to(self._turn(hypotheses, kind, source))
        except SQLAlchemyError:
            log.exception("call_turn", door=self.caller.door)
            return Prompt(phrase("telephone.trouble", 0), then="operator")
        return self._prompt(self.last, before=before)

    def _turn(self, hypotheses: tuple[Hypothesis, ...], kind: Kind, source: str = "ivr_voice") -> Turn:
        return Turn(
            channel=CHANNEL,
            user_key=self.user,
            session_key=self.caller.call_id,
            hypotheses=hypotheses,
            kind=kind,
            source=source,
            screen=False,
        )

    def _prompt(self, reply: Reply, text: str = "", before: str = "") -> Prompt:
        """The reply as it is said; with another text in front of the same open question, if one is given."""
        pace = self.service.settings.line_words_per_minute
        return Prompt(
            text=text or reply.text,
            expecting=reply.expecting,
            choices=_choices(reply),
            then="operator" if reply.handoff else "hangup" if reply.end else "listen",
            before=before,
            words_per_minute=round(pace * SLOWER) if reply.slow else pace,
            gain=self.gain,
        )

    def _keys(self) -> str:
        """Which keys answer the open question."""
        if self.last.expecting in DIGITS:
            return phrase("telephone.digits", 0)
        numbered = enumerate(_choices(self.last), 1)
        keys = (phrase("telephone.key", 0, number=str(number), choice=choice.lower()) for number, choice in numbered)
        return phrase("telephone.keys", 0, keys=", ".join(keys))


def opener(service: Service) -> Opener:
    """Begins the conversation of a call that came in; None for one that the PBX has not announced, if it must."""

    def begin(caller: Caller) -> TelephoneConversation | None:
        number, message = calls.number_of(caller.number), ""
        try:
            with store.transaction(service.engine) as db:
                if service.settings.line_announced_calls_only and db.get(VoiceCall, caller.call_id) is None:
                    return None
                known = calls.announce(db, caller.call_id, caller.number, service.clock())
                number, message = known.caller, known.message
        except SQLAlchemyError:
            log.exception("call_lookup", door=caller.door)
        return TelephoneConversation(service, caller, number or f"call:{caller.call_id}", message)

    return begin


def _choices(reply: Reply) -> tuple[str, ...]:
    """What the keys 1 to 9 stand for: the reply's buttons, else the main menu."""
    if reply.buttons or reply.expecting != "command":
        return reply.buttons[:MOST_CHOICES]
    return tuple(phrase(key, 0) for key in MENU)
