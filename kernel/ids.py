"""Ids come from here: sortable by time, unguessable, safe in URLs, file names and channel ids."""

import os

REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(now_ms: int) -> str:
    """28 lower-case hex digits: 12 of milliseconds, 16 of chance."""
    return f"{now_ms:012x}{os.urandom(8).hex()}"


def reference(number: int) -> str:
    """The short name of an account's `number`-th order (from 0): A1, B1 ... Z1, A2 ... No I or O to misread."""
    turn, letter = divmod(number, len(REFERENCE_LETTERS))
    return f"{REFERENCE_LETTERS[letter]}{turn + 1}"
