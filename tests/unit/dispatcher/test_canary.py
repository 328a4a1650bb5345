"""The canary in the switch's log: only a log that is written and read may have calls launched beside it."""

from pathlib import Path

import pytest

from dispatcher.switchlog import CANARY_LIVES_MS, Follower, canary_ms, is_trusted
from tests.unit.dispatcher.desk import SWITCH, Desk
from tests.unit.factory import NOW


def sung(extra: str, kind: str = "CANARY") -> str:
    quoted = extra.replace('"', '""')
    return f'"{kind}","1795361653.9","1795361653.17","CANARY","Local/1@cordboard-canary-0;2","","{quoted}"'


@pytest.mark.parametrize(
    ("line", "at_ms"),
    [
        (sung('{"extra":"1790000000000"}'), NOW),
        (sung('{"extra":1790000000000}'), NOW),
        (sung('{"extra":"1790000000000"}', "ANSWER"), 0),
        (sung('{"extra":""}'), 0),
        (sung('{"extra":"-5"}'), 0),
        (sung('{"extra":"\u00b2"}'), 0),
        (sung('{"extra":"' + "9" * 40 + '"}'), 0),
        (sung('{"other":"1790000000000"}'), 0),
        (sung("[]"), 0),
        (sung("7"), 0),
        (sung("{"), 0),
        ('"CANARY",', 0),
        ("", 0),
    ],
)
def test_the_time_that_a_canary_brings(line: str, at_ms: int) -> None:
    assert canary_ms(line) == at_ms


def test_a_log_is_trusted_for_a_while_after_its_last_canary(desk: Desk, tmp_path: Path) -> None:
    cel = tmp_path / "cel.csv"
    follower = Follower(desk.db, desk.clock, SWITCH, cel)
    assert not trusted(desk)
    cel.write_text(sung('{"extra":"5"}') + "\n")
    follower.read_on()
    assert not trusted(desk)  # a canary of long ago, read only now
    with cel.open("a") as file:
        file.write(sung(f'{{"extra":"{NOW}"}}') + "\n" + sung("", "CHAN_END") + "\n")
    follower.read_on()
    assert trusted(desk)
    desk.now.later(CANARY_LIVES_MS - 1)
    follower.read_on()  # that the file is read is no proof that it is written
    assert trusted(desk)
    desk.now.later(1)
    assert not trusted(desk)


def trusted(desk: Desk) -> bool:
    with desk.db.read() as conn:
        return is_trusted(conn, SWITCH, desk.clock.ms())
