"""What training does with its material and its networks (extra `acoustic`)."""

import itertools
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the recipe needs the extra `acoustic`")
pytest.importorskip("pywrapfst", reason="the recipe needs the extra `acoustic`")

from speech.acoustic.checkpoints import average, grow  # noqa: E402 - after the check that the extra is there
from speech.acoustic.corpus import Recording  # noqa: E402
from speech.acoustic.discrimination import Discrimination  # noqa: E402
from speech.acoustic.material import Material  # noqa: E402
from speech.acoustic.network import AcousticNetwork, Shape, load_checkpoint, save_checkpoint  # noqa: E402
from speech.acoustic.pronunciation import pronounce  # noqa: E402
from speech.acoustic.splicing import Splicer  # noqa: E402

PHONES = ["d", "v", "a", "t", "r'", "i", "p'", "t'"]
NUMBERS = {phone: k + 1 for k, phone in enumerate(PHONES)}
SMALL = Shape(width=12, bottleneck=4, strides=(0, 3), input_rank=8, prefinal=8)
FRAMES_OF_A_PHONE = 10


def said(*words: str) -> torch.Tensor:
    """Scores (1 × time × outputs) of somebody who says the words very clearly, with blanks between the phones."""
    outputs = [output for word in words for phone in pronounce(word) for output in (NUMBERS[phone], 0)]
    scores = torch.zeros(1, len(outputs), len(PHONES) + 1)
    scores[0, torch.arange(len(outputs)), outputs] = 12.0
    return scores


def test_words_said_clearly_are_told_from_others() -> None:
    discrimination = Discrimination(["два", "три", "пять"], NUMBERS, blank_shift=0.0)
    scores = said("пять", "два")
    assert discrimination.loss(scores, [scores.shape[1]], [["пять", "два"]]).item() == pytest.approx(0, abs=0.1)
    assert discrimination.loss(scores, [scores.shape[1]], [["пять", "три"]]).item() > 10


def test_frames_after_the_end_of_an_utterance_do_not_count() -> None:
    discrimination = Discrimination(["два", "три"], NUMBERS, blank_shift=0.0)
    scores = said("два", "три")
    only_the_first = 2 * len(pronounce("два"))
    assert discrimination.loss(scores, [only_the_first], [["два"]]).item() == pytest.approx(0, abs=0.1)


def test_learning_to_tell_words_apart_raises_what_was_said() -> None:
    discrimination = Discrimination(["два", "три"], NUMBERS, blank_shift=0.0)
    scores = torch.zeros(1, 12, len(PHONES) + 1, requires_grad=True)
    discrimination.loss(scores, [12], [["три"]]).backward()
    slopes = scores.grad.sum((0, 1))
    assert slopes[NUMBERS["r'"]] < 0 < slopes[NUMBERS["v"]]


def material_of(*transcripts: str) -> Material:
    """Recordings whose first cepstrum is the number of the phone said."""
    material = Material()
    for key, transcript in enumerate(transcripts):
        phones = [phone for word in transcript.split() for phone in pronounce(word)]
        frames = np.zeros((len(phones) * FRAMES_OF_A_PHONE, 13), np.float32)
        frames[:, 0] = np.repeat([NUMBERS.get(phone, 0) for phone in phones], FRAMES_OF_A_PHONE)
        material.recordings.append(Recording(str(key), "anna", transcript, False, frames))
        material.speakers.append("corpus/anna")
        ends = np.cumsum([len(pronounce(word)) for word in transcript.split()])
        spans = [(k * FRAMES_OF_A_PHONE, (k + 1) * FRAMES_OF_A_PHONE - 1) for k in range(len(phones))]
        starts = [0, *ends[:-1]]
        material.phones.append([spans[a:b] for a, b in zip(starts, ends, strict=True)])
    return material


def phones_heard(material: Material, parts: tuple[tuple[int, int, int], ...]) -> list[int]:
    """The phones in their order, without a trace of a neighbour at the edges."""
    levels = np.concatenate([material.recordings[index].frames[start:end, 0] for index, start, end in parts])
    borders = [0, *(np.flatnonzero(np.diff(levels)) + 1), len(levels)]
    runs = [(int(levels[a]), b - a) for a, b in itertools.pairwise(borders)]
    return [level for level, length in runs if length >= FRAMES_OF_A_PHONE // 3]


def test_a_number_never_said_is_put_together_from_other_words() -> None:
    material = material_of("два", "трава", "стриг")
    piece = Splicer(material, range(3)).word("три", np.random.default_rng(1))
    assert piece is not None
    assert piece.words == ("три",)
    assert phones_heard(material, piece.parts) == [NUMBERS[phone] for phone in pronounce("три")]


def test_a_word_with_sounds_never_said_is_not_put_together() -> None:
    material = material_of("два", "трава")
    assert Splicer(material, range(2)).word("пять", np.random.default_rng(1)) is None


def test_a_grown_network_begins_where_the_smaller_one_ended(tmp_path: Path) -> None:
    torch.manual_seed(3)
    save_checkpoint(tmp_path / "small.pt", AcousticNetwork(len(PHONES) + 1, SMALL), PHONES)
    larger = Shape(width=20, bottleneck=6, strides=(0, 3), input_rank=8, prefinal=8)
    grow(tmp_path / "small.pt", tmp_path / "large.pt", larger)
    small, _ = load_checkpoint(tmp_path / "small.pt")
    large, phones = load_checkpoint(tmp_path / "large.pt")
    cepstra = torch.randn(1, 60, 13)
    with torch.no_grad():
        before, after = small(cepstra), large(cepstra)
    assert phones == PHONES
    assert large.shape == larger
    assert torch.corrcoef(torch.stack([before.flatten(), after.flatten()]))[0, 1] > 0.9


def test_a_network_does_not_grow_smaller(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "small.pt", AcousticNetwork(len(PHONES) + 1, SMALL), PHONES)
    with pytest.raises(ValueError, match="cannot grow"):
        grow(tmp_path / "small.pt", tmp_path / "smaller.pt", Shape(width=8, bottleneck=4, strides=(0, 3)))


def test_checkpoints_are_averaged_by_their_shares(tmp_path: Path) -> None:
    for name, value in (("one", 1.0), ("two", 4.0)):
        network = AcousticNetwork(len(PHONES) + 1, SMALL)
        torch.nn.init.constant_(network.output.bias, value)
        save_checkpoint(tmp_path / name, network, PHONES)
    average([tmp_path / "one", tmp_path / "two"], [1.0, 2.0], tmp_path / "mean.pt")
    mean, _ = load_checkpoint(tmp_path / "mean.pt")
    assert torch.allclose(mean.output.bias, torch.full_like(mean.output.bias, 3.0))
