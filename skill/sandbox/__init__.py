"""The clouds in a box: a local server that answers as the messengers' documentation says, for tests and trials."""

from skill.sandbox.server import Sandbox, Sent

__all__ = ["Sandbox", "Sent"]
