"""The receipt: the answer in the first line, what each leg took and cost below it."""

from math import ceil
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest

from billing.receipt import LegLine, Receipt
from replies import sentences
from replies.gsm import is_gsm, parts
from replies.receipts import over_text, party, receipt_text
from replies.sentences import OUTCOMES, duration
from tests.unit.inbound.house import NOW

TYPICAL = {
    "ref": "Z999", "name": "Ann Marie Longname", "phone": "+870 7..1234", "talk": "59 min 59 s", "paid": "EUR 1000.00",
    "balance": "EUR 1000.00", "price": "EUR 13.00", "before": "Z998", "minutes": "1234",
    "how": "the number of Ann Marie Longname is not in service", "calls": "Z999 is Ann Marie Longname, " * 2,
}  # fmt: skip


def order(**columns: Any) -> Any:
    row: dict[str, Any] = {
        "ref": "K7",
        "name_b": "Bob",
        "number_a": "+12025550101",
        "number_b": "+442079460018",
        "bill": "",
    }
    row |= {"language": "", "private": False, "first": "A"}
    return SimpleNamespace(**{**row, **columns})


def leg(role: str, seconds: float | None, charge: int = 0, **changes: Any) -> LegLine:
    number = "+12025550101" if role == "A" else "+442079460018"
    ended = None if seconds is None else NOW + int(seconds * 1000)
    values = {"cause": 16, "estimated": False, "capped": False, "waived": "", **changes}
    billed = values.pop("billed", ceil(seconds or 0))
    return LegLine(role, number, None if seconds is None else NOW, ended, billed, charge, **values)


def receipt(*legs: LegLine) -> Receipt:
    return Receipt("o", "K7", legs, sum(each.charge for each in legs), "USD", 9_830_000)


def test_a_call_that_was_talked() -> None:
    said = receipt_text(order(bill="JOB"), "talked", receipt(leg("A", 75, 25_500, billed=78), leg("B", 61.5, 41_400)))
    assert said.split("\n") == [
        "K7 Bob, 1 min 2 s. You paid $0.07. Balance $9.83.",
        "",
        "You +1 2..0101: 1 min 15 s (billed as 1 min 18 s), $0.0255",
        "Bob +44 2..0018: 1 min 2 s, $0.0414",
        "Total $0.0669. Balance $9.8300.",
        "Bill code JOB.",
        "",
    ]


def test_a_call_that_its_money_ended_says_so() -> None:
    a, b = leg("A", 75, 25_500), leg("B", 59.5, 41_400, cut=True)
    assert receipt_text(order(), "talked", receipt(a, b)).startswith(
        "K7 Bob, 1 min 0 s, then cut off: that was all the "
    )
    assert receipt_text(order(), "dropped", receipt(a, b)).startswith("K7 Bob, 1 min 0 s, then ended as asked.")


def test_without_a_name_the_other_party_is_its_number() -> None:
    nameless = order(name_b="")
    assert party(nameless) == "+44 2..0018"
    said = receipt_text(nameless, "b_busy", receipt(leg("A", 9, 5_100), leg("B", None)))
    assert said.startswith("K7 +44 2..0018 busy. You paid $0.0051. Please send it again.\n")
    assert "Other party +44 2..0018: not answered, nothing charged" in said


def test_what_is_odd_about_a_leg_is_said() -> None:
    said = receipt_text(order(), "interrupted", receipt(leg("A", 9, 1, estimated=True, capped=True, waived="unjoined")))
    assert sentences.ESTIMATED + sentences.CAPPED + sentences.WAIVED in said


def test_an_outcome_nobody_worded_is_told_as_broken_off() -> None:
    assert receipt_text(order(), "?", receipt()).startswith("K7 Broken off: ")


def test_numbers_are_masked_throughout() -> None:
    said = receipt_text(order(name_b=""), "talked", receipt(leg("A", 5), leg("B", 5)))
    assert "2025550101" not in said
    assert "2079460018" not in said


FIRST_LINES = {
    **OUTCOMES,
    "dropped talking": sentences.DROPPED_TALKING,
    "cut off": sentences.CUT_OFF,
    "accepted": sentences.ACCEPTED,
    "trusted": sentences.ACCEPTED_TRUSTED,
    "again": sentences.AGAIN,
    "again, trusted": sentences.AGAIN_TRUSTED,
    "dropping": sentences.DROPPING,
    "over": sentences.DROP_OVER,
}
OTHERS = (sentences.DROP_UNKNOWN, sentences.DROP_NOTHING, sentences.DROP_WHICH, sentences.DROP_LATE)


@pytest.mark.parametrize("outcome", FIRST_LINES)
def test_a_first_line_goes_into_one_text_message(outcome: str) -> None:
    sentence = FIRST_LINES[outcome]
    assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= set(TYPICAL)
    said = sentence.format(**TYPICAL)
    assert is_gsm(said)
    assert parts(said) == 1
    assert said.startswith("Z999 ")
    assert said.endswith(".")


@pytest.mark.parametrize("sentence", OTHERS)
def test_what_is_said_of_no_order_goes_into_one_too(sentence: str) -> None:
    said = sentence.format(**TYPICAL)
    assert is_gsm(said)
    assert parts(said) == 1
    assert said.endswith(".")


@pytest.mark.parametrize("outcome", sentences.OVER)
def test_how_every_call_ended_can_be_told_in_a_few_words(outcome: str) -> None:
    assert set(sentences.OVER) == set(OUTCOMES)
    said = over_text(order(outcome=outcome, name_b="Ann Marie Longname"))
    assert said == f"K7 is over already: {sentences.OVER[outcome].format(name='Ann Marie Longname')}."
    assert len(said) <= 160


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 s"), (1, "1 s"), (1_000, "1 s"), (59_001, "1 min 0 s"), (185_000, "3 min 5 s"), (3_599_001, "1 h 0 min"),
        (3_720_000, "1 h 2 min"), (12 * 3_600_000, "12 h 0 min"),
    ],
)  # fmt: skip
def test_durations(milliseconds: int, said: str) -> None:
    assert duration(milliseconds) == said


def test_a_drop_says_whom_it_was_with_and_how_long_if_anybody_talked() -> None:
    rang = receipt_text(order(), "dropped", receipt(leg("A", 9, 5_100), leg("B", None)))
    assert rang.startswith("K7 The call to Bob was ended as asked. You paid $0.0051.\n")
    talked = receipt_text(order(), "dropped", receipt(leg("A", 75, 25_500), leg("B", 61.5, 41_400)))
    assert talked.startswith("K7 Bob, 1 min 2 s, then ended as asked. You paid $0.07. Balance $9.83.\n")
    late = receipt_text(order(), "dropped", receipt(leg("A", 9, 5_100), leg("B", 1, waived="late_b")))
    assert late.startswith("K7 The call to Bob was ended as asked.")


def test_tries_at_one_telephone_that_nobody_answered_are_one_line_and_none_once_it_answered() -> None:
    twice = receipt_text(order(), "b_congestion", receipt(leg("A", 9, 5_100), leg("B", None), leg("B", None)))
    assert twice.count("not answered") == 1
    reached = receipt_text(order(), "talked", receipt(leg("A", 9, 5_100), leg("B", None), leg("B", 5, 100)))
    assert "not answered" not in reached
