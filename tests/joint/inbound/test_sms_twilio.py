"""Twilio's door: signed texts are orders, answered in TwiML; whatever else comes is refused and kept nowhere."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from accounts import manage, optouts
from accounts.tables import devices, users
from cordboard.lab.twilio import sign
from cordboard.lab.twilio_rest import TOKEN
from inbound.delivery import Delivery
from inbound.sms.reader import SmsReader
from inbound.sms.text import Text
from inbound.sms.twilio import PATH, TWILIO
from inbound.web.server import WebLimits
from inbound.web.signed import FORM
from orders.tables import messages
from replies.outbox import AT_THE_DOOR_MS
from replies.sentences import TEXTS_STOPPED_OPERATOR, TOO_MANY_TEXTS
from tests.joint.inbound.texting import ANNS_MOBILE, EACH, OURS, PUBLIC, STRANGER, STRANGERS, Texting, away, live
from tests.unit.inbound.house import ANN, MUM, PIN, House

RINGING = "A1 Ringing +1 2..0101. Press 1, then Mum. About $0.04/min."


@pytest.fixture
def texting(house: House) -> Iterator[Texting]:
    with live(house) as found:
        yield found


def nothing_came_in(texting: Texting) -> bool:
    return texting.house.rows(messages) == [] and texting.answers() == []


def test_a_text_is_an_order_and_is_answered_in_twiml(texting: Texting) -> None:
    answer = texting.text("CALL mum")
    assert (answer.status, answer.kind) == (200, "text/xml; charset=utf-8")
    assert answer.texts == [RINGING]
    (order,) = texting.house.orders
    assert (order.door, order.number_b) == ("twilio", MUM)
    assert texting.house.bell.rung == [order.id]
    (message,) = texting.house.rows(messages)
    assert (message.sender, message.recipients, message.raw) == (ANNS_MOBILE, OURS, None)
    assert json.loads(message.evidence)["proof"] == "sms"


def test_it_is_struck_out_once_it_was_written_and_later_ones_go_by_rest(texting: Texting) -> None:
    texting.text("CALL mum")
    (row,) = texting.said()
    assert (row.state, row.way, row.sent_ms) == ("sent", "twilio", texting.house.clock.now_ms)
    assert texting.house.envelope(row).sender == OURS
    (order,) = texting.house.orders
    assert order.answer_to.startswith("twilio:")


def test_natural_words_and_a_drop(texting: Texting) -> None:
    assert texting.text(f"pls ring {MUM} bill ACME-17").texts == [RINGING.replace("Mum", "+44 2..0018")]
    assert texting.text("drop A1").texts == ["A1 is being dropped."]
    assert texting.text("CALL mum tomorow").texts == ["Not called: I don't know 'tomorow'."]


def test_a_stranger_hears_nothing_and_is_counted(texting: Texting) -> None:
    for _ in range(STRANGERS + 3):
        assert texting.text(f"CALL mum PIN {PIN}", STRANGER).texts == []
    assert len(texting.house.rows(messages)) == STRANGERS
    assert texting.house.orders == []
    assert texting.text("CALL mum").texts == [RINGING]  # strangers use up nobody else's measure


@pytest.mark.parametrize("sender", ["12345", "CORDBOARD", "", "whatsapp:+12025550177", "+1202555017\u0667"])
def test_who_is_no_telephone_hears_nothing(texting: Texting, sender: str) -> None:
    assert texting.text("CALL mum", sender).texts == []
    assert nothing_came_in(texting)


def test_a_number_that_is_not_ours_or_another_account(texting: Texting) -> None:
    assert texting.text("CALL mum", to="+12025550110").texts == []
    assert texting.text("CALL mum", AccountSid="AC" + "f" * 32).texts == []
    assert nothing_came_in(texting)


def test_too_many_a_minute_are_told_once(texting: Texting) -> None:
    said = [texting.text("thanks").texts for _ in range(EACH + 3)]
    assert said == [[]] * EACH + [[TOO_MANY_TEXTS], [], []]
    assert len(texting.house.rows(messages)) == EACH


def test_84_a_missing_or_wrong_signature(texting: Texting) -> None:
    form = texting.form("CALL mum")
    for wrong in ("", "x", "0" * 28, sign(PUBLIC, form, "another token"), sign(PUBLIC, form | {"Body": "CALL x"})):
        answer = texting.post(form, wrong)
        assert (answer.status, answer.kind) == (403, "application/problem+json")
    assert nothing_came_in(texting)
    assert texting.post(form | {"Extra": "1"}, sign(PUBLIC, form)).status == 403
    assert texting.post(form | {"Extra": "1"}).status == 200  # Twilio adds fields as it likes, and signs them


def test_85_right_signature_but_for_another_address(texting: Texting) -> None:
    form = texting.form("CALL mum")
    for url in (texting.at, PUBLIC.replace("https", "http"), PUBLIC + "/", PUBLIC + "?x=1", PUBLIC.upper()):
        assert texting.post(form, sign(url, form)).status == 403
    assert nothing_came_in(texting)


def test_85_and_99_what_a_request_says_of_itself_counts_for_nothing(texting: Texting) -> None:
    form = texting.form("CALL mum")
    evil = "evil.example"
    lies = {
        "Host": evil,
        "X_Forwarded_Host": evil,
        "X_Forwarded_Proto": "http",
        "X_Forwarded_Port": "1",
        "Forwarded": f"host={evil}",
    }
    assert texting.post(form, sign(f"http://{evil}/sms/twilio", form), **lies).status == 403
    assert nothing_came_in(texting)
    answer = texting.post(form, **lies)
    assert answer.texts == [RINGING]
    assert evil not in answer.body


def test_86_a_callback_replayed_gets_the_first_answer_again(texting: Texting) -> None:
    form = texting.form("CALL mum")
    assert [texting.post(form).texts for _ in range(3)] == [[RINGING]] * 3
    assert len(texting.house.orders) == 1
    assert texting.post(form | {"Body": "CALL +442079460000"}).texts == [
        "Not called: that message said something else before. For another call write a new one."
    ]
    assert len(texting.house.orders) == 1
    assert len(texting.said()) == 4


def test_87_the_same_message_twice_at_the_same_moment(texting: Texting) -> None:
    form, together = texting.form("CALL mum"), Barrier(5)

    def ask(_: int) -> list[str]:
        together.wait(30)
        return texting.post(form).texts

    with ThreadPoolExecutor(5) as crowd:
        answers = list(crowd.map(ask, range(5)))
    assert [RINGING] in answers
    assert all(answer in ([RINGING], []) for answer in answers)  # nothing from who was overtaken: it was said
    assert len(texting.house.orders) == 1
    assert len(texting.said()) == 5


@pytest.mark.parametrize("name", ["Body", "From", "MessageSid", "To", "AccountSid"])
def test_88_a_field_twice(texting: Texting, name: str) -> None:
    form = texting.form("CALL mum")
    pairs = [*form.items(), (name, "x")]
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC, MultiDict(pairs))  # it may be a thief who has the key
    headers = {"X_Twilio_Signature": signature, "Content_Type": FORM}
    assert texting.ask("POST", PATH, body=urlencode(pairs).encode(), **headers).status == 400
    assert nothing_came_in(texting)


def test_88_array_parameters_are_other_fields(texting: Texting) -> None:
    form = texting.form("CALL mum")
    form["Body[]"] = form.pop("Body")
    assert texting.post(form).texts == [
        "Not called: I found no words of yours in the message. Write for example CALL +442079460000."
    ]
    assert texting.house.orders == []


def test_88_get_for_post_and_other_methods(texting: Texting) -> None:
    form = texting.form("CALL mum")
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = texting.ask(method, PATH, urlencode(form), X_Twilio_Signature=sign(PUBLIC, form))
        assert answer.status == 405
    assert nothing_came_in(texting)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_89_what_is_no_form(texting: Texting, kind: str) -> None:
    form = texting.form("CALL mum")
    for url in (PUBLIC, PUBLIC + "?bodySHA256=" + "0" * 64):
        headers = {"X_Twilio_Signature": sign(url, {}), "Content_Type": kind}
        assert texting.ask("POST", PATH, body=json.dumps(form).encode(), **headers).status == 415
    assert nothing_came_in(texting)


def test_a_query_that_nobody_signed(texting: Texting) -> None:
    headers = {"X_Twilio_Signature": sign(PUBLIC, {}), "Content_Type": FORM}
    assert texting.ask("POST", f"{PATH}?Body=CALL+x", body=b"", **headers).status == 403
    assert nothing_came_in(texting)


def test_98_emoji_and_oversize_texts(texting: Texting) -> None:
    assert texting.text("CALL mum \U0001f600").texts[0].startswith("Not called: ")
    assert texting.text("CALL mum\n" + "\u4f60" * 1591).texts == [RINGING]  # 14 KB as a form
    assert texting.post(texting.form("x" * 40_000)).status == 413
    assert len(texting.house.orders) == 1


def test_101_a_name_with_twiml_in_it_is_text(texting: Texting) -> None:
    with texting.house.db.write() as conn:
        manage.add_contact(conn, 1, texting.house.user, "Eve </Message><Dial>", "+442079460019")
    answer = texting.text("CALL +442079460019 </Body><Dial>+1900</Dial>")
    assert "<Dial>" not in answer.body
    assert len(answer.texts) == 1
    assert "<Dial>" in answer.texts[0]


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ufffe", "\x1b[31m", "\u202e"])
def test_102_what_xml_has_no_place_for(texting: Texting, bad: str) -> None:
    answer = texting.text(f"CALL mum{bad} x{bad}y")
    (said,) = answer.texts  # it is XML, or this would fail
    assert said.startswith("Not called: ")
    assert bad not in said


def test_a_pin_is_struck_out_of_what_is_kept(texting: Texting) -> None:
    texting.text(f"CALL mum PIN {PIN}")
    (message,) = texting.house.rows(messages)
    assert message.kept == "CALL mum PIN ****"
    assert PIN.encode() not in texting.house.bytes_on_disk()


def test_a_gateway_that_is_not_trusted_needs_a_pin(texting: Texting) -> None:
    house = texting.house
    untrusted = SmsReader(TWILIO, trusted=False, texts_by=TWILIO)
    house.intake = replace(house.intake, readers={**house.intake.readers, TWILIO: untrusted})
    assert texting.text("CALL mum").texts == []
    assert texting.text(f"CALL mum PIN {PIN}").texts == [RINGING]


def test_a_user_who_is_shut_out_is_told_so(texting: Texting) -> None:
    texting.house.change(users, active=False)
    assert texting.text("CALL mum").texts == ["Not called: this account is closed. Ask whoever runs it for you."]


def test_thanks_are_not_answered(texting: Texting) -> None:
    assert texting.text("thanks a lot").texts == []


class TestAnsweredElsewhere:
    def answers_to(self, texting: Texting, address: str) -> None:
        mobile = update(devices).where(devices.c.address == ANNS_MOBILE)
        with texting.house.db.write() as conn:
            conn.execute(mobile.values(answer_address=address))

    def test_by_mail(self, texting: Texting) -> None:
        self.answers_to(texting, ANN)
        assert texting.text("CALL mum").texts == []
        (row,) = texting.answers()
        assert (row.way, row.state, row.next_ms) == ("email", "waiting", texting.house.clock.now_ms)
        assert texting.house.envelope(row).to == ANN

    def test_at_another_telephone(self, texting: Texting) -> None:
        self.answers_to(texting, STRANGER)
        assert texting.text("CALL mum").texts == []
        (row,) = texting.answers()
        assert (row.way, row.state, row.next_ms) == ("twilio", "waiting", texting.house.clock.now_ms)

    def test_nowhere_so_the_order_says_its_most(self, texting: Texting) -> None:
        self.answers_to(texting, "")
        assert texting.text("CALL mum").texts == []
        (row,) = texting.answers()  # what would have been asked is told to who reads Ann's mails
        assert (row.way, row.key[:9], texting.house.envelope(row).to) == ("email", "elsewhere", ANN)
        assert texting.house.orders == []
        assert texting.text("CALL mum MAX 5").texts == []
        assert texting.answers() == [row]
        assert len(texting.house.orders) == 1

    def test_a_mail_may_be_answered_by_text(self, texting: Texting) -> None:
        with texting.house.db.write() as conn:
            conn.execute(update(devices).where(devices.c.address == ANN).values(answer_address=ANNS_MOBILE))
        texting.house.send(texting.house.mail("CALL mum"), texting.house.alias)
        (row,) = texting.answers()
        assert (row.way, texting.house.envelope(row).to, texting.house.envelope(row).sender) == (
            "twilio",
            ANNS_MOBILE,
            "",
        )


class TestWordsOfTheCarrier:
    def test_stop_ends_a_call_is_noted_and_not_answered_twice(self, texting: Texting) -> None:
        texting.text("CALL mum")
        assert texting.text("STOP").texts == []
        assert texting.house.said()[-1] == ("operator", TEXTS_STOPPED_OPERATOR.format(phone="+1 2..0177"))
        assert texting.house.rules(texting.house.rows(messages)[-1].id) == [["drop", "passed"]]
        with texting.house.db.read() as conn:
            assert optouts.of_user(conn, texting.house.user) == [ANNS_MOBILE]

    def test_the_next_mail_is_told_so_and_start_undoes_it(self, texting: Texting) -> None:
        texting.text("STOP")
        texting.house.send(texting.house.mail("CALL mum"), texting.house.alias)
        stopped = (
            "Your carrier stops our texts to +1 2..0177, which wrote STOP. To have them again, text us START from it."
        )
        assert texting.answers()[-1].text.split("\n")[2] == stopped
        assert texting.text("START").texts == []
        texting.house.send(texting.house.mail("CALL +442079460000"), texting.house.alias)
        assert "carrier" not in texting.answers()[-1].text

    def test_a_strangers_stop_is_noted_nowhere_and_troubles_nobody(self, texting: Texting) -> None:
        for _ in range(STRANGERS + 3):
            assert texting.text("STOP", STRANGER).texts == []
        assert texting.house.said() == []
        with texting.house.db.read() as conn:
            assert optouts.of(conn, STRANGER) is None

    def test_help_is_left_to_the_carrier_who_answered(self, texting: Texting) -> None:
        assert texting.text("HELP").texts == []
        texting.twilio.advanced = False
        assert len(texting.text("HELP").texts) == 1


class TestSomethingIsAway:
    def test_what_could_not_be_stored_is_503(self, texting: Texting) -> None:
        texting.house.intake = away(texting.house.intake, "accept")
        assert texting.text("CALL mum").status == 503
        assert nothing_came_in(texting)

    def test_what_was_stored_is_answered_later(self, texting: Texting) -> None:
        whole, texting.house.intake = texting.house.intake, away(texting.house.intake, "handle")
        assert texting.text("CALL mum").texts == []
        texting.house.clock.now_ms += 3_000
        assert whole.leftovers() == 1
        (row,) = texting.answers()
        assert (row.state, row.next_ms) == ("waiting", texting.house.clock.now_ms + AT_THE_DOOR_MS)

    def test_an_answer_that_took_too_long_is_left_to_the_sender(self, texting: Texting) -> None:
        house = texting.house
        house.intake = slow(house.intake, house)
        assert texting.text("CALL mum").texts == []
        assert texting.answers()[0].state == "waiting"


def slow(intake: Any, house: House) -> Any:
    """An intake that takes sixteen seconds."""

    class Slow:
        accept = intake.accept

        def handle(self, message_id: str) -> None:
            intake.handle(message_id)
            house.clock.now_ms += 16_000

    return Slow()


def test_the_wire_breaks_before_the_answer_is_out_and_it_goes_by_rest(texting: Texting) -> None:
    """As if the process died there: the row was not struck out, and is due a little later."""
    form = texting.form("CALL mum")
    message_id = texting.house.intake.accept(TWILIO, delivery(form))[0]
    texting.house.intake.handle(message_id)
    assert texting.answers()[0].state == "waiting"
    assert texting.post(form).texts == [RINGING]  # Twilio asks again
    assert len(texting.said()) == 2  # of both it is known


def test_what_a_dead_door_left_of_a_text_that_was_answered_since_is_not_answered_again(texting: Texting) -> None:
    """However late: Twilio's list of texts is looked at for two minutes back only, and Kannel has none."""
    form = texting.form("CALL mum")
    texting.house.intake.accept(TWILIO, delivery(form))  # and dies
    assert texting.post(form).texts == [RINGING]  # Twilio asks again
    texting.said()
    texting.house.clock.now_ms += 600_000
    assert texting.house.intake.leftovers() == 1
    assert texting.house.rules(texting.house.rows(messages)[0].id)[0][0] == "repeated"
    assert len(texting.house.orders) == len(texting.answers()) == 1


def test_but_what_says_something_else_by_then_is(texting: Texting) -> None:
    form = texting.form("CALL mum")
    texting.house.intake.accept(TWILIO, delivery(form | {"Body": "DROP A1"}))
    texting.post(form)
    texting.house.clock.now_ms += 600_000
    assert texting.house.intake.leftovers() == 1
    assert len(texting.answers()) == 2


def delivery(form: dict[str, str]) -> Delivery:
    text = Text(form["MessageSid"], form["From"], form["To"], form["Body"])
    return Delivery.of(text.sender, text, "192.0.2.9", text.to)


def test_the_peer_is_kept_and_behind_a_proxy_the_one_that_it_names(house: House) -> None:
    with live(house, WebLimits(trusted_proxy="127.0.0.1")) as texting:
        texting.post(texting.form("CALL mum"), X_Forwarded_For="192.0.2.77")
        assert texting.house.rows(messages)[0].peer == "192.0.2.77"
