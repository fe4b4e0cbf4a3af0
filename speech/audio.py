"""Recordings in, plain samples out: whatever a caller, a messenger or a browser sends becomes 16-bit mono PCM.

The container is told by its first bytes; a Content-Type is believed only for raw PCM, which has no first bytes to tell
it by (RFC 2586 audio/L16, RFC 3551 audio/PCMA and audio/PCMU, RFC 2046 audio/basic). The demuxer is named to FFmpeg,
never guessed by it: its playlist formats would open other files and addresses.
"""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

import av
import numpy as np
import soxr  # type: ignore[import-untyped]  # has no annotations
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

Samples = NDArray[np.int16]

MIN_RATE, MAX_RATE = 4_000, 384_000
MAX_CHANNELS = 16
SHORTEST_PARTIAL_SECONDS = 0.3
LOUDEST = 30_000.0
RAW_CODECS = {"s16le": "<i2", "s16be": ">i2", "alaw": "alaw", "mulaw": "mulaw"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recording may cost: bytes as sent, seconds as heard."""

    max_bytes: int = 12 * 1024 * 1024
    max_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Pcm:
    """Sound as samples: int16, one channel, `rate` samples a second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


class AudioError(ValueError):
    """The recording cannot be used.

    `code` is one of: empty, too_large, too_long, not_audio, truncated, unsupported.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def decode(
    data: bytes,
    *,
    content_type: str | None = None,
    rate: int | None = None,
    encoding: str | None = None,
    channels: int = 1,
    limits: Limits = Limits(),
) -> Pcm:
    """Turn a recording into mono PCM at its own rate.

    WAV (8 to 32 bits, float, A-law, mu-law), OGG, M4A, WebM, MP3, AAC, FLAC, AIFF, AU, CAF and AMR are known by their
    first bytes. Anything else is raw PCM if `rate` is declared (here or by the Content-Type of a raw format), in
    `encoding` s16le (the default), s16be, alaw or mulaw. Channels are mixed down.

    A recording that breaks off is used as far as it goes if that is 0.3 s or more; a container whose size field lies
    is read as far as there is data. Reading stops as soon as `limits.max_seconds` are exceeded.

    Raises AudioError.
    """
    if not data:
        raise AudioError("empty", "The recording is empty.")
    if len(data) > limits.max_bytes:
        raise AudioError("too_large", f"The recording has {len(data)} bytes, more than the {limits.max_bytes} allowed.")
    raw = _RawFormat.declared(content_type, rate, encoding, channels)
    container = _container_of(data, weak_signs=raw is None)
    if container is not None:
        return _decode_container(data, container, limits)
    if raw is None:
        raise AudioError("not_audio", "This is no audio format known here, and no rate is declared for raw PCM.")
    return _decode_raw(data, raw, limits)


def to_wav(samples: Samples, rate: int) -> bytes:
    """The samples as a 16-bit mono WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples, dtype="<i2").tobytes())
    return out.getvalue()


def resample(samples: Samples, rate: int, to_rate: int) -> Samples:
    """The same sound at `to_rate` samples a second, with soxr's anti-alias filter."""
    if rate == to_rate or not len(samples):
        return samples
    changed: Samples = soxr.resample(samples, rate, to_rate, quality="HQ")
    return changed


def louder(samples: Samples, gain: float) -> Samples:
    """The same sound so many times as loud where it is soft; loud parts are bent below full scale, not cut off."""
    bent: Samples = (LOUDEST * np.tanh(samples * (gain / LOUDEST))).astype(np.int16)
    return bent


def _container_of(head: bytes, *, weak_signs: bool) -> str | None:
    """FFmpeg's name of the container, or None. The two-byte signs of MP3 and AAC frames also occur in raw PCM, so they
    count only when nothing was declared raw."""
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mp4"
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    if weak_signs and len(head) > 1 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return "aac"
        if head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
            return "mp3"
    return None


_MAGIC = {
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"ID3": "mp3",
    b".snd": "au",
    b"caff": "caf",
    b"#!AMR": "amr",
}


def _decode_container(data: bytes, container: str, limits: Limits) -> Pcm:
    pieces: list[Samples] = []
    rate, count, broken = 0, 0, False
    try:
        for frame in _frames(data, container):
            rate = rate or frame.sample_rate
            piece = frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
            pieces.append(piece)
            count += len(piece)
            if count > limits.max_seconds * rate:
                raise AudioError("too_long", f"The recording is longer than {limits.max_seconds:g} seconds.")
    except (av.error.DecoderNotFoundError, NotImplementedError) as error:
        raise AudioError("unsupported", f"No decoder for what is inside this {container} file.") from error
    except (av.error.FFmpegError, OSError, EOFError):
        broken = True
    if broken and count < SHORTEST_PARTIAL_SECONDS * (rate or 1):
        raise AudioError("truncated", f"The {container} recording is cut off or damaged.")
    if not count:
        raise AudioError("empty", "The recording holds no sound.")
    return Pcm(np.concatenate(pieces), rate)


def _frames(data: bytes, container: str) -> Iterator[AudioFrame]:
    """Decoded frames of the first audio stream: int16, mono, at the stream's rate."""
    with av.open(io.BytesIO(data), mode="r", format=container, metadata_errors="ignore") as source:
        if not source.streams.audio:
            raise AudioError("not_audio", f"The {container} file holds no sound.")
        stream = source.streams.audio[0]
        if stream.codec_context is None:
            raise AudioError("unsupported", f"No decoder for what is inside this {container} file.")
        if not MIN_RATE <= stream.sample_rate <= MAX_RATE:
            raise AudioError("unsupported", f"A sampling rate of {stream.sample_rate} Hz is not usual.")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=stream.sample_rate)
        for frame in source.decode(stream):
            yield from resampler.resample(frame)
        yield from resampler.resample(None)


@dataclass(frozen=True, slots=True)
class _RawFormat:
    rate: int
    encoding: str | None
    channels: int

    @classmethod
    def declared(
        cls, content_type: str | None, rate: int | None, encoding: str | None, channels: int
    ) -> "_RawFormat | None":
        """What caller and Content-Type say of raw PCM; the caller's word goes first. None if no rate is declared."""
        message = Message()
        message["Content-Type"] = content_type or "application/octet-stream"
        kind = message.get_content_type()
        implied = {"audio/pcma": "alaw", "audio/pcmu": "mulaw", "audio/basic": "mulaw"}.get(kind)
        if implied and rate is None and _whole(message.get_param("rate")) is None:
            rate = 8000
        if kind in ("audio/l16", "audio/pcm", "audio/pcma", "audio/pcmu", "audio/basic"):
            rate = rate or _whole(message.get_param("rate"))
            channels = channels if channels != 1 else _whole(message.get_param("channels")) or 1
        if rate is None:
            return None
        if not MIN_RATE <= rate <= MAX_RATE:
            raise AudioError("unsupported", f"A sampling rate of {rate} Hz is not usual.")
        if not 1 <= channels <= MAX_CHANNELS:
            raise AudioError("unsupported", f"{channels} channels are not supported.")
        encoding = encoding.lower() if encoding else implied
        if encoding is not None and encoding not in RAW_CODECS:
            raise AudioError("unsupported", f"Raw encoding must be one of {', '.join(RAW_CODECS)}.")
        if encoding is None and kind != "audio/l16":
            encoding = "s16le"
        return cls(rate, encoding, channels)


def _whole(parameter: object) -> int | None:
    return int(parameter) if isinstance(parameter, str) and parameter.isdecimal() and len(parameter) < 10 else None


def _decode_raw(data: bytes, raw: _RawFormat, limits: Limits) -> Pcm:
    width = 1 if raw.encoding in ("alaw", "mulaw") else 2
    if len(data) > limits.max_seconds * raw.rate * raw.channels * width:
        raise AudioError("too_long", f"The recording is longer than {limits.max_seconds:g} seconds.")
    frame = width * raw.channels
    whole = data[: len(data) // frame * frame]
    if not whole:
        raise AudioError("truncated", "The recording is shorter than one sample.")
    samples = _expanded(whole, raw.encoding)
    if raw.channels > 1:
        samples = samples.reshape(-1, raw.channels).mean(axis=1).astype(np.int16)
    return Pcm(samples, raw.rate)


def _expanded(data: bytes, encoding: str | None) -> Samples:
    if encoding in ("alaw", "mulaw"):
        table = _alaw_table() if encoding == "alaw" else _mulaw_table()
        return table[np.frombuffer(data, np.uint8)]
    if encoding is None:
        encoding = _likelier_byte_order(data)
    return np.frombuffer(data, RAW_CODECS[encoding]).astype(np.int16)


def _likelier_byte_order(data: bytes) -> str:
    """audio/L16 is big-endian by RFC 2586, yet many clients send little-endian. Sound is smooth, swapped sound is
    noise: the order with the smaller steps between samples is meant."""
    little, big = (np.frombuffer(data, order).astype(np.int32) for order in ("<i2", ">i2"))
    return "s16le" if np.abs(np.diff(little)).sum() < np.abs(np.diff(big)).sum() else "s16be"


def _alaw_table() -> Samples:
    """ITU-T G.711 A-law: 8-bit codes to 16-bit samples."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = codes >> 4 & 7, codes & 15
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, size, -size).astype(np.int16)


def _mulaw_table() -> Samples:
    """ITU-T G.711 mu-law: 8-bit codes to 16-bit samples."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((codes & 15) << 3) + 0x84) << (codes >> 4 & 7)) - 0x84
    return np.where(codes & 0x80, -size, size).astype(np.int16)
