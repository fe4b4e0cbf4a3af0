"""What a server loads before anybody comes, so that nobody's first turn waits for it and processes share it."""

from skill.dialogue.engine import openers
from skill.dialogue.phrases import phrases
from skill.understanding import understand
from speech import recognition


def make_ready() -> None:
    """Load the models, the scenes and their phrases. Raises OSError without a speech model."""
    recognition.preload()
    understand("да")
    openers()
    phrases()
