"""The same residents, doors and demo company as in the tests of the conversation."""

from tests.skill.conftest import app, client, clock, company, engine, ledger, resident, settings, stranger, token

__all__ = ["app", "client", "clock", "company", "engine", "ledger", "resident", "settings", "stranger", "token"]
