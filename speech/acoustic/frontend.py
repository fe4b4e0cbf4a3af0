"""The front end: Kaldi's MFCC at 8 kHz, as Vosk computes it from conf/mfcc.conf, and the way back to log-mel values."""

from math import gcd

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

from speech.acoustic.arrays import Frames

RATE = 8000
MEL_BINS = 15
CEPSTRA = 13
LOW_HZ, HIGH_HZ = 200, 3500
LIFTER = 22
DITHER = 1.0
FRAMES_PER_SECOND = 100

MFCC_CONF = f"""--sample-frequency={RATE}
--window-type=hamming
--use-energy=false
--num-mel-bins={MEL_BINS}
--num-ceps={CEPSTRA}
--low-freq={LOW_HZ}
--high-freq={HIGH_HZ}
--dither={DITHER}
--allow-upsample=true
--allow-downsample=true
"""


def _cosines() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The matrices cepstra → log-mel (the dropped cepstra taken as zero) and log-mel → cepstra."""
    k, n = np.mgrid[0:CEPSTRA, 0:MEL_BINS].astype(np.float64)
    dct = np.where(k == 0, np.sqrt(1 / MEL_BINS), np.sqrt(2 / MEL_BINS)) * np.cos(np.pi * k * (n + 0.5) / MEL_BINS)
    lifter = 1 + LIFTER / 2 * np.sin(np.pi * k / LIFTER)
    return (dct / lifter).astype(np.float32), (dct * lifter).T.astype(np.float32)


CEPSTRA_TO_MEL, MEL_TO_CEPSTRA = _cosines()


def to_mel(cepstra: Frames) -> Frames:
    return cepstra @ CEPSTRA_TO_MEL


def to_cepstra(mel: Frames) -> Frames:
    return mel @ MEL_TO_CEPSTRA


def mfcc(samples: NDArray[np.int16], rate: int) -> Frames:
    """Cepstra (frames × 13, 100 a second) of 16-bit mono samples at any rate; empty when shorter than one window.

    The dither that Kaldi would draw anew each time is drawn from a fixed seed, so that features can be made again.
    """
    signal = samples.astype(np.float32)
    if rate != RATE:
        from scipy.signal import resample_poly

        common = gcd(RATE, rate)
        signal = resample_poly(signal, RATE // common, rate // common)
    signal = signal + np.random.default_rng(len(signal)).normal(0, DITHER, len(signal)).astype(np.float32)
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.window_type = "hamming"
    options.mel_opts.num_bins = MEL_BINS
    options.mel_opts.low_freq = LOW_HZ
    options.mel_opts.high_freq = HIGH_HZ
    options.num_ceps = CEPSTRA
    options.use_energy = False
    extractor = knf.OnlineMfcc(options)
    extractor.accept_waveform(RATE, signal.tolist())
    extractor.input_finished()
    if not extractor.num_frames_ready:
        return np.zeros((0, CEPSTRA), np.float32)
    return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)]).astype(np.float32)
