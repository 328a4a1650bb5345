"""Every satellite family that can't speak, at every door: its own sentence, nothing to be dialled, nobody rung.

The account may have satellite calls and money for them, so that only what the number is stands in the way.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from accounts.tables import accounts
from kernel.errors import Refused
from kernel.masking import mask_number
from orders.tables import messages
from replies.refusals import refusal_text
from satellite.families import SERVICES, shipped
from satellite.numbering import classify, in_table, use
from satellite.overrides import read
from tests.joint.inbound import texting, web
from tests.joint.inbound.browser import BROWSERS, Browser, Shown
from tests.joint.inbound.test_same_bill_everywhere import OFTEN, Doors
from tests.unit.inbound.house import ANN, PIN, House
from tests.unit.satellite.test_numbering import EXAMPLES

SILENT: Final = {
    row.prefix: next(e164 for e164, *_ in EXAMPLES if classify(e164) == row) for row in shipped() if not row.voice
}
"""A number of each family, by its prefix in the table."""
OLD: Final = {"old Inmarsat-C": "+873447701033", "old Fleet data": "+874600935012", "old and gone": "+87177312345"}
OWN: Final = {
    f"an operator's {service}": f"+87076484879{n}" for n, service in enumerate(SERVICES) if service != "voice"
}
NUMBERS: Final = SILENT | OLD | OWN
PAGES: Final = {"a Palm": "palm", "a WAP phone": "wml"}
OVERRIDES: Final = "prefix,service\n" + "".join(f"{number},{name.split()[-1]}\n" for name, number in OWN.items())


def mailed(doors: Doors, order: str) -> str:
    return answered(doors, lambda: doors.house.send(doors.house.mail(f"{order} PIN {PIN}")))


def mailed_to_the_alias(doors: Doors, order: str) -> str:
    return answered(doors, lambda: doors.house.send(doors.house.mail(order), doors.house.alias))


def found_in_a_mailbox(doors: Doors, order: str) -> str:
    return answered(doors, lambda: doors.house.found(doors.house.mail(order), doors.house.alias))


def texted_by_twilio(doors: Doors, order: str) -> str:
    return " ".join(doors.texting.text(order).texts)


def texted_by_kannel(doors: Doors, order: str) -> str:
    return doors.texting.kannel(order).body


def asked_over_http(doors: Doors, order: str) -> str:
    said = doors.web.order(to=order.removeprefix("CALL "))
    return str(said.json.get("detail", said.json))


def tapped_on_a_palm(doors: Doors, order: str) -> str:
    return tapped(doors, PAGES["a Palm"], order).text


def tapped_on_a_wap_phone(doors: Doors, order: str) -> str:
    return tapped(doors, PAGES["a WAP phone"], order).text


def tapped(doors: Doors, kind: str, order: str) -> Shown:
    """The page behind the first Call: it asks, or says why not."""
    return Browser(doors.web, BROWSERS[kind]).sign_in().press("Call", to=order.removeprefix("CALL "))


def answered(doors: Doors, send: Callable[[], object]) -> str:
    before = len(doors.house.said())
    send()
    ((_, said),) = doors.house.said()[before:]
    return said


DOORS: Final[Mapping[str, Callable[[Doors, str], str]]] = {
    "a mail with a PIN": mailed,
    "a mail to the secret address": mailed_to_the_alias,
    "a mail in a mailbox": found_in_a_mailbox,
    "a text by Twilio": texted_by_twilio,
    "a text by Kannel": texted_by_kannel,
    "a program": asked_over_http,
    "a Palm": tapped_on_a_palm,
    "a WAP phone": tapped_on_a_wap_phone,
}


@pytest.fixture(scope="module")
def often() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texting, "EACH", OFTEN)
        patch.setattr(web, "ORDERS_A_MINUTE", OFTEN)
        yield


@pytest.fixture
def doors(house: House, often: None) -> Iterator[Doors]:
    house.allow_satellites()
    use(read(OVERRIDES, in_table).rows)
    with web.live(house) as of_the_web, texting.live(house) as of_texts:
        yield Doors(house, of_the_web, of_texts)
    use(())


def why_not(number: str) -> str:
    """The sentence that belongs to the number."""
    family = classify("+870" + number[4:] if number[:4] in {"+871", "+872", "+873", "+874"} else number)
    assert family is not None
    assert family.why_not or not family.fits("+870" + number[4:])
    return refusal_text(Refused(family.why_not or "number_old_satellite", number=number))


@pytest.mark.parametrize("door", DOORS)
def test_a_family_that_can_not_speak_is_refused_with_its_own_sentence(doors: Doors, door: str) -> None:
    for name, number in NUMBERS.items():
        said = DOORS[door](doors, f"CALL {number}")
        masked = why_not(number).replace(number, mask_number(number))  # pages are read over one's shoulder
        assert any(sentence in " ".join(said.split()) for sentence in (why_not(number), masked)), name
        assert len(why_not(number)) <= 160
    assert not doors.house.orders
    assert not doors.house.bell.rung


@pytest.mark.parametrize("door", DOORS)
def test_what_an_old_code_was_is_kept_with_the_message_at_every_door(doors: Doors, door: str) -> None:
    doors.house.signed.add(ANN)
    DOORS[door](doors, "CALL +873 773123456")
    if door in PAGES:
        tapped(doors, PAGES[door], "CALL +873 773123456").press("Call")
    kept = json.loads(doors.house.rows(messages)[-1].evidence)["number"]
    assert kept.startswith("+873")
    assert kept.endswith(" is dialled as +870773123456; +873 named the Indian Ocean (IOR)")


def test_all_that_is_refused_differs() -> None:
    use(read(OVERRIDES, in_table).rows)
    try:
        said = {number: why_not(number).replace(number, "") for number in (SILENT | OWN).values()}
    finally:
        use(())
    families = {(row.system, row.family) for row in shipped() if not row.voice}
    assert len(set(said.values())) == len(families) + len(OWN)


@pytest.mark.parametrize("order", ["CALL mum FROM {number}", "RATE {number}", "AT {number}"])
@pytest.mark.parametrize("any_phone", [True, False])
def test_no_leg_of_the_callers_own_either(doors: Doors, order: str, any_phone: bool) -> None:
    doors.house.change(accounts, allow_any_phone=any_phone)
    for name, number in SILENT.items():
        said = mailed(doors, order.format(number=number))
        assert why_not(number).partition(": ")[2] in said, name
    assert not doors.house.orders
