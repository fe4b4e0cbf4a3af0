"""A reply as a voice message: OGG with Opus, the form every messenger plays."""

import io

import av
import numpy as np

from speech.audio import decode, resample
from speech.synthesis import speak

RATE = 48_000
BITS_PER_SECOND = 24_000


def voice_message(text: str) -> bytes:
    """The text said aloud, as OGG/Opus, 48 kHz mono."""
    pcm = decode(speak(text, rate=RATE))
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
