"""The alphabet of texts, how many parts a text takes, and what makes it fewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.as_text import MOST_PARTS, as_text
from replies.gsm import BASIC, ESCAPED, economical, is_gsm, parts, units


def test_the_alphabet_has_a_place_for_each_of_seven_bits_but_the_escape() -> None:
    assert len(BASIC) == 127
    assert len(ESCAPED) == 10
    assert not BASIC & ESCAPED


@pytest.mark.parametrize(
    ("text", "long", "many"),
    [
        ("", 0, 1), ("a" * 160, 160, 1), ("a" * 161, 161, 2), ("a" * 306, 306, 2), ("a" * 307, 307, 3),
        ("\u20ac" * 80, 160, 1), ("\u20ac" * 81, 162, 2), ("{}[]~|^\\", 16, 1), ("@_\u00e9\u00c7\u03a9", 5, 1),
        ("\u4f60" * 70, 70, 1), ("\u4f60" * 71, 71, 2), ("\u4f60" * 135, 135, 3), ("\U0001f600" * 35, 70, 1),
        ("a" * 152 + "\u20ac" + "a" * 305, 459, 4), ("\u4f60" * 66 + "\U0001f600" + "\u4f60" * 66, 134, 3),
        ("\u2019" + "a" * 70, 71, 2), ("`", 1, 1), ("\u00e7", 1, 1),
    ],
)  # fmt: skip
def test_how_long_a_text_is_and_what_it_costs(text: str, long: int, many: int) -> None:
    assert (units(text), parts(text)) == (long, many)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ringing Zo\u00eb. " + "x" * 60, "Ringing Zoe. " + "x" * 60),
        ("I don\u2019t know \u201ctomorow\u201d\u2026 " + "x" * 60, 'I don\'t know "tomorow"... ' + "x" * 60),
        ("\u041c\u0430\u043c\u0430 \u2013 `a` " + "x" * 70, "Mama - 'a' " + "x" * 70),
        ("Zoe\u0308 " + "x" * 80, "Zoe " + "x" * 80),
    ],
)
def test_letters_are_written_plainly_where_that_saves_a_part(text: str, plain: str) -> None:
    assert economical(text) == plain


@pytest.mark.parametrize(
    "text", ["Ringing Zo\u00eb.", "\u041c\u0430\u043c\u0430", "Jos\u00e9 \u20ac5 " + "x" * 140, "\u4f60\u597d"]
)
def test_and_left_alone_where_it_saves_nothing(text: str) -> None:
    assert economical(text) == text


@given(st.text(max_size=300))
def test_it_never_costs_more(text: str) -> None:
    text = text.encode("utf-16", "replace").decode("utf-16")
    assert parts(economical(text)) <= parts(text) or not is_gsm(economical(text))
    assert parts(as_text(text)) <= MOST_PARTS


@given(st.text(st.characters(codec="utf-8"), max_size=800))
def test_a_text_is_short_and_can_stand_in_xml(text: str) -> None:
    said = as_text(text)
    assert parts(said) <= MOST_PARTS
    assert all(each == "\n" or each.isprintable() or each == " " for each in said)


def test_the_answer_without_its_details() -> None:
    receipt = "K7 Mum, 4 s. You paid $0.05.\n\nYou +1 2..0101: 5 s, $0.0167\n"
    assert as_text(receipt) == "K7 Mum, 4 s. You paid $0.05."
    assert as_text("\n  K7\n K8 \n") == "K7\nK8"
    assert as_text("a\x00b\x0b\ud800c\u202ed") == "a b cd"


def test_a_very_long_one_is_cut() -> None:
    said = as_text("x" * 2_000)
    assert (len(said), said[-4:], parts(said)) == (459, "x...", 3)
    assert parts(as_text("\u4f60" * 500)) == 3
    assert as_text("a" * 152 + "\u20ac" + "a" * 305).endswith("a...")
