"""The switch's log: what a line says, and that each line is taken once whatever happens to the file."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dispatcher import switchlog
from dispatcher.switches.exchange.cel import CelLog
from dispatcher.switchlog import QUIET_COMMIT_MS, Follower, LogLine, parse_line
from dispatcher.tables import log_positions
from tests.unit.dispatcher.desk import SWITCH, Desk

LEG, OTHER = "019b2c3d4e5f" + "0" * 16, "019b2c3d4e5f" + "f" * 16
NAME = "PJSIP/answers-00000005"
ANSWER = f'"ANSWER","1795361653.960599","{LEG}","","{NAME}","",""'
EXTRA = '"{""hangupcause"":16,""hangupsource"":""PJSIP/answers-00000005"",""dialstatus"":""""}"'
HANGUP = f'"HANGUP","1795361654.967408","{LEG}","","{NAME}","",{EXTRA}'
AT = 1795361653


def line(kind: str = "ANSWER", at: str = "1795361653.960599", leg: str = LEG, extra: str = "") -> str:
    return ",".join(f'"{field}"' for field in (kind, at, leg, "", NAME, "", extra.replace('"', '""')))


def test_the_lines_that_asterisk_wrote() -> None:
    assert parse_line(ANSWER) == LogLine(LEG, "answer", 1795361653_960, None)
    assert parse_line(HANGUP) == LogLine(LEG, "hangup", 1795361654_967, 16)


@pytest.mark.parametrize(
    ("at", "at_ms"),
    [
        (f"{AT}.000000", AT * 1000),
        (f"{AT}.999999", AT * 1000 + 999),  # floored: the live events round it so too
        (f"{AT}.001999", AT * 1000 + 1),
        (f"{AT}.5", AT * 1000 + 500),
        (f"{AT}.0000009999", AT * 1000),
    ],
)
def test_times_are_floored_to_milliseconds(at: str, at_ms: int) -> None:
    found = parse_line(line(at=at))
    assert found is not None
    assert found.at_ms == at_ms


@pytest.mark.parametrize(
    "kind", ["CHAN_START", "CHAN_END", "BRIDGE_ENTER", "BRIDGE_EXIT", "CANARY", "RTP", "answer", ""]
)
def test_other_events_are_no_facts_of_a_leg(kind: str) -> None:
    assert parse_line(line(kind)) is None


@pytest.mark.parametrize(
    "leg", ["", "1795361653.17", "att-17", LEG[:-1], LEG + "0", LEG.upper(), LEG[:-1] + "g", LEG[:-1] + "\u0663"]
)
def test_channels_under_foreign_ids_are_not_ours(leg: str) -> None:
    assert parse_line(line(leg=leg)) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "garbage", '"', '"ANSWER',
        f'"ANSWER","{AT}.1","{LEG}"', ANSWER + ',"eighth"', "\x00\x01\x02", "\ufffd" * 40,
        line(at=""), line(at=str(AT)), line(at="."), line(at=f"-{AT}.0"), line(at=f"{AT}.-1"), line(at="1e9.5"),
        line(at=f" {AT}.1"), line(at="NaN"), line(at=f"{AT}.1.2"), '"' + "x" * 200_000 + '"',
    ],
)  # fmt: skip
def test_what_is_no_line_of_ours_says_nothing(text: str) -> None:
    assert parse_line(text) is None


@pytest.mark.parametrize(
    "text", [line(at="\u00b2.5"), line(at="1.\u00b2"), line("HANGUP", extra="[" * 100_000)], ids=["sup", "frac", "deep"]
)
def test_a_spoilt_line_does_not_end_the_follower(text: str) -> None:
    try:
        parse_line(text)
    except (ValueError, RecursionError) as e:
        pytest.fail(type(e).__name__)


@pytest.mark.parametrize(
    ("extra", "cause"),
    [
        ('{"hangupcause":17}', 17), ("", None), ("{}", None), ("[]", None), ("17", None), ("{", None), ("null", None),
        ('{"hangupcause":"17"}', None), ('{"hangupcause":null}', None), ('{"hangupcause":17.0}', None),
    ],
)  # fmt: skip
def test_a_hangup_without_a_readable_cause_still_is_the_end(extra: str, cause: int | None) -> None:
    assert parse_line(line("HANGUP", extra=extra)) == LogLine(LEG, "hangup", 1795361653_960, cause)


@pytest.mark.parametrize(
    "field", ['","ANSWER","1.0', "${SHELL(id)}", "'; DROP TABLE orders; --", '{"hangupcause":1}', "=1+1"]
)
def test_what_a_field_holds_stays_in_it(tmp_path: Path, field: str) -> None:
    file = tmp_path / "cel.csv"
    CelLog(file).write("HANGUP", AT + 0.5, (LEG, field), field, field, {"hangupcause": 17, "hangupsource": field})
    assert parse_line(file.read_text().removesuffix("\n")) == LogLine(LEG, "hangup", AT * 1000 + 500, 17)


class TestFollower:
    @pytest.fixture
    def cel(self, tmp_path: Path) -> Path:
        return tmp_path / "cel.csv"

    @pytest.fixture
    def follower(self, desk: Desk, cel: Path) -> Follower:
        return new(desk, cel)

    def test_a_partial_line_is_left_until_it_is_whole(self, desk: Desk, cel: Path, follower: Follower) -> None:
        append(cel, ANSWER + "\n" + HANGUP[:40])
        assert follower.read_on() == len(ANSWER) + 1
        assert follower.read_on() == 0
        assert read(desk) == [("answer", 1795361653_960)]
        append(cel, HANGUP[40:] + "\n")
        follower.read_on()
        assert read(desk) == [("answer", 1795361653_960), ("hangup", 1795361654_967)]

    def test_bytes_that_are_no_text_spoil_their_own_line_only(self, desk: Desk, cel: Path, follower: Follower) -> None:
        cel.write_bytes(b"\xff\xfe\x00\n" + ANSWER.encode() + b"\r\n\n")
        follower.read_on()
        assert read(desk) == [("answer", 1795361653_960)]

    def test_a_new_follower_goes_on_where_the_last_one_committed(self, desk: Desk, cel: Path) -> None:
        append(cel, ANSWER + "\n")
        new(desk, cel).read_on()
        append(cel, HANGUP + "\n")
        for _ in range(3):
            new(desk, cel).read_on()
        assert [what for what, _ in read(desk)] == ["answer", "hangup"]

    def test_no_file_is_waited_for(self, desk: Desk, cel: Path, follower: Follower) -> None:
        assert [follower.read_on() for _ in range(2)] == [0, 0]
        append(cel, ANSWER + "\n")
        follower.read_on()
        assert len(read(desk)) == 1

    @pytest.mark.parametrize("restarted", [False, True])
    def test_a_renamed_file_is_finished_before_the_new_one(self, desk: Desk, cel: Path, restarted: bool) -> None:
        follower = new(desk, cel)
        append(cel, ANSWER + "\n")
        follower.read_on()
        append(cel, HANGUP + "\n")
        cel.rename(cel.with_name("cel.csv.1"))
        append(cel, line("ANSWER", leg=OTHER) + "\n")
        follower = new(desk, cel) if restarted else follower
        while follower.read_on():
            pass
        append(cel, line("HANGUP", leg=OTHER) + "\n")
        follower.read_on()
        assert [what for what, _ in read(desk)] == ["answer", "hangup", "answer", "hangup"]

    def test_a_file_that_is_away_after_its_renaming_is_read_from_its_start(self, desk: Desk, cel: Path) -> None:
        follower = new(desk, cel)
        append(cel, ANSWER + "\n")
        follower.read_on()
        cel.rename(cel.with_name("cel.csv.1"))
        assert [follower.read_on() for _ in range(2)] == [0, 0]
        append(cel, HANGUP + "\n")
        follower.read_on()
        assert len(read(desk)) == 2

    def test_a_truncated_file_is_read_from_its_start(self, desk: Desk, cel: Path, follower: Follower) -> None:
        append(cel, (ANSWER + "\n") * 3)
        follower.read_on()
        os.truncate(cel, 0)
        append(cel, HANGUP + "\n")
        follower.read_on()
        assert [what for what, _ in read(desk)] == ["answer"] * 3 + ["hangup"]

    @pytest.mark.parametrize("text", [line(at="9" * 30 + ".0"), line("HANGUP", extra=f'{{"hangupcause":{10**30}}}')])
    def test_a_number_beyond_all_sense_is_passed_over(
        self, desk: Desk, cel: Path, follower: Follower, text: str
    ) -> None:
        append(cel, text + "\n" + ANSWER + "\n")
        follower.read_on()
        assert read(desk)[-1] == ("answer", 1795361653_960)

    def test_only_a_line_feed_ends_a_line(self, desk: Desk, cel: Path, follower: Follower) -> None:
        for separator in "\u2028\u0085\x0b\x0c\x1c":
            append(cel, line("CHAN_START", extra=separator) + "\n" + line("CANARY", extra=f"x{separator}") + "\n")
            append(cel, '"CHAN_START","1.0","x","","' + separator + ANSWER + "\n")
        follower.read_on()
        assert read(desk) == []

    def test_much_at_once_is_taken_in_blocks(
        self, desk: Desk, cel: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(switchlog, "READ_AT_MOST", 3 * len(ANSWER))
        append(cel, (ANSWER + "\n") * 20)
        took = []
        while bytes_read := follower.read_on():
            took.append(bytes_read)
        assert len(took) > 5
        assert len(read(desk)) == 20

    def test_a_quiet_file_is_confirmed_every_second(self, desk: Desk, cel: Path, follower: Follower) -> None:
        append(cel, ANSWER + "\n")
        follower.read_on()
        first_ms = position(desk).read_ms
        desk.now.later(QUIET_COMMIT_MS - 1)
        follower.read_on()
        assert position(desk).read_ms == first_ms
        desk.now.later(1)
        follower.read_on()
        assert position(desk).read_ms == desk.now.ms()
        assert (position(desk).offset, len(read(desk))) == (len(ANSWER) + 1, 1)

    def test_lines_are_given_once_to_who_asks_for_those_after_the_last(self, desk: Desk) -> None:
        desk.log((LEG, "answer", 1, None), (OTHER, "answer", 2, None), (LEG, "hangup", 3, 16))
        with desk.db.read() as conn:
            rows = switchlog.since(conn, SWITCH, 0, limit=2)
            assert [row.at_ms for row in rows + switchlog.since(conn, SWITCH, rows[-1].id)] == [1, 2, 3]
            assert switchlog.since(conn, "other", 0) == []
            assert [row.at_ms for row in switchlog.of_attempts(conn, [LEG])] == [1, 3]


def new(desk: Desk, cel: Path) -> Follower:
    return Follower(desk.db, desk.clock, SWITCH, cel)


def append(cel: Path, text: str) -> None:
    with cel.open("a", encoding="utf-8", newline="") as file:
        file.write(text)


def read(desk: Desk) -> list[tuple[str, int]]:
    with desk.db.read() as conn:
        return [(row.what, row.at_ms) for row in switchlog.since(conn, SWITCH, 0)]


def position(desk: Desk) -> Any:
    with desk.db.read() as conn:
        return conn.execute(select(log_positions)).one()
