"""No text from outside can pass for a line of ours; the number is that of the list of bad inputs."""

import json
import logging
import sys

import pytest

from cordboard.logs import Lines

FORGED = "x\r\n2026-11-22T10:00:00.000 info    conductor  all is well\x1b[2J\u2028\x85more"


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "inbound.smtp.door", "levelno": 30, "levelname": "WARNING", "msg": "refused"})
    made.__dict__.update(extra)
    return made


def failed() -> logging.LogRecord:
    try:
        int(FORGED)
    except ValueError:
        return record(exc_info=(ValueError, ValueError(FORGED), sys.exc_info()[2]))
    raise AssertionError


@pytest.mark.parametrize("as_json", [False, True])
def test_107_a_field_forges_no_line(as_json: bool) -> None:
    line = Lines("smtp", as_json).format(record(sender=FORGED, msg=FORGED))
    assert line.isprintable()
    assert line.count("all is well") == 2


def test_107_nor_does_the_text_of_an_error() -> None:
    first, *rest = Lines("smtp", json_lines=False).format(failed()).split("\n")
    assert "refused" in first
    assert any("all is well" in line for line in rest)
    assert all(line.startswith("  ") and line.isprintable() for line in rest)
    assert len("\n".join(rest).splitlines()) == len(rest)


def test_107_in_json_it_is_one_line() -> None:
    line = Lines("smtp", json_lines=True).format(failed())
    assert line.isprintable()
    assert "all is well" in json.loads(line)["error"]
