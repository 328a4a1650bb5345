"""CDRs as CSV: exact, and nothing in them is a formula."""

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from sqlalchemy import Connection, update

from billing.cdrs import as_text, export_csv, list_cdrs
from billing.settle import Leg, finalise
from billing.tables import cdrs
from tests.unit import factory
from tests.unit.billing.world import held
from tests.unit.factory import NOW


@pytest.fixture
def conn() -> Iterator[Connection]:
    db = factory.database()
    with db.write() as connection:
        yield connection
    db.close()


@pytest.mark.parametrize(
    "cell",
    [
        "=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1",
        "\uff1d1", "+442079460018", "'x",
    ],
)  # fmt: skip
def test_106_what_a_spreadsheet_would_run_becomes_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "SHIP-7", "United Kingdom", "7+8", "0041"])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert as_text(cell) == cell


def test_the_export_says_what_was_billed(conn: Connection) -> None:
    call = held(conn)
    finalise(conn, Leg(call.a, NOW, NOW + 76_100, 16), NOW)
    finalise(conn, Leg(call.b, NOW + 15_000, NOW + 76_000, estimated=True), NOW)
    conn.execute(update(cdrs).values(bill='=1+"a"'))
    written = StringIO(newline="")
    assert export_csv(conn, written) == 2
    first, second = csv.DictReader(StringIO(written.getvalue(), newline=""))
    assert (first["number"], first["bill"], first["door"]) == ("'+12025550101", '\'=1+"a"', "email")
    assert (first["answered_at"], first["talk_seconds"]) == ("2026-09-21T14:13:20.000Z", "76.100")
    assert (first["charge"], first["tax"], first["total"]) == ("0.0221", "0.0045", "0.0266")
    assert (first["cause"], second["cause"], first["estimated"], second["estimated"]) == ("16", "", "0", "1")


def test_cdrs_are_listed_newest_first_by_account_and_time(conn: Connection) -> None:
    calls = [held(conn), held(conn)]
    for turn, call in enumerate(calls):
        finalise(conn, Leg(call.a, NOW + turn, NOW + 5000), NOW)
    assert [row.attempt_id for row in list_cdrs(conn)] == [calls[1].a, calls[0].a]
    assert [row.attempt_id for row in list_cdrs(conn, account_id=calls[0].account)] == [calls[0].a]
    assert [row.attempt_id for row in list_cdrs(conn, since_ms=NOW + 1, limit=5)] == [calls[1].a]
    assert export_csv(conn, StringIO(), account_id="nobody") == 0
