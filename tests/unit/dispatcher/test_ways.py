"""Which carriers may carry a number, and in which order."""

from dataclasses import replace

import pytest

from billing.rating import Terms
from dispatcher import ways
from dispatcher.health import Health
from dispatcher.switches.ari_requests import Carrier
from dispatcher.ways import Order, Way
from tests.unit.billing.world import GB

SHIP, MUM = "870773123456", "442079460018"
CENT = 10_000


def carrier(name: str, *prefixes: str, priority: int = 10, deck: str = "d", **more: bool) -> Carrier:
    return Carrier(name, "PJSIP/{digits}", prefixes or ("",), priority, deck=deck, **more)  # type: ignore[arg-type]


def cost(rate: int, fee: int = 0, first: int = 6, step: int = 6, currency: str = "USD") -> Terms:
    return Terms("44", "United Kingdom", rate, fee, first, step, currency, "d", "row")


def way(name: str, terms: Terms | None = None, prefix: str = "", priority: int = 10, ill: bool = False) -> Way:
    return Way(carrier(name, prefix, priority=priority), prefix, terms, ill=ill)


CHEAP, DEAR, UNKNOWN = way("cheap", cost(CENT)), way("dear", cost(2 * CENT)), way("unknown")


@pytest.mark.parametrize(
    ("order", "found", "expected"),
    [
        ("cost", [UNKNOWN, DEAR, CHEAP], "cheap dear unknown"),
        ("cost", [replace(CHEAP, ill=True), UNKNOWN, DEAR], "dear unknown cheap"),
        ("cost", [way("long", cost(2 * CENT), "4420", priority=1), CHEAP], "cheap long"),
        ("cost", [way("fee", cost(CENT, 50 * CENT)), DEAR], "dear fee"),  # a typical call, not the minute alone
        ("cost", [way("minutes", cost(CENT, 0, 60, 60)), CHEAP], "cheap minutes"),
        ("cost", [way("a", cost(CENT), "4"), way("b", cost(CENT), "44")], "b a"),
        ("cost", [way("a", cost(CENT), "44", 2), way("b", cost(CENT), "44", 1)], "b a"),
        ("cost", [way("b", cost(CENT)), way("a", cost(CENT))], "a b"),
        ("cost", [way("a", None, "4"), way("b", None, "44"), way("c", None, "44", 1)], "c b a"),
        ("priority", [CHEAP, way("first", None, "", 1), way("long", cost(9 * CENT), "44", 20)], "long first cheap"),
        ("priority", [way("b", None, "44", 1, ill=True), way("a", None, "", 9)], "a b"),
    ],
)
def test_the_order_of_ways(order: Order, found: list[Way], expected: str) -> None:
    assert [each.name for each in ways.in_order(found, order)] == expected.split()
    assert [each.name for each in ways.in_order(found[::-1], order)] == expected.split()


@pytest.mark.parametrize(
    ("prefixes", "uplink", "digits", "is_open"),
    [
        (("",), False, MUM, True),
        (("33", "+4420"), False, MUM, True),
        (("33",), False, MUM, False),
        (("",), True, MUM, False),
        (("44",), True, MUM, True),  # its prefixes say otherwise
        (("",), True, SHIP, True),
        (("870",), True, SHIP, True),
        (("881",), True, SHIP, False),
        (("",), False, SHIP, False),
        (("870",), False, SHIP, False),
    ],
)
def test_satellite_numbers_leave_by_uplinks_only(
    prefixes: tuple[str, ...], uplink: bool, digits: str, is_open: bool
) -> None:
    found = carrier("x", *prefixes, uplink=uplink)
    why = ways.closed(found, ways.prefix_of(found, digits), satellite=digits == SHIP)
    assert (why == "") is is_open


def test_of_several_prefixes_the_longest_counts() -> None:
    assert ways.prefix_of(carrier("x", "4", "+4420", "442079460019", ""), MUM) == "4420"


DECKLESS, LOSING = carrier("x", deck=""), carrier("x", allow_loss=True)


@pytest.mark.parametrize(
    ("found", "terms", "words"),
    [
        (carrier("x"), cost(GB.rate), ""),
        (carrier("x"), cost(GB.rate - 1, 10 * CENT), "more than the 0.0245 USD a minute and 0.01 to connect"),
        (carrier("x"), cost(GB.rate + 1), ""),  # the fee that is charged pays for it
        (carrier("x"), cost(GB.rate * 2), "more than"),
        (carrier("x"), None, "has no row"),
        (carrier("x"), cost(1, currency="EUR"), "it costs EUR and the call is charged in USD"),
        (DECKLESS, None, ""),
        (LOSING, cost(GB.rate * 2), ""),
        (LOSING, None, ""),
    ],
)
def test_no_way_costs_more_than_is_charged_unless_it_may(found: Carrier, terms: Terms | None, words: str) -> None:
    why = ways.too_dear(found, terms, GB)
    assert words in why
    assert bool(words) is bool(why)


def test_a_way_says_in_words_why_it_is_where_it_is() -> None:
    ill = Health(12, 1, 10)
    told = replace(way("x", cost(3 * CENT, CENT), "44"), health=ill, ill=True, note="full now").why
    assert told == (
        "costs 0.03 USD a minute and 0.01 to connect, priority 10, prefix 44, ill: of 12 calls 1 answered, 10 failed, "
        "full now"
    )
    assert UNKNOWN.why == "its cost is not known, priority 10"
    assert replace(way("x"), refused="none of its prefixes fits").why == "none of its prefixes fits"
