"""The recipe from sound to a model that Vosk loads, on a few seconds of synthetic speech (extra `acoustic`)."""

import json
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the recipe needs the extra `acoustic`")
pytest.importorskip("pywrapfst", reason="the recipe needs the extra `acoustic`")


def recipe(*arguments: object) -> str:
    command = [sys.executable, "-m", "speech.acoustic", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus of espeak-ng, a run of two epochs of a tiny network, and its model."""
    folder = tmp_path_factory.mktemp("recipe")
    recipe("synthesise", "espeak", folder / "corpus", "--count", 24, "--patterns", "skill/understanding/sentences")
    train = ("--epochs", 2, "--width", 32, "--bottleneck", 8, "--batch-frames", 3000, "--threads", 1)
    recipe("train", folder / "run", folder / "corpus", *train)
    recipe("align", folder / "run" / "model.pt", folder / "corpus")
    recipe("build", folder / "run" / "model.pt", folder / "model")
    return folder


@pytest.mark.slow
def test_training_leaves_a_curve(trained: Path) -> None:
    assert (trained / "run" / "progress.png").read_bytes().startswith(b"\x89PNG")
    epochs = [json.loads(line) for line in (trained / "run" / "progress.jsonl").read_text().splitlines()]
    assert [epoch["epoch"] for epoch in epochs] == [1, 2]


@pytest.mark.slow
def test_a_finished_run_is_not_trained_again(trained: Path) -> None:
    assert recipe("train", trained / "run", trained / "corpus", "--epochs", 2) == ""


@pytest.mark.slow
def test_vosk_loads_the_model_and_hears(trained: Path) -> None:
    """In a process of its own: Vosk hangs where another OpenFst is loaded."""
    script = (
        "import json, sys, vosk; vosk.SetLogLevel(-1); model = vosk.Model(sys.argv[1]); "
        "recogniser = vosk.KaldiRecognizer(model, 8000, json.dumps(['два', 'пять', '[unk]'])); "
        "recogniser.AcceptWaveform(bytes(16000)); print(json.loads(recogniser.FinalResult())['text'])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(trained / "model")], capture_output=True, check=False)
    assert done.returncode == 0
    assert set(done.stdout.decode().split()) <= {"два", "пять", "[unk]"}


def test_the_exported_network_computes_the_same() -> None:
    """The folded affine layers of final.mdl, computed by hand, give the network's own scores."""
    import torch

    from speech.acoustic.kaldi_format import folded_layers
    from speech.acoustic.network import AcousticNetwork, Shape

    torch.manual_seed(0)
    network = AcousticNetwork(5, Shape(width=16, bottleneck=4, strides=(0,), input_rank=8, prefinal=8))
    network(torch.randn(8, 40, 13))
    network.eval()
    cepstra = torch.randn(1, 9, 13)
    value = cepstra.reshape(-1).double().numpy()
    inner = {}
    for name, weights, bias in folded_layers(network, blank_shift=0.0):
        if name == "layer0.linear":
            inner["skip"] = value
        value = weights @ value + bias
        if name in {"first.affine", "layer0.affine", "prefinal.affine"}:
            value = np.maximum(value, 0)
        if name == "layer0.affine":
            value = 0.66 * inner["skip"] + value
    with torch.no_grad():
        assert np.allclose(network(cepstra)[0, 0].numpy(), value, atol=1e-4)


def test_the_lexicon_says_which_words_lie_ahead() -> None:
    """After «д» come два (1) and дом (2), after «и» один word more (3), at the end nothing but the end (4)."""
    import pywrapfst

    from speech.acoustic.lookahead import with_lookahead

    lexicon = pywrapfst.VectorFst()
    lexicon.add_states(4)
    lexicon.set_start(0)
    lexicon.set_final(3)
    for source, sound, word, target in [(0, 1, 0, 1), (0, 2, 0, 2), (1, 3, 1, 3), (1, 4, 2, 3), (2, 5, 3, 3)]:
        lexicon.add_arc(source, pywrapfst.Arc(sound, word, pywrapfst.Weight.one("tropical"), target))
    written = with_lookahead(lexicon, words=3)
    spans = [[(1, 4)], [(1, 3)], [(3, 4)], [(4, 5)]]
    expected = struct.pack("<iq", 4, 4)
    for intervals in spans:
        expected += struct.pack("<q", len(intervals)) + b"".join(struct.pack("<ii", *i) for i in intervals)
        expected += struct.pack("<i", sum(end - begin for begin, end in intervals))
    assert written.endswith(expected)


@pytest.mark.parametrize(
    ("layout", "files"),
    [
        ("voxforge", {"anna-20200101-abc/etc/PROMPTS": "anna-20200101-abc/mfc/ru_1 ДВА ПЯТЬ\n"}),
        ("common-voice", {"validated.tsv": "client_id\tpath\tsentence\nanna\tru_1.wav\tДва, пять!\n"}),
        ("golos", {"train/manifest.jsonl": '{"id": "1", "audio_filepath": "files/ru_1.wav", "text": "два пять"}\n'}),
    ],
)
def test_public_folder_layouts_are_read(tmp_path: Path, layout: str, files: dict[str, str]) -> None:
    sounds = {"voxforge": "anna-20200101-abc/wav", "common-voice": "clips", "golos": "train/files"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = tmp_path / sounds[layout]
    folder.mkdir(parents=True)
    with wave.open(str(folder / "ru_1.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(np.random.default_rng(1).integers(-900, 900, 16000, np.int16).tobytes())
    recipe("features", layout, tmp_path, tmp_path / "corpus")
    rows = (tmp_path / "corpus" / "utterances.tsv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2
    assert rows[1].endswith("два пять")
