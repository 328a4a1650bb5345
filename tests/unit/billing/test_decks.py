"""Deck files: what is refused, what a later file changes, and which row rates a number."""

from collections.abc import Iterator
from io import StringIO

import pytest
from sqlalchemy import Connection, func, select

from billing.decks import ImportReport, export_csv, find_terms, import_csv, list_decks
from billing.tables import deck_rows
from tests.unit import factory
from tests.unit.factory import NOW

DAY = 86_400_000
HEADER = "prefix,destination,rate,connect_fee,first,next,effective_from,effective_to\n"


@pytest.fixture
def conn() -> Iterator[Connection]:
    db = factory.database()
    with db.write() as connection:
        yield connection
    db.close()


def load(conn: Connection, text: str, now_ms: int = NOW, currency: str = "USD") -> ImportReport:
    return import_csv(conn, "retail", currency, StringIO(text), now_ms)


def rate(conn: Connection, number: str, at_ms: int = NOW) -> int | None:
    terms = find_terms(conn, "retail", number, at_ms)
    return terms.rate if terms else None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("44,UK,-0.01,0,60,60,,", "not a price"),
        ("44,UK,NaN,0,60,60,,", "not a price"),
        ("44,UK,Infinity,0,60,60,,", "not a price"),
        ("44,UK,1e-2,0,60,60,,", "not a price"),
        ("44,UK,,0,60,60,,", "not a price"),
        ("44,UK,0.0000001,0,60,60,,", "six decimals"),
        ("44,UK,999999999999,0,60,60,,", "absurdly"),
        ("44,UK,0.01,-1,60,60,,", "connect_fee"),
        ("44,UK,0.01,0,0,60,,", "first '0'"),
        ("44,UK,0.01,0,60,3601,,", "next '3601'"),
        ("44,UK,0.01,0,6.5,60,,", "first '6.5'"),
        ("+44,UK,0.01,0,60,60,,", "prefix"),
        ("044,UK,0.01,0,60,60,,", "prefix"),
        ("4412345678901234,UK,0.01,0,60,60,,", "prefix"),
        ("\u0664\u0664,UK,0.01,0,60,60,,", "prefix"),
        (",UK,0.01,0,60,60,,", "prefix"),
        ("44,,0.01,0,60,60,,", "destination"),
        ("44,=cmd(),0.01,0,60,60,,", "destination"),
        ("44,UK,0.01,0,60,60,tomorrow,", "effective_from"),
        ("44,UK,0.01,0,60,60,1890-01-01,", "before 1970"),
        ("44,UK,0.01,0,60,60,2026-02-01,2026-02-01", "later than"),
        ("44,UK,0.01,0,60,60", "6 fields"),
        ("1,US,0.01,0,60,60,,", "twice"),
        ('44,"UK,0.01,0,60,60,,', "unexpected end"),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_the_file_is_taken(conn: Connection, line: str, words: str) -> None:
    report = load(conn, f"{HEADER}1,US,0.01,0,60,60,,\n\n{line}\n")
    assert not report.ok
    assert report.errors[0].startswith("line 4: ")
    assert words in report.errors[0]
    assert conn.scalar(select(func.count()).select_from(deck_rows)) == 0
    assert list_decks(conn, NOW) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name"),
        ("prefix;destination;rate\n", "must name"),
        ("prefix,rate\n44,1\n", "missing: destination"),
        ("prefix,rate,rate,destination\n", "twice"),
        (HEADER, "no rates"),
    ],
)
def test_a_file_without_a_header_or_rates_is_refused(conn: Connection, text: str, words: str) -> None:
    assert words in load(conn, text).errors[0]


def test_columns_come_in_any_order_and_some_may_be_missing(conn: Connection) -> None:
    report = load(conn, '\ufeffDestination, Rate ,PREFIX,colour\n"Guernsey, mobile",0.5,447781,red\n')
    assert (report.ok, report.added) == (True, 1)
    assert report.warnings == ["the column 'colour' is not known and was ignored"]
    terms = find_terms(conn, "retail", "+447781000000", NOW)
    assert terms is not None
    assert (terms.destination, terms.rate, terms.connect_fee) == ("Guernsey, mobile", 500_000, 0)
    assert (terms.first, terms.next, terms.currency, terms.deck) == (1, 1, "USD", "retail")


def test_the_longest_prefix_in_effect_rates_a_number(conn: Connection) -> None:
    lines = "44,UK,0.01,,,,,\n447,UK mobile,0.2,,,,,\n"
    lines += "44778,UK late,0.3,,,,2030-01-01,\n4479,UK past,0.4,,,,2020-01-01,2021-01-01\n"
    assert load(conn, HEADER + lines).ok
    assert rate(conn, "+442079460018") == 10_000
    assert rate(conn, "+447781000000") == 200_000
    assert rate(conn, "+447781000000", NOW + 3000 * DAY) == 300_000
    assert rate(conn, "+447900000000") == 200_000
    assert rate(conn, "+33140001234") is None
    assert rate(conn, "+44", NOW - DAY) is None
    assert rate(conn, "+") is None
    assert rate(conn, "+44\u0661") is None
    assert find_terms(conn, "other", "+442079460018", NOW) is None
    assert [(deck.name, deck.currency, deck.prefixes) for deck in list_decks(conn, NOW)] == [("retail", "USD", 2)]


def test_a_new_price_ends_the_old_one_and_the_past_keeps_its_own(conn: Connection) -> None:
    load(conn, HEADER + "44,UK,0.01,,,,,\n1,US,0.02,,,,,\n")
    report = load(conn, HEADER + "44,UK,0.02,,,,,\n1,US,0.02,,,,,\n", NOW + DAY)
    assert (report.added, report.ended, report.unchanged) == (1, 1, 1)
    assert report.warnings == ["line 2: the rate of 44 changes by more than half: 0.01 to 0.02"]
    assert [rate(conn, "+442079460018", NOW + at) for at in (0, DAY - 1, DAY)] == [10_000, 10_000, 20_000]


def test_a_price_in_effect_is_never_edited_but_a_coming_one_may_be(conn: Connection) -> None:
    load(conn, HEADER + "44,UK,0.01,,,,2025-01-01,\n44,UK,0.02,,,,2030-01-01,\n")
    assert "past" in load(conn, HEADER + "44,UK,0.015,,,,2025-01-01,\n").errors[0]
    assert "past" in load(conn, HEADER + "44,UK,0.015,,,,2025-06-01,\n").errors[0]
    assert load(conn, HEADER + "44,UK,0.015,,,,2030-01-01,\n").changed == 1
    assert rate(conn, "+442079460018", NOW + 3000 * DAY) == 15_000
    assert load(conn, HEADER + "44,UK,0.01,,,,,2028-01-01\n").ended == 1
    assert rate(conn, "+442079460018", NOW + 700 * DAY) is None
    assert "past" in load(conn, HEADER + "44,UK,0.01,,,,2025-01-01,2025-02-01\n").errors[0]
    assert rate(conn, "+442079460018") == 10_000


def test_a_free_prefix_is_warned_of(conn: Connection) -> None:
    assert load(conn, HEADER + "44,UK,0,,,,,\n").warnings == ["line 2: the prefix 44 costs nothing"]


def test_a_deck_has_one_currency(conn: Connection) -> None:
    load(conn, HEADER + "44,UK,0.01,,,,,\n")
    assert load(conn, HEADER + "44,UK,0.02,,,,,\n", currency="EUR").errors == ["the deck retail is in USD, not EUR"]
    assert "80 characters" in import_csv(conn, "x" * 81, "USD", StringIO(HEADER + "44,UK,0.01,,,,,\n"), NOW).errors[0]
    assert "three capitals" in import_csv(conn, "x", "usd", StringIO(HEADER + "44,UK,0.01,,,,,\n"), NOW).errors[0]


def test_an_exported_deck_is_imported_again_as_it_was(conn: Connection) -> None:
    load(conn, HEADER + '44,"UK, all",0.0125,0.05,30,6,2025-01-01,2030-01-01\n44,UK,0.02,,,,2030-01-01,\n1,US,1,,,,,\n')
    written = StringIO()
    assert export_csv(conn, "retail", written) == 3
    again = load(conn, written.getvalue(), NOW + DAY)
    assert (again.ok, again.added, again.changed, again.ended, again.unchanged) == (True, 0, 0, 0, 3)
    assert import_csv(conn, "copy", "USD", StringIO(written.getvalue()), NOW).added == 3
    copied = StringIO()
    export_csv(conn, "copy", copied)
    assert copied.getvalue() == written.getvalue()
