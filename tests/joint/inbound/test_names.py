"""NAME and vCards: the phone book by message."""

from email.message import EmailMessage

import pytest

from accounts import own
from accounts.people import names_of
from accounts.tables import contacts, names_said, users
from tests.joint.inbound.saying import say
from tests.unit.inbound.house import ANN, NOW, ORDER, PIN, House

LATE = "Nothing done: a later message of yours said something else of that already."


def book(house: House) -> dict[str, str]:
    with house.db.read() as conn:
        return names_of(conn, house.user)


def test_a_name_is_kept_changed_called_and_struck_out(house: House) -> None:
    house.change(contacts, sure=False)
    assert say(house, "NAME dad +44 20 7946 0000 x12") == "dad is +44 2..0000 from now on."
    assert say(house, "NAME Dad: +44 20 7946 0001") == "Dad is +44 2..0001 from now on, and no longer +44 2..0000."
    assert book(house) == {"Dad": "+442079460001", "Mum": "+442079460018"}
    assert say(house, "CALL dad").startswith("A1 Ringing +1 2..0101. Press 1, then Dad.")
    assert say(house, "NAME DELETE dad") == "Dad is no longer in your phone book."
    assert say(house, "NAME DELETE mum") == "Mum is no longer in your phone book."
    assert say(house, "NAME") == "Your phone book is empty. Write for example NAME mum +442079460000."
    assert say(house, "CALL dad") == "Not called: I don't know 'dad'."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NAME again +442079460000", "again is a word that orders something. Take another name, like again Smith."),
        ("NAME stop +442079460000", "stop is a word that orders something."),
        ("NAME home +442079460000", "home is what you call a phone of your own. Take another name."),
        ("NAME fire 911", "911 is an emergency number."),
    ],
)
def test_a_name_that_could_not_be_called_is_refused(house: House, text: str, why: str) -> None:
    assert say(house, text).startswith(f"Nothing done: {why}")
    assert book(house) == {"Mum": "+442079460018"}


def test_a_name_that_holds_an_order_is_kept_with_a_word_of_warning(house: House) -> None:
    said = say(house, "NAME drop zone +442079460000")
    assert said == "drop zone is +44 2..0000 from now on. To ring them, write CALL drop zone."
    assert say(house, "CALL drop zone").startswith("A1 Ringing")


def test_mails_that_overtake_each_other_do_not_undo_what_is_newer(house: House) -> None:
    first_ms = house.clock.now_ms
    assert say(house, "NAME dad +44 20 7946 0001", after_ms=60_000).startswith("dad is")
    assert say(house, "NAME dad +44 20 7946 0000", sent_ms=first_ms) == LATE
    assert say(house, "NAME DELETE dad", sent_ms=first_ms) == LATE
    assert book(house)["dad"] == "+442079460001"
    say(house, "NAME DELETE dad")
    assert say(house, "NAME dad +44 20 7946 0000", sent_ms=first_ms) == LATE
    assert "dad" not in book(house)
    assert say(house, "NAME pete +44 20 7946 0000", sent_ms=first_ms).startswith("pete is")  # of another name


def test_a_long_list_is_cut_and_looked_through_by_letters(house: House) -> None:
    with house.db.write() as conn:
        for number in range(60):
            name = f"{chr(97 + number % 20)}{chr(97 + number % 3)}na the {number}th of us"
            own.write_name(conn, NOW, house.user, name, "+442079460000", sent_ms=NOW, sure=True)
    said = say(house, "NAME")
    assert said.startswith("Your names: aana the 0th of us, ")
    assert said.endswith(" More: write NAME and first letters, like NAME B.")
    assert len(said) <= 160
    for letters in "A", "B", "AA", "aan":
        said = say(house, f"NAME {letters}")
        assert said.startswith(f"There is no {letters}, but: {letters.lower()}")
        assert len(said) <= 160
    told = say(house, "NAME T").removeprefix("There is no T, but: ").removesuffix(".").split(", ")
    assert told == ["tana the 39th of us", "tbna the 19th of us", "tcna the 59th of us"]


def test_a_book_is_full_some_day_and_can_still_be_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.change(contacts, sure=False)
    monkeypatch.setattr(own, "MOST_NAMES", 2)
    say(house, "NAME dad +44 20 7946 0000")
    full = "Nothing done: your phone book is full, with 2 names. Write NAME DELETE and one you don't need."
    assert say(house, "NAME pete +44 20 7946 0001") == full
    assert say(house, "NAME dad +44 20 7946 0002").startswith("dad is")
    say(house, "NAME DELETE mum")
    assert say(house, "NAME pete +44 20 7946 0001").startswith("pete is")


def test_what_who_but_claims_to_be_the_user_wrote_is_not_vouched_for(house: House) -> None:
    say(house, f"NAME dad +44 20 7946 0000 PIN {PIN}", to=ORDER)
    say(house, "NAME pete +44 20 7946 0001")
    assert {row.name: row.sure for row in house.rows(contacts)} == {"Mum": True, "dad": False, "pete": False}
    assert len(house.rows(names_said)) == 2


# -- vCards ------------------------------------------------------------------------------------------------------------

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Dad
TEL;TYPE=CELL:020 7946 0000
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Mum
TEL;TYPE=CELL:+44 20 7946 0001
END:VCARD
BEGIN:VCARD
FN:Again
TEL:+44 20 7946 0002
END:VCARD
BEGIN:VCARD
FN:Fire
TEL:911
END:VCARD
"""


def with_cards(text: str = "", subject: str = "", cards: str = CARDS) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = ANN, subject
    message.set_content(text)
    message.add_attachment(cards.encode(), maintype="text", subtype="vcard", filename="cards.vcf")
    return message.as_bytes()


def answered(house: House, raw: bytes, to: str = "") -> str:
    before = len(house.said())
    house.send(raw, to=to or house.alias)
    return "".join(text for _, text in house.said()[before:])


@pytest.mark.parametrize(
    ("text", "subject"), [("", ""), ("", "Mum"), ("", "Contact: Dad"), ("NAME", ""), ("\n-- \nAnn\nMV Petrel", "")]
)
def test_cards_fill_the_book_if_the_mail_says_nothing_else(house: House, text: str, subject: str) -> None:
    house.change(contacts, sure=False)
    said = answered(house, with_cards(text, subject))
    assert (
        said == "Kept in your phone book: Mum. Left out: 3."
        or said == "Kept in your phone book: Dad, Mum. Left out: 2."
    )
    assert book(house)["Mum"] == "+442079460001"
    assert "Again" not in book(house)
    assert house.orders == []


def test_numbers_in_cards_are_read_where_the_user_is(house: House) -> None:
    house.change(contacts, sure=False)
    house.change(users, country="GB")
    assert answered(house, with_cards()) == "Kept in your phone book: Dad, Mum. Left out: 2."
    assert book(house) == {"Dad": "+442079460000", "Mum": "+442079460001"}


def test_a_mail_with_an_order_is_that_order_whatever_is_attached(house: House) -> None:
    assert answered(house, with_cards("CALL mum")).startswith("A1 Ringing")
    assert answered(house, with_cards("thanks a lot")) == ""
    assert answered(house, with_cards("See you on Sunday, I think")).startswith("Not called: ")
    assert book(house) == {"Mum": "+442079460018"}


def test_cards_need_proof_which_a_pin_is(house: House) -> None:
    house.change(contacts, sure=False)
    assert answered(house, with_cards(), to=ORDER) == ""
    assert book(house) == {"Mum": "+442079460018"}
    assert answered(house, with_cards(f"PIN {PIN}"), to=ORDER).startswith("Kept in your phone book: ")
    assert [row.sure for row in house.rows(contacts) if row.name == "Mum"] == [False]


def test_cards_without_anything_to_keep(house: House) -> None:
    card = "BEGIN:VCARD\nFN:Fire\nTEL:911\nEND:VCARD\n"
    said = answered(house, with_cards(cards=card))
    assert said == "Nothing kept: that card has no name with a number that I can call."


def test_a_whole_book_is_told_within_one_text(house: House) -> None:
    cards = "".join(
        f"BEGIN:VCARD\nFN:Crew member {n}\nTEL:+4420794600{n:02}\nEND:VCARD\n" for n in range(60)
    )  # fmt: skip
    said = answered(house, with_cards(cards=cards))
    assert said.startswith("Kept in your phone book: Crew member 0, Crew member 1")
    assert len(said) <= 160
    assert len(book(house)) == 61


def test_what_was_surely_the_users_own_word_no_claim_changes(house: House) -> None:
    """Who came by the PIN would have the user's next call to that name ring another number."""
    stays = "Nothing done: Mum stays as it is: I am not sure enough that this is you. Ask whoever runs this."
    assert say(house, "NAME mum +44 20 7946 0001") == stays
    assert say(house, "NAME DELETE mum") == stays
    house.change(users, country="GB")
    assert answered(house, with_cards()) == "Kept in your phone book: Dad. Left out: 3."
    assert say(house, f"NAME MUM +44 20 7946 0018 PIN {PIN}", to=ORDER) == "MUM is +44 2..0018 from now on."
    assert [(row.number, row.sure) for row in house.rows(contacts) if row.name == "MUM"] == [("+442079460018", True)]
    house.signed.add(ANN)
    assert say(house, "NAME mum +44 20 7946 0001").startswith("mum is +44 2..0001 from now on")
