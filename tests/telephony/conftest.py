"""The calls of all selected tests, played at once."""

import pytest

from speech import recognition
from tests.telephony.scenarios import Outcomes, play


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest) -> Outcomes:
    """How every selected scenario went."""
    recognition.preload()
    return play([getattr(item, "function", None) for item in request.session.items])
