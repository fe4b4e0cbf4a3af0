"""Recordings as callers, messengers and browsers send them."""

import io
import struct
import time
import wave
from importlib.resources import files

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from speech.audio import AudioError, Limits, Pcm, decode, louder, resample, to_wav

RATE = 16_000
SPEECH = files("fixtures").joinpath("speech", "number_125.wav").read_bytes()
TONE = (10_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)


def encoded(
    container: str, codec: str, rate: int = RATE, layout: str = "mono", sound: NDArray[np.int16] = TONE
) -> bytes:
    """One second of a 440 Hz tone in the given container and codec, made by FFmpeg."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size or 0)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return out.getvalue()


def pitch(pcm: Pcm) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(pcm.samples * np.hanning(len(pcm.samples))))
    return float(np.argmax(spectrum) * pcm.rate / len(pcm.samples))


@pytest.mark.parametrize(
    "codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"]
)
@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_wav_of_any_usual_rate_and_width(codec: str, rate: int, layout: str) -> None:
    pcm = decode(encoded("wav", codec, rate, layout))
    assert pcm.samples.dtype == np.int16
    assert pcm.samples.ndim == 1
    assert pcm.rate == rate
    assert pcm.seconds == pytest.approx(1, abs=0.01)
    assert pitch(pcm) == pytest.approx(440, abs=3)
    assert 6_000 < np.abs(pcm.samples).max() < 16_000


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("ogg", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("ipod", "aac", 44_100),
        ("mp4", "aac", 16_000),
        ("adts", "aac", 16_000),
        ("mp3", "libmp3lame", 44_100),
        ("flac", "flac", 16_000),
        ("aiff", "pcm_s16be", 22_050),
        ("au", "pcm_s16be", 8_000),
        ("caf", "pcm_s16le", 16_000),
    ],
)
def test_what_messengers_telephones_and_browsers_record(container: str, codec: str, rate: int) -> None:
    pcm = decode(encoded(container, codec, rate), content_type="text/plain")
    assert pcm.rate == rate
    assert pcm.seconds == pytest.approx(1, abs=0.15)
    assert pitch(pcm) == pytest.approx(440, abs=5)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (None, TONE.astype("<i2").tobytes()),
        ("s16le", TONE.astype("<i2").tobytes()),
        ("S16BE", TONE.astype(">i2").tobytes()),
        ("alaw", encoded("alaw", "pcm_alaw")),
        ("mulaw", encoded("mulaw", "pcm_mulaw")),
    ],
)
def test_raw_pcm_of_a_declared_rate(encoding: str | None, data: bytes) -> None:
    pcm = decode(data, rate=RATE, encoding=encoding)
    assert pcm.seconds == 1
    assert np.abs(pcm.samples.astype(int) - TONE).max() < 400


@pytest.mark.parametrize(
    ("content_type", "data", "rate"),
    [
        ("audio/L16;rate=16000", TONE.astype(">i2").tobytes(), 16_000),
        ("audio/L16; rate=16000; channels=1", TONE.astype("<i2").tobytes(), 16_000),
        ("audio/l16;rate=16000;channels=2", np.repeat(TONE, 2).astype(">i2").tobytes(), 16_000),
        ("audio/PCMA", encoded("alaw", "pcm_alaw", 8_000), 8_000),
        ("audio/PCMU;rate=8000", encoded("mulaw", "pcm_mulaw", 8_000), 8_000),
        ("audio/basic", encoded("mulaw", "pcm_mulaw", 8_000), 8_000),
    ],
)
def test_raw_pcm_declared_by_its_content_type(content_type: str, data: bytes, rate: int) -> None:
    pcm = decode(data, content_type=content_type)
    assert (pcm.rate, pcm.seconds) == (rate, pytest.approx(1, abs=0.01))
    assert pitch(pcm) == pytest.approx(440, abs=3)


def test_stereo_raw_pcm_is_mixed_down() -> None:
    both = np.stack([TONE, np.zeros_like(TONE)], axis=1)
    assert np.array_equal(
        decode(both.astype("<i2").tobytes(), rate=RATE, channels=2).samples, (TONE / 2).astype(np.int16)
    )


def test_raw_pcm_that_begins_like_an_mp3_frame_is_still_raw() -> None:
    assert decode(b"\xff\xfb" + bytes(32_000), rate=RATE).seconds == pytest.approx(1, abs=0.01)


def test_a_wav_is_a_wav_whatever_is_declared() -> None:
    assert decode(SPEECH, content_type="audio/L16;rate=8000", rate=8_000).rate == 16_000


def refused(data: bytes, **how: object) -> str:
    with pytest.raises(AudioError) as problem:
        decode(data, **how)  # type: ignore[arg-type]  # keyword arguments of a table of cases
    assert str(problem.value)
    return problem.value.code


OUTCOMES = {"decoded", "empty", "too_large", "too_long", "not_audio", "truncated", "unsupported"}


def outcome(data: bytes) -> str:
    """ "decoded", or the code of the refusal."""
    try:
        pcm = decode(data)
    except AudioError as problem:
        return problem.code
    return "decoded" if 0 < pcm.seconds <= 60 else f"{pcm.seconds} seconds"


def test_what_is_refused() -> None:
    assert refused(b"") == "empty"
    assert refused(to_wav(TONE[:0], RATE)) == "empty"
    assert refused(SPEECH, limits=Limits(max_bytes=1000)) == "too_large"
    assert refused(SPEECH, limits=Limits(max_seconds=1)) == "too_long"
    assert refused(bytes(64_002), rate=RATE, limits=Limits(max_seconds=2)) == "too_long"
    assert refused(b'{"text": "hello"}') == "not_audio"
    assert refused(b"\x89PNG\r\n\x1a\n" + bytes(100)) == "not_audio"
    assert refused(b"PK\x03\x04" + bytes(100)) == "not_audio"
    assert refused(b"\x01", rate=RATE) == "truncated"
    assert refused(TONE.tobytes(), rate=1) == "unsupported"
    assert refused(TONE.tobytes(), rate=RATE, encoding="mp3") == "unsupported"
    assert refused(TONE.tobytes(), rate=RATE, channels=0) == "unsupported"


def test_a_playlist_that_names_other_files_is_not_opened() -> None:
    assert refused(b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n") == "not_audio"
    assert refused(b"ffconcat version 1.0\nfile /etc/passwd\n") == "not_audio"


def test_film_without_sound_is_refused() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        for _ in range(3):
            file.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        file.mux(stream.encode(None))
    assert refused(out.getvalue()) == "not_audio"


def test_three_hours_are_refused_without_hearing_them_out() -> None:
    """Three hours of mp3 at 8 kbit/s fit the size limit; only the first minute may be decoded."""
    minute = encoded("mp3", "libmp3lame", 8_000, sound=np.zeros(60 * RATE, np.int16))
    started = time.process_time()
    code = refused(minute * 180, limits=Limits(max_bytes=1 << 30))
    spent = time.process_time() - started
    started = time.process_time()
    assert decode(minute, limits=Limits(max_seconds=61)).seconds > 59
    assert code == "too_long"
    assert spent < 20 * (time.process_time() - started)


@pytest.mark.parametrize(
    ("container", "codec"), [("wav", "pcm_s16le"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("flac", "flac")]
)
def test_a_recording_that_breaks_off_is_used_as_far_as_it_goes(container: str, codec: str) -> None:
    whole = encoded(container, codec, sound=np.tile(TONE, 3))
    assert decode(whole[: len(whole) * 2 // 3]).seconds == pytest.approx(2, abs=0.8)


@pytest.mark.parametrize(
    ("container", "codec"), [("ogg", "libopus"), ("ipod", "aac"), ("flac", "flac"), ("webm", "libopus")]
)
def test_a_recording_that_breaks_off_at_once_is_refused(container: str, codec: str) -> None:
    assert refused(encoded(container, codec)[:60]) in ("truncated", "empty")


def test_an_m4a_without_its_index_is_refused() -> None:
    whole = encoded("ipod", "aac")
    assert refused(whole[: whole.index(b"moov")]) == "truncated"


def wav_claiming(size: int) -> bytes:
    """A WAV whose data chunk claims `size` bytes, as programs that write to a pipe leave it."""
    whole = bytearray(to_wav(TONE, RATE))
    struct.pack_into("<I", whole, 4, min(size + 36, 0xFFFFFFFF))
    struct.pack_into("<I", whole, 40, size)
    return bytes(whole)


@pytest.mark.parametrize("claimed", [0, 0x7FFFFFFF, 0xFFFFFFFF, 64_000])
def test_a_wav_header_that_lies_about_its_length(claimed: int) -> None:
    assert decode(wav_claiming(claimed)).seconds == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("offset", "value"), [(24, 0), (24, 0xFFFFFFFF), (24, 1), (22, 0), (22, 0xFFFF), (34, 0), (34, 3), (20, 0x7777)]
)
def test_a_wav_header_with_nonsense_is_refused_or_read(offset: int, value: int) -> None:
    whole = bytearray(SPEECH)
    struct.pack_into("<H" if offset != 24 else "<I", whole, offset, value)
    assert outcome(bytes(whole)) in OUTCOMES


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["wav", "ogg", "ipod", "mp3", "flac", "webm"]), st.data())
def test_damaged_recordings_never_raise_anything_else(container: str, data: st.DataObject) -> None:
    whole = bytearray(DAMAGED[container])
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(1, len(whole)))
    assert outcome(bytes(whole[:end])) in OUTCOMES


DAMAGED = {
    container: encoded(container, codec)
    for container, codec in {
        "wav": "pcm_s16le",
        "ogg": "libopus",
        "ipod": "aac",
        "mp3": "libmp3lame",
        "flac": "flac",
        "webm": "libopus",
    }.items()
}


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    assert outcome(data) in OUTCOMES


def test_a_wav_made_here_is_read_by_others() -> None:
    with wave.open(io.BytesIO(to_wav(TONE, RATE))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()) == (1, 2, RATE, RATE)
        assert file.readframes(RATE) == TONE.tobytes()


def test_resampling_keeps_the_tone_and_drops_what_does_not_fit() -> None:
    assert pitch(Pcm(resample(TONE, RATE, 8_000), 8_000)) == pytest.approx(440, abs=2)
    high = (10_000 * np.sin(2 * np.pi * 6_000 * np.arange(RATE) / RATE)).astype(np.int16)
    assert np.abs(resample(high, RATE, 8_000)[1000:-1000]).max() < 100


def test_louder_sound_is_bent_and_never_cut_off() -> None:
    soft, loud = np.full(10, 1_000, np.int16), np.array([-32_768, 32_767], np.int16)
    assert louder(soft, 2.0)[0] == pytest.approx(2_000, rel=0.01)
    assert np.abs(louder(loud, 2.6).astype(int)).max() <= 30_000
