"""A reply as a voice message: OGG with Opus, the form every messenger plays."""

import io

import av
import numpy as np

from skill.channels.body import Body, find, text
from skill.dialogue.turn import Reply
from skill.settings import Settings
from speech.audio import decode, resample
from speech.synthesis import speak

RATE = 48_000
BITS_PER_SECOND = 24_000
SLOWER = 0.75


def to_say(reply: Reply) -> Body:
    """What a queued voice message says: words and pace; the sound is made when it is sent."""
    return {"text": reply.text, "slow": reply.slow}


def words_per_minute(settings: Settings, *, slow: bool) -> int:
    """The pace of speech, less for who asked for that."""
    return round(settings.words_per_minute * SLOWER) if slow else settings.words_per_minute


def voice_message(said: Body, settings: Settings) -> bytes:
    """`to_say` aloud in the voice of the settings, as OGG/Opus, 48 kHz mono."""
    pace = words_per_minute(settings, slow=find(said, "slow") is True)
    pcm = decode(speak(text(said, "text"), voice=settings.voice, words_per_minute=pace, rate=RATE))
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono", bit_rate=BITS_PER_SECOND)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(resample(pcm.samples, pcm.rate, RATE)).reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
