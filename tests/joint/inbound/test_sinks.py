"""Text that would be something else elsewhere stays text; the numbers are those of the list of bad inputs."""

from email import message_from_bytes

import pytest
from sqlalchemy import inspect

from accounts import manage
from accounts.tables import accounts, contacts, users
from dispatcher import closing
from kernel.db import metadata
from kernel.errors import Refused
from orders.states import OrderState
from orders.tables import messages, orders
from replies.mail import MailAnswer, compose
from replies.tables import outbox
from tests.unit.inbound.house import ANN, DOLLAR, MUM, NOW, PIN, House

QUOTES = ["'; DROP TABLE orders; --", '") OR 1=1 --', "\\'; DELETE FROM messages; --", "%s %(x)s :name ?"]


@pytest.mark.parametrize("quote", QUOTES)
def test_105_an_sql_quote_in_every_field_of_a_mail(house: House, quote: str) -> None:
    raw = house.mail(
        f"CALL mum PIN {PIN} BILL {quote}", subject=quote, message_id=f"<{quote}@ship.example>", reply_to=quote,
        **{"from": f'"{quote.replace(chr(34), "")}" <{ANN}>'},
    )  # fmt: skip
    house.intake.handle(house.accept(raw, sender=quote))
    house.send(house.mail(f"CALL {quote} PIN {PIN}"), to=(house.alias, f"{quote}@door.test"))
    house.send(house.mail(f"CALL mum PIN {PIN}"))
    assert set(inspect(house.db.engine).get_table_names()) == set(metadata.tables)
    assert house.rows(messages)[0].sender == quote
    assert len(house.rows(messages)) == 3
    assert [order.number_b for order in house.orders] == [MUM]


@pytest.mark.parametrize("quote", QUOTES)
def test_105_an_sql_quote_in_every_name(house: House, quote: str) -> None:
    with house.db.write() as conn:
        account = manage.add_account(conn, NOW, manage.Terms(quote, "USD", quote, "US", DOLLAR))
        user = manage.add_user(conn, NOW, account, quote, "US")
        manage.add_contact(conn, NOW, user, f"mum {quote[:20]}", MUM)
        with pytest.raises(Refused):
            manage.add_device(conn, NOW, user, quote)
    assert quote in [row.name for row in house.rows(accounts)]
    assert quote in [row.name for row in house.rows(users)]
    assert MUM in [row.number for row in house.rows(contacts) if row.user_id == user]
    house.send(house.mail("CALL mum"), to=house.alias)
    assert len(house.orders) == 1


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{0.__class__}", "{ref}", "%(ref)s", "${7*7}", "<script>alert(1)</script>"]
)
def test_108_and_110_what_was_not_understood_is_told_back_as_it_stands(house: House, text: str) -> None:
    house.send(house.mail(f"CALL {text}"), to=house.alias)
    assert house.orders == []
    ((_, said),) = house.said()
    assert "49" not in said
    assert "__class__" not in said or text in said
    mail = message_from_bytes(compose(MailAnswer("id", house.alias, ANN, house.rows(outbox)[0].text, NOW, text)))
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "{ref} {0.__class__}", "%(ref)s"])
def test_108_and_110_a_name_is_said_as_it_stands(house: House, name: str) -> None:
    house.send(house.mail("CALL mum"), to=house.alias)
    house.change(orders, name_b=name)
    with house.db.write() as conn:
        assert closing.close(conn, house.orders[0], OrderState.DUE, "b_busy", NOW)
    assert house.rows(outbox)[1].text.startswith(f"A1 {name} busy.")


@pytest.mark.parametrize("name", ["a\0b", "\x1b[31mred", "\u202egnp", "a\x07b"])
def test_110_a_name_is_one_printable_line(house: House, name: str) -> None:
    with house.db.write() as conn, pytest.raises(Refused):
        manage.add_contact(conn, NOW, house.user, name, MUM)
