"""Which Vosk model is used, and the official ones that can be fetched."""

import os
from pathlib import Path

EMBEDDED = Path(__file__).parent / "model"


def model_folder() -> Path:
    """ZHKU_VOSK_MODEL if set, else the embedded model."""
    return Path(os.environ.get("ZHKU_VOSK_MODEL") or EMBEDDED)


def is_model(folder: Path) -> bool:
    """Whether the folder holds a Vosk model of either layout."""
    return any((folder / place).is_file() for place in ("am/final.mdl", "final.mdl"))
