"""Bad inputs 21 to 42, Mail authenticity: real signatures, and a name server of our own."""

import time
from dataclasses import replace

import pytest

from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Evidence, Letter, Weigher
from kernel.clock import SystemClock
from tests.joint.inbound.signing import ANN, HOUR_S, ORDER, SIGNED, Zone, mail, record, sign

HOSTED = "203.0.114.7"  # an address of the outside world, which no test asks anything


def weigh(weigher: Weigher, raw: bytes, *, address: str = ANN, to: str = ORDER, peer: str = "192.0.2.1",
          sender: str = ANN) -> Evidence:  # fmt: skip
    return weigher.weigh(Letter(raw, address, (to,), sender, peer))


def test_a_signature_of_the_senders_domain_proves_the_sender(weigher: Weigher) -> None:
    found = weigh(weigher, sign(mail()))
    assert found == Evidence(True, {"dkim": "ship.example signed it", "dmarc": "pass, its policy: reject"})


def test_21_an_unsigned_mail_proves_nothing_and_asks_nobody(weigher: Weigher, zone: Zone) -> None:
    assert weigh(weigher, mail()) == Evidence(False, {"dkim": "not signed"})
    assert zone.asked == []


def test_22_another_domains_signature_counts_for_nothing_and_its_servers_are_not_asked(
    weigher: Weigher, zone: Zone
) -> None:
    found = weigh(weigher, sign(mail(), "evil.example"))
    assert not found.proven
    assert found.said["dkim"] == "evil.example not the sender's domain"
    assert zone.asked == []


def test_23_a_signature_of_a_part_of_the_text(weigher: Weigher) -> None:
    raw = sign(mail("hello"), length=True)
    for each in (raw, raw + b"CALL mum\r\n"):
        assert weigh(weigher, each) == Evidence(False, {"dkim": "ship.example signs a part of the text only"})


@pytest.mark.parametrize(
    "header", ["Subject: CALL mum", "Date: Mon, 21 Sep 2026 14:13:10 +0000", "Message-ID: <a@b>", "To: x@y.example",
               "From: eve@evil.example", "Content-Type: text/html"],
)  # fmt: skip
def test_24_a_second_header_above_the_signed_one(weigher: Weigher, header: str) -> None:
    raw = header.encode() + b"\r\n" + sign(mail(content_type="text/plain"))
    found = weigh(weigher, raw)
    assert not found.proven
    assert found.said["dkim"].endswith("stands there twice")


@pytest.mark.parametrize("header", SIGNED)
def test_24_what_an_order_is_read_from_must_be_signed(weigher: Weigher, header: str) -> None:
    raw = sign(mail(), headers=[name for name in SIGNED if name != header or header == "from"])
    found = weigh(weigher, raw)
    assert found.proven == (header == "from")
    assert header == "from" or found.said["dkim"] == f"ship.example {header} not signed"


@pytest.mark.parametrize("header", ["date", "message-id"])
def test_what_is_not_there_cannot_be_signed(weigher: Weigher, header: str) -> None:
    without: dict[str, str | None] = {header: None}
    raw = mail("CALL mum", **without)
    assert not weigh(weigher, sign(raw)).proven


def test_24_a_subject_put_into_a_mail_that_had_none(weigher: Weigher) -> None:
    raw = b"Subject: CALL mum\r\n" + sign(mail(subject=None))
    assert weigh(weigher, raw).said["dkim"] == "ship.example subject not signed"


def test_25_an_unsigned_reply_to(weigher: Weigher) -> None:
    raw = b"Reply-To: eve@evil.example\r\nX-PIN: 73915482\r\n" + sign(mail())
    assert not weigh(weigher, raw).proven


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\0"])
def test_a_header_that_two_programs_read_differently(weigher: Weigher, end: bytes) -> None:
    raw = b"X-A: 1" + end + b"Subject: CALL mum\r\n" + sign(mail(subject=None))
    found = weigh(weigher, raw)
    assert not found.proven
    assert found.said["dkim"] == "not looked at: a header with a bare line end"


def test_32_an_unaligned_signature_on_top_hides_nothing_and_vouches_for_nothing(weigher: Weigher) -> None:
    both = sign(sign(mail()), "evil.example")
    assert weigh(weigher, both).proven
    forged = sign(sign(mail(), selector="none"), "evil.example")
    found = weigh(weigher, forged)
    assert not found.proven
    assert found.said["dkim"] == "evil.example not the sender's domain, ship.example no key"


def test_32_fifty_signatures_cost_no_more_than_a_few(weigher: Weigher, zone: Zone) -> None:
    raw = mail()
    for at in range(50):
        raw = sign(raw, selector=f"none{at}")
    assert not weigh(weigher, raw).proven
    assert len(zone.asked) <= 4


def test_34_another_message_id_breaks_the_signature(weigher: Weigher) -> None:
    raw = sign(mail(message_id="<one@ship.example>"))
    assert weigh(weigher, raw).proven
    assert not weigh(weigher, raw.replace(b"<one@ship", b"<two@ship")).proven
    unsigned = sign(mail(), headers=["from", "to", "subject", "date"])
    assert weigh(weigher, unsigned).said["dkim"] == "ship.example message-id not signed"


def test_a_letter_to_somebody_else_that_they_pass_on_is_no_order(weigher: Weigher) -> None:
    found = weigh(weigher, sign(mail(to="eve@evil.example")))
    assert not found.proven
    assert found.said["dkim"] == "ship.example signed it, but it was written to somebody else"
    assert weigh(weigher, sign(mail(to="Bob <bob@rig.example>", cc=f"Calls <{ORDER}>"))).proven
    assert weigh(weigher, sign(mail(to="ann-7kq2m9xw4t3z@door.test")), to="ann-7kq2m9xw4t3z@door.test").proven
    assert not weigh(weigher, sign(mail(to=f'"{ORDER}" <eve@evil.example>'))).proven
    assert not weigh(weigher, sign(mail(to=None))).proven


@pytest.mark.parametrize(
    ("to", "ours"),
    [
        (f"<{ORDER.upper()}>", True),
        (f"{ORDER} (the line)", True),
        (f"{ORDER} <{ORDER}>", True),
        (f'"{ORDER}" <{ORDER}>', True),
        (f'"Hara, Bob" <bob@rig.example>,\r\n {ORDER}', True),
        (f"{ORDER} <eve@evil.example>", False),  # she calls herself so, and Ann's device does not quote names
        (f"<eve@evil.example> {ORDER}", False),
        (f"<eve@evil.example> <{ORDER}>", False),
        (f"{ORDER}@evil.example", False),
        (f"x{ORDER}", False),
        (f"({ORDER}) eve@evil.example", False),
        (f'"a, {ORDER}, b" <eve@evil.example>', False),
        (f"=?utf-8?q?{ORDER.replace('@', '=40')}?= <eve@evil.example>", False),
    ],
)
def test_whom_a_letter_was_written_to(weigher: Weigher, to: str, ours: bool) -> None:
    assert weigh(weigher, sign(mail(to=to))).proven == ours


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ([], "no key"),
        (["v=DKIM1; p="], "key revoked"),
        (["v=DKIM1; k=rsa; p=!!"], "signature wrong"),
        ([record(), record(tags="k=rsa")], "two keys"),
        ([record(tags="v=DKIM1; t=y; k=rsa")], "key on trial"),
        ([record(tags="v=DKIM1; s=tlsrpt; k=rsa")], "key not for mail"),
        ([record(2048)], "signature wrong"),
    ],
)
def test_keys_that_are_no_good(weigher: Weigher, zone: Zone, key: list[str], why: str) -> None:
    zone.texts["s1._domainkey.ship.example"] = key
    if not key:
        del zone.texts["s1._domainkey.ship.example"]
    found = weigh(weigher, sign(mail()))
    assert not found.proven
    assert why in found.said["dkim"]


def test_35_a_key_of_512_bits(weigher: Weigher, zone: Zone) -> None:
    zone.texts["s1._domainkey.ship.example"] = [record(512)]
    found = weigh(weigher, sign(mail(), bits=512))
    assert found == Evidence(False, {"dkim": "ship.example key too small"})


@pytest.mark.parametrize(("letters", "why"), [(800, "signature wrong"), (804, "key too large")])
def test_35_a_key_that_would_keep_us_busy_for_minutes(weigher: Weigher, zone: Zone, letters: int, why: str) -> None:
    zone.texts["s1._domainkey.ship.example"] = [f"v=DKIM1; k=rsa; p={'A' * letters}"]
    assert why in weigh(weigher, sign(mail())).said["dkim"]


@pytest.mark.parametrize("canonical", ["relaxed", "simple"])
def test_spaces_in_the_text_count_as_its_signature_says(weigher: Weigher, canonical: str) -> None:
    raw = sign(mail("CALL  mum \t\n\t\n \n"), body=canonical)
    assert weigh(weigher, raw).proven
    assert weigh(weigher, raw.replace(b"CALL  mum", b"CALL mum")).proven == (canonical == "relaxed")
    assert not weigh(weigher, raw.replace(b"CALL  mum", b"CALLmum")).proven


def test_a_long_row_of_spaces_costs_no_more_than_other_text(weigher: Weigher) -> None:
    raw = sign(mail("CALL mum\nx y"))
    assert weigh(weigher, raw.replace(b"x y", b"x" + b" " * 1_000_000 + b"y")).proven


@pytest.mark.parametrize("tag", ["b=", "bh="])
def test_a_signature_of_spaces_is_not_looked_at(weigher: Weigher, zone: Zone, tag: str) -> None:
    raw = sign(mail()).replace(f" {tag}".encode(), f" {tag}A".encode() + b" " * 60_000, 1)
    assert weigh(weigher, raw).said["dkim"] == "ship.example too long"
    assert zone.asked == []


def test_36_expired_or_from_the_future(weigher: Weigher) -> None:
    now_s = int(time.time())
    assert weigh(weigher, sign(mail(), x=str(now_s - 1))).said["dkim"] == "ship.example expired"
    assert weigh(weigher, sign(mail(), x=str(now_s + HOUR_S))).proven
    assert weigh(weigher, sign(mail(), t=str(now_s + HOUR_S))).said["dkim"] == "ship.example signed in the future"


@pytest.mark.parametrize("how", ["broken", "mute", "two"])
@pytest.mark.parametrize("domain", ["ship.example", "mail.ship.example"])
def test_37_a_policy_that_nobody_can_tell(weigher: Weigher, zone: Zone, how: str, domain: str) -> None:
    zone.texts["s1._domainkey.mail.ship.example"] = [record()]
    if how == "two":
        zone.texts["_dmarc.ship.example"].append("v=DMARC1; p=none")
    else:
        getattr(zone, how).add("_dmarc.ship.example")
    quick = replace(weigher, seconds=0.5)
    found = weigh(quick, sign(mail(), domain))
    assert not found.proven
    assert found.said["dmarc"] in ("server failure", "timeout", "two records")
    if how == "broken":
        asked = len(zone.asked)
        assert weigh(quick, sign(mail())).said["dmarc"] == "no answer lately"
        assert len(zone.asked) <= asked + 1  # its key is another name, and was kept


@pytest.mark.parametrize("how", ["broken", "mute"])
def test_a_key_that_can_not_be_had(weigher: Weigher, zone: Zone, how: str) -> None:
    getattr(zone, how).add("s1._domainkey.ship.example")
    found = weigh(replace(weigher, seconds=0.5), sign(mail()))
    assert not found.proven
    assert found.said["dkim"].startswith("ship.example key not found: ")
    assert found.later


def test_only_what_is_silent_is_worth_another_look(weigher: Weigher, zone: Zone) -> None:
    zone.broken.add("_dmarc.ship.example")
    assert weigh(weigher, sign(mail())).later
    assert not weigh(weigher, mail()).later
    assert not weigh(weigher, sign(mail(), selector="none")).later
    assert not weigh(weigher, sign(mail()).replace(b"CALL", b"RING")).later
    assert not weigh(weigher, sign(mail(), "evil.example")).later
    zone.broken.clear()
    zone.texts["_dmarc.ship.example"].append("v=DMARC1; p=none")
    assert not weigh(Weigher(Nameservers([zone.address]), SystemClock()), sign(mail())).later


def test_spf_keeps_no_proof_waiting(weigher: Weigher, zone: Zone) -> None:
    zone.mute.add("slow.example")
    found = weigh(replace(weigher, seconds=0.5), sign(mail()), peer=HOSTED, sender="ann@slow.example")
    assert found.proven
    assert found.said["spf"].startswith("temperror")


def test_keys_are_kept_for_their_time_to_live(weigher: Weigher, zone: Zone) -> None:
    for _ in range(3):
        assert weigh(weigher, sign(mail())).proven
    assert sorted(zone.asked) == ["_dmarc.ship.example", "s1._domainkey.ship.example"]


def test_a_mail_may_ask_so_much_and_no_more(weigher: Weigher, zone: Zone) -> None:
    assert not weigh(replace(weigher, lookups=1), sign(mail())).proven
    assert len(zone.asked) == 1


def test_without_a_name_server_nothing_is_proven_and_nothing_fails() -> None:
    found = weigh(Weigher(Nameservers(["127.0.0.1:9"]), SystemClock(), seconds=0.2), sign(mail()))
    assert not found.proven


def test_38_spf_of_a_shared_host_proves_nothing(weigher: Weigher, zone: Zone) -> None:
    zone.texts["ship.example"] = [f"v=spf1 ip4:{HOSTED} -all"]
    found = weigh(weigher, mail(), peer=HOSTED)
    assert not found.proven
    assert found.said["spf"] == "pass for ship.example, which proves nothing"
    assert found.said["dmarc"] == "pass, its policy: reject"
    assert weigh(weigher, mail(), peer="203.0.114.8").said["spf"].startswith("fail")
    assert "spf" not in weigh(weigher, mail(), peer="127.0.0.1").said


@pytest.mark.parametrize("spf", ["v=spf1 include:ship.example -all", "v=spf1 a:%{i}%{z} -all", "v=spf1 " + "mx " * 50])
def test_38_an_spf_record_that_turns_in_circles(weigher: Weigher, zone: Zone, spf: str) -> None:
    zone.texts["ship.example"] = [spf]
    found = weigh(weigher, mail(), peer=HOSTED)
    assert "error" in found.said["spf"]
    assert len(zone.asked) <= weigher.lookups


@pytest.mark.parametrize(
    "header",
    ["Authentication-Results: door.test; dkim=pass header.d=ship.example; dmarc=pass header.from=ship.example",
     "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=s1; b=AAAA",
     "ARC-Authentication-Results: i=1; door.test; dmarc=pass header.from=ship.example"],
)  # fmt: skip
def test_39_40_what_others_say_they_found_proves_nothing(weigher: Weigher, header: str) -> None:
    found = weigh(weigher, header.encode() + b"\r\n" + mail())
    assert not found.proven
    assert found.said.get("arc", "there, which proves nothing") == "there, which proves nothing"
    assert ("arc" in found.said) == header.startswith("ARC-Seal")


def test_42_a_subdomain_signs_for_the_domain_only_where_its_policy_lets_it(weigher: Weigher, zone: Zone) -> None:
    zone.texts["s1._domainkey.mail.ship.example"] = [record()]
    assert weigh(weigher, sign(mail(), "mail.ship.example")).proven
    zone.texts["_dmarc.strict.example"] = ["v=DMARC1; p=none; adkim=s"]
    for domain in ("mail.strict.example", "mail.silent.example"):
        zone.texts[f"s1._domainkey.{domain}"] = [record()]
        address = f"ann@{domain.partition('.')[2]}"
        found = weigh(weigher, sign(mail(**{"from": address}), domain), address=address)
        assert not found.proven
        assert found.said["dkim"] == f"{domain} signed it, not by the sender's very domain"


@pytest.mark.parametrize(
    ("signer", "address"),
    [
        ("co.uk", "ann@ship.co.uk"),
        ("evil.co.uk", "ann@ship.co.uk"),
        ("eve.github.io", "ann@ship.github.io"),
        ("example", ANN),
        ("hip.example", ANN),
        ("ship.example.evil.example", ANN),
        ("xn--shp-2na.example", ANN),
        ("\u0455hip.example", ANN),
    ],
)
def test_42_domains_that_only_look_alike(weigher: Weigher, zone: Zone, signer: str, address: str) -> None:
    zone.texts |= {f"s1._domainkey.{signer}": [record()], f"_dmarc.{address.partition('@')[2]}": ["v=DMARC1; p=none"]}
    found = weigh(weigher, sign(mail(**{"from": address}), signer), address=address)
    assert not found.proven


def test_a_domain_in_other_letters_is_compared_in_a_labels(weigher: Weigher, zone: Zone) -> None:
    zone.texts |= {
        "s1._domainkey.xn--bcher-kva.example": [record()],
        "_dmarc.xn--bcher-kva.example": ["v=DMARC1; p=none"],
    }
    address = "ann@xn--bcher-kva.example"
    assert weigh(weigher, sign(mail(**{"from": address}), "xn--Bcher-kva.EXAMPLE"), address=address).proven


def test_everybodys_address_proves_nobody(weigher: Weigher, zone: Zone) -> None:
    zone.texts |= {"s1._domainkey.garmin.com": [record()], "_dmarc.garmin.com": ["v=DMARC1; p=reject"]}
    address = "no.reply.inreach@garmin.com"
    found = weigh(weigher, sign(mail(**{"from": address}), "garmin.com"), address=address)
    assert not found.proven
    assert found.said["dkim"].endswith("but everybody's mails come from that address")


ALL = "h=from:date:message-id:to:subject; b=AAAA; bh=AAAA"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v=1",
        "=;=;=",
        "v" * 60_000,
        "v=1; a=rsa-sha256; d=ship.example; s=s1; h=from; b=; bh=",
        f"v=1; a=rsa-sha1; d=ship.example; s=s1; {ALL}",
        f"v=1; a=rsa-sha256; d=ship.example; s=..; {ALL}",
        f"v=1; a=ed25519-sha256; d=ship.example; s=s1; {ALL}",
        f"v=1; v=1; a=rsa-sha256; d=ship.example; s=s1; {ALL}",
    ],
)
def test_signatures_that_are_none(weigher: Weigher, value: str) -> None:
    raw = f"DKIM-Signature: {value}\r\n".encode() + mail()
    assert not weigh(weigher, raw).proven
