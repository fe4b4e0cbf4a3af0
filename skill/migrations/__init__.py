"""Changes of the conversation's own tables (Alembic), beside those of the books."""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
VERSION_TABLE = "alembic_version_skill"
