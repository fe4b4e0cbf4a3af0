"""G.711 mu-law (ITU-T G.711), as cloud telephony sends it: eight bits a sample, 8 kHz."""

import numpy as np

from speech.audio import Samples

RATE = 8_000
BIAS, CLIP = 0x84, 32_635


def _decoding() -> Samples:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((codes & 15) << 3) + BIAS) << (codes >> 4 & 7)) - BIAS
    return np.where(codes & 0x80, -size, size).astype(np.int16)


DECODED = _decoding()


def decode(data: bytes) -> Samples:
    """Codes to samples."""
    return DECODED[np.frombuffer(data, np.uint8)]


def encode(samples: Samples) -> bytes:
    """Samples to codes."""
    size = np.minimum(np.abs(samples.astype(np.int32)), CLIP) + BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 15
    codes = ~((np.where(samples < 0, 0x80, 0)) | (exponent << 4) | mantissa) & 0xFF
    return bytes(codes.astype(np.uint8).tobytes())
