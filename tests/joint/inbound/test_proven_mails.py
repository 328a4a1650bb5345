"""Mails that are proven by a signature, and those that are not: the intake as the product has it."""

import json
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from accounts import manage
from accounts.tables import devices
from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Weigher
from inbound.proving import MOST_LOOKS
from kernel.clock import SystemClock
from kernel.errors import Unavailable
from orders.tables import messages, orders
from tests.joint.inbound.signing import HOUR_S, ORDER, Zone, mail, record, sign
from tests.unit.inbound.house import NOW, PIN, House


@pytest.fixture
def real(house: House, weigher: Weigher) -> House:
    """The house with a weigher that really looks, on the clock of the machine: signatures have times."""
    house.clock = SystemClock()  # type: ignore[assignment]
    ordering = replace(house.intake.ordering, clock=house.clock)
    house.intake = replace(house.intake, clock=house.clock, ordering=ordering, weigher=weigher)
    return house


def evidence(house: House, message_id: str) -> dict[str, str]:
    said: dict[str, str] = json.loads(house.message(message_id).evidence)
    return said


def test_a_signed_mail_needs_no_pin(real: House) -> None:
    message_id = real.send(sign(mail("CALL mum")))
    assert len(real.orders) == 1
    assert evidence(real, message_id)["proof"] == "dkim"
    assert real.orders[0].press_1


def test_33_a_signed_mail_that_comes_again_is_the_same_order(real: House) -> None:
    raw = sign(mail("CALL mum"))
    real.send(raw)
    again = real.send(raw)
    assert len(real.orders) == 1
    assert real.rules(again)[0][0] == "repeated"


def test_33_spaces_put_into_a_signed_message_id_make_it_no_other_mail(real: House) -> None:
    raw = sign(mail("CALL mum", message_id="<a@s.e> (the first)"))
    for each in (raw, raw.replace(b"<a@s.e> (", b"<a@s.e>  (")):
        message_id = real.send(each)
        assert evidence(real, message_id)["proof"] == "dkim"
        real.change(orders, state="ended")
    assert len(real.orders) == 1


def test_34_a_signed_mail_of_last_week_is_not_acted_on(real: House) -> None:
    message_id = real.send(sign(mail("CALL mum", date=formatdate(time.time() - 3 * 24 * HOUR_S))))
    assert not real.orders
    assert real.rules(message_id)[-1] == ["fresh", "too_old"]


@pytest.mark.parametrize(
    "written",
    ["victim@p-none.example, ann@ship.example", "crew: ann@ship.example;", "<@ship.example:eve@evil.example>",
     '"ann@ship.example" <eve@evil.example>', "=?utf-8?q?ann=40ship=2Eexample=00?= <eve@evil.example>", None,
     "ann@sub.ship.example", "ann@\u0455hip.example"],
)  # fmt: skip
def test_26_to_31_41_42_a_from_that_is_not_the_one_enrolled_mailbox(
    real: House, zone: Zone, written: str | None
) -> None:
    zone.texts["s1._domainkey.sub.ship.example"] = [record()]
    raw = mail("CALL mum", **{"from": written})
    signed = [b"DKIM-Signature: v=1; d=ship.example\r\n" + raw]
    if written is not None:
        signed += [sign(raw, domain) for domain in ("ship.example", "evil.example", "sub.ship.example")]
    for each in signed:
        message_id = real.send(each)
        assert not real.orders
        assert evidence(real, message_id) == evidence(real, message_id) | {"why": "not_enrolled"}
    assert zone.asked == []
    assert real.said() == []


def test_26_two_from_headers(real: House) -> None:
    real.send(b"From: eve@evil.example\r\n" + sign(mail("CALL mum")))
    assert not real.orders


@pytest.mark.parametrize("forge", ["unsigned", "spf", "other domain", "results"])
def test_a_mail_that_is_not_proven_still_works_by_pin_and_alias(real: House, zone: Zone, forge: str) -> None:
    zone.broken.add("_dmarc.ship.example")
    for text, to in ((f"CALL mum PIN {PIN}", ORDER), ("CALL +442079460019", real.alias)):
        raw = mail(text, to=to)
        raw = sign(raw, "evil.example") if forge == "other domain" else raw
        raw = b"Authentication-Results: door.test; dmarc=pass\r\n" + raw if forge == "results" else raw
        real.send(raw, to=to)
    assert [json.loads(row.evidence)["proof"] for row in real.rows(messages)] == ["pin", "alias"]
    assert len(real.orders) == 2


def anew(real: House, weigher: Weigher) -> None:
    """As half a minute later: nobody has the message any more, and no silent name is remembered."""
    real.change(messages, taken_until_ms=0)
    real.intake = replace(real.intake, weigher=weigher)


def test_37_an_order_is_not_lost_because_a_name_server_is_silent(real: House, zone: Zone) -> None:
    zone.broken.add("s1._domainkey.ship.example")
    message_id = real.accept(sign(mail("CALL mum")))
    with pytest.raises(Unavailable):
        real.intake.handle(message_id)
    assert real.said() == []
    zone.broken.clear()
    anew(real, Weigher(Nameservers([zone.address]), SystemClock()))
    real.intake.handle(message_id)
    assert len(real.orders) == 1


def test_37_a_name_server_that_stays_silent_proves_nothing(real: House, zone: Zone) -> None:
    zone.broken.add("s1._domainkey.ship.example")
    message_id = real.accept(sign(mail("CALL mum")))
    for _ in range(MOST_LOOKS - 1):
        with pytest.raises(Unavailable):
            real.intake.handle(message_id)
        anew(real, Weigher(Nameservers([zone.address]), SystemClock()))
    real.intake.handle(message_id)
    assert real.message(message_id).state == "handled"
    assert not real.orders


def test_whoever_is_not_enrolled_makes_us_look_up_nothing(real: House, zone: Zone) -> None:
    raw = sign(mail("CALL mum", **{"from": "eve@evil.example"}), "evil.example")
    real.send(raw)
    real.send(raw, to=real.alias)
    assert zone.asked == []


def test_why_tells_the_evidence_in_words(real: House) -> None:
    said = evidence(real, real.send(sign(mail("CALL mum"))))
    assert said["dkim"] == "ship.example signed it"
    assert said["dmarc"] == "pass, its policy: reject"


def test_a_messenger_of_everybodys_address_is_known_by_alias_alone(real: House) -> None:
    address = "no.reply.inreach@garmin.com"
    with real.db.write() as conn:
        manage.add_device(conn, NOW, real.user, address, "captain@ship.example")
    (row,) = [each for each in real.rows(devices) if each.address == address]
    assert (row.notices, row.answer_address) == (False, "captain@ship.example")
    real.send(mail("CALL mum", **{"from": address}))
    assert not real.orders
    real.send(mail("CALL mum", **{"from": address}), to=real.alias)
    assert len(real.orders) == 1
    assert not real.orders[0].notices
