"""The settings of satellite numbers."""

from pathlib import Path

from cordboard.settings.fields import Part


class Satellite(Part):
    """What the operator knows of satellite numbers."""

    overrides: Path | None = None  # CSV of prefixes and numbers, above the table: docs/numbering.md
