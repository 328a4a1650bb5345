"""The operator's own rows of satellite numbers, read when a process starts and put above the shipped table."""

from pathlib import Path
from typing import Final

from cordboard.settings import Settings
from kernel.errors import Misconfigured
from satellite import numbering, overrides

MOST_TOLD: Final = 20
MOST_BYTES: Final = 5_000_000


def use_overrides(settings: Settings) -> None:
    """Know what the file of `satellite.overrides` says, or the table alone. Misconfigured: a sentence a wrong line."""
    path = settings.satellite.overrides
    if path is None:
        numbering.use(())
        return
    read = overrides.read(_text(path), numbering.in_table)
    if read.errors:
        more = [f"and {len(read.errors) - MOST_TOLD} more"] if len(read.errors) > MOST_TOLD else []
        told = "\n".join(f"  {each}" for each in [*read.errors[:MOST_TOLD], *more])
        raise Misconfigured(f"The file {path} (satellite.overrides) can't be used:\n{told}")
    numbering.use(read.rows)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Misconfigured(f"The file {path} (satellite.overrides) is larger than {MOST_BYTES // 10**6} MB.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Misconfigured(f"The file {path} (satellite.overrides) is not UTF-8.") from None
    except OSError as e:
        raise Misconfigured(f"The file {path} (satellite.overrides) can't be read: {e.strerror}.") from None
