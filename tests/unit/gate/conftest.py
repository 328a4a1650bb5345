"""The house of the way in, with its rows in a real SQLite file."""

from tests.unit.inbound.conftest import house, template

__all__ = ["house", "template"]
