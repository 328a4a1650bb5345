"""Bad inputs 58 to 75 as a proven sender's orders, after CALL and alone: each is told why, and nobody is rung."""

from io import StringIO

import pytest

from accounts import manage
from accounts.tables import accounts
from billing import decks
from tests.unit.inbound.house import ANNS_PHONE, NOW, OWN_NUMBER, House

HEADER, SINCE = "prefix,destination,rate,connect_fee,first,next,effective_from", "2026-09-21T14:14:00Z"
ZERO_WIDTH, OVERRIDE = "\u200b", "\u202e"
BAD = {
    "58-911": ("911", "is an emergency number"),
    "58-112": ("112", "is an emergency number"),
    "58-999": ("999", "is an emergency number"),
    "58-000": ("000", "is an emergency number"),
    "59-9111": ("9111", "is an emergency number"),
    "59-1122": ("1122", "is an emergency number"),
    "59-star": ("*911", "is an emergency number"),
    "59-more": ("911 555 2671", "is an emergency number"),
    "60": ("+1911", "is an emergency number"),
    "60-long": ("+1 911 555 1234", "is an emergency number"),
    "61-us-900": ("+1 900 234 5678", "is a special-rate number"),
    "61-gb-9": ("+44 906 701 2345", "is a special-rate number"),
    "61-gb-871": ("+44 871 901 1234", "is a special-rate number"),
    "61-gb-70": ("+44 70 1234 5678", "is a special-rate number"),
    "62-979": ("+979 123456789", "is a special-rate number"),
    "62-808": ("+808 12345678", "is a special-rate number"),
    "62-882": ("+882 10 12345678", "is a special-rate number"),
    "62-883": ("+883 510 001234567", "is a special-rate number"),
    "62-8816": ("+8816 12345678", "is Iridium, which is off for your account"),
    "63-809": ("+1 809 555 1234", "(DO) are switched off"),
    "63-876": ("876-555-1234", "(JM) are switched off"),
    "63-284": ("(284) 494-1234", "(VG) are switched off"),
    "64-comoros": ("+269 771 2345", "(KM) are switched off"),
    "64-cuba": ("+53 5 2081234", "(CU) are switched off"),
    "64-somalia": ("+252 61 2345678", "(SO) are switched off"),
    "64-latvia": ("+371 21234567", "(LV) are switched off"),
    "65-pause": ("+442079460019,,,1234#", "has pauses or tones behind it"),
    "65-ext": ("+442079460019;ext=99", "has pauses or tones behind it"),
    "66-clir": ("#31#+442079460019", "has a star or hash code in it"),
    "66-67": ("*67 4155552671", "has a star or hash code in it"),
    "66-divert": ("**21*4155552671#", "has a star or hash code in it"),
    "67": ("&PJSIP/1900", "is not a telephone number"),
    "67-behind": ("+442079460019&PJSIP/1900", "is not a telephone number"),
    "68-at": ("4155552671@evil.example", "is not a telephone number"),
    "68-sip": ("sip:1900@evil.example", "is not a telephone number"),
    "68-tel": ("tel:4155552671;phone-context=+44", "is not a telephone number"),
    "69-full-width": ("\uff14\uff11\uff15\uff15\uff15\uff15\uff12\uff16\uff17\uff11", "not plain digits"),
    "69-arabic": ("415555267\u0661", "not plain digits"),
    "69-zero-width": (f"415555{ZERO_WIDTH}2671", "not plain digits"),
    "69-override": (f"+{OVERRIDE}14155552671", "not plain digits"),
    "70-vanity": ("1-800-FLOWERS", "has letters in it"),
    "70-swallowed": ("4155O52671", "has letters in it"),
    "71-own-phone": (ANNS_PHONE, "is the phone I would ring you on"),
    "71-our-number": (OWN_NUMBER, "is this service's own number"),
    "72-long": ("9" * 190, "too long for one telephone number"),
    "72-longer": ("9" * 300, "that line is too long"),
    "72-plus": ("+", "I can't read +"),
    "73-plus": ("+442079460019 +14155552671", "I don't know '+14155552671'"),
    "73-run-on": ("4155552671 4155552672", "has too many digits"),
    "73-slash": ("4155552671/2", "is not a telephone number"),
    "74": ("+33140001234", "I have no price for"),
}


@pytest.mark.parametrize(("number", "why"), BAD.values(), ids=BAD)
def test_58_to_74_is_told_why(house: House, number: str, why: str) -> None:
    headers = {"mime_version": "1.0", "content_type": "text/plain; charset=utf-8"}
    house.send(house.mail(f"CALL {number}", **headers), to=house.alias)
    assert why in house.said()[0][1]
    house.send(house.mail(number, **headers), to=house.alias)
    if number != ANNS_PHONE:
        house.send(house.mail(f"CALL mum FROM {number}", **headers), to=house.alias)
    assert len(house.said()) == 3 - (number == ANNS_PHONE)
    assert all(said.startswith("Not called: ") and len(said) <= 160 for _, said in house.said())
    assert not house.orders
    assert not house.bell.rung


@pytest.mark.parametrize("number", ["", " ", "please"])
def test_72_no_number_at_all(house: House, number: str) -> None:
    house.send(house.mail(f"CALL {number}"), to=house.alias)
    assert house.said()[0][1] == "Not called: there is nothing after CALL. Say what should follow it."


def test_65_a_plain_extension_is_no_smuggling(house: House) -> None:
    house.send(house.mail("CALL +442079460019 x512"), to=house.alias)
    assert [(order.number_b, order.extension_b) for order in house.orders] == [("+442079460019", "512")]


def test_71_both_legs_to_special_numbers(house: House) -> None:
    house.change(accounts, allow_any_phone=True)
    with house.db.write() as conn:
        manage.add_contact(conn, NOW, house.user, "Line", "+442079460019")
    house.send(house.mail("CALL +1 900 234 5678 FROM +44 906 701 2345"), to=house.alias)
    house.send(house.mail("CALL line FROM +44 906 701 2345"), to=house.alias)
    assert [said.rpartition(" is ")[2] for _, said in house.said()] == [
        "a special-rate number, and those are switched off for you."
    ] * 2
    assert not house.orders


@pytest.mark.parametrize("rate", ["-0.01", "NaN", "Infinity", "1e400"])
def test_75_a_deck_with_a_bad_price_changes_no_price(house: House, rate: str) -> None:
    with house.db.write() as conn:
        report = decks.import_csv(conn, "retail", "USD", StringIO(f"{HEADER}\n44,UK,{rate},0,30,6,{SINCE}\n"), NOW)
    assert report.errors == [f"line 2: the rate '{rate}' is not a price like 0.0125 (never below zero)"]
    house.clock.now_ms += 60_000
    house.send(house.mail("CALL mum"), to=house.alias)
    assert house.said()[0][1].endswith("About $0.04/min.")


def test_75_a_price_of_zero_is_taken(house: House) -> None:
    with house.db.write() as conn:
        rows = f"1,US,0.017,0,6,6,{SINCE}\n44,UK,0,0,30,6,{SINCE}"
        report = decks.import_csv(conn, "retail", "USD", StringIO(f"{HEADER}\n{rows}\n"), NOW)
    assert report.ok
    house.clock.now_ms += 60_000
    house.send(house.mail("CALL mum"), to=house.alias)
    assert house.said()[0][1].endswith("About $0.02/min.")
