import json

from accounts import people, tokens
from accounts.manage import alias_digest
from accounts.pins import check_pin
from cordboard.cli.context import Tools
from parsers.commands import CallCommand, NotACommand, parse_text
from parsers.numbers import parse_number
from parsers.results import NameCommand, name_of

from .conftest import Run


def test_welcome_card(petrel: str, tools: Tools) -> None:
    assert max(map(len, petrel.splitlines())) <= 80
    for told in ("Welcome, Ann.", "ann@petrel.example", "call@cordboard.example", "+33 6 12 34 56 78", "FR, GB"):
        assert told in petrel
    assert "+1 202-555-0100" in petrel
    assert "$20.00, at most $10.00 a call" in petrel
    assert "Bob, +44 20 7946 0999" in petrel
    words = petrel.split()
    pin = words[words.index("PIN") + 1]
    alias = next(word for word in words if word.startswith("ann-") and word.endswith("@cordboard.example"))
    with tools.db.read() as conn:
        sender = people.who_is(conn, "email", "ann@petrel.example")
        owner = people.by_alias(conn, alias_digest(tools.secrets, alias.partition("@")[0]))
    assert sender is not None
    assert owner is not None
    assert owner.user == sender.user
    assert check_pin(tools.db, tools.secrets, sender.user.id, pin, tools.clock.ms()) is True


def test_examples_on_the_card_are_understood(petrel: str) -> None:
    examples = [line.strip().partition("   ")[0] for line in petrel.splitlines() if line.startswith("  CALL +")]
    assert len(examples) == 3
    for example in examples:
        assert isinstance(parse_text(example, names={}, country="FR"), CallCommand), example


def test_the_five_words_on_the_card_are_understood_and_are_no_carriers_own(petrel: str) -> None:
    taught = petrel.partition("Five words")[2].splitlines()[2:]
    words = [line.strip().partition("  ")[0] for line in taught]
    assert [word.split()[0] for word in words] == ["CALL", "AT", "AGAIN", "DROP", "LAST"]
    for word in words:
        said = parse_text(word, names={"Ann": "+442079460018", "hotel": "+33140001234"}, country="FR")
        assert not isinstance(said, NotACommand), word
        assert name_of(said) == word.split()[0].lower()
    keep = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "YES", "UNSTOP", "ARRET"}
    assert not keep & set(petrel.replace(",", " ").split())
    name = taught[0].partition("wrote ")[2]
    said = parse_text(name, names={}, country="FR")
    assert isinstance(said, NameCommand)
    assert (said.name, said.number) == ("ann", parse_number("+33199001234", None))


def test_card_for_programs(run: Run, petrel: str) -> None:
    added = run("accounts", "user", "mv petrel", "Bob", "--email", "b@x.org", "--phone", "+33140001234", "--json")
    card = json.loads(added.stdout)
    assert (card["name"], card["phone"], card["zones"]) == ("Bob", "+33140001234", ["FR", "GB"])
    assert card["pin"].isdigit()


def test_account_that_is_refused_leaves_nothing(run: Run, petrel: str) -> None:
    base = ("accounts", "add", "Other", "--email", "o@x.org", "--phone", "+33612345678")
    for wrong, sentence in (
        (("--deck", "none"), "There is no deck none;"),
        (("--currency", "EUR"), "The deck standard is in USD"),
        (("--zones", "XX"), "'XX' is not a country's code"),
        (("--email", "ann@petrel.example"), "already belongs to a user"),
        (("--name", "Fire=112"), "emergency"),
        (("--phone", "0612345678"), "I don't know the country of 0612345678"),
        (("--phone", "+870773000000"), "belongs to no country"),
    ):
        result = run(*base, *wrong, fails=2)
        assert sentence in result.stderr
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
    assert [a["name"] for a in json.loads(run("accounts", "list", "--json").stdout)] == ["MV Petrel"]
    assert run("ledger", "check").stdout == "The books are right.\n"


def test_topup_counts_a_payment_once(run: Run, petrel: str) -> None:
    first = run("accounts", "topup", "MV Petrel", "12.50", "--reference", "77", "--memo", "cash")
    assert first.stdout == "Added $12.50. MV Petrel now has $32.50.\n"
    again = run("accounts", "topup", "MV Petrel", "12.50", "--reference", "77")
    assert again.stdout == "Payment 77 was booked before. MV Petrel now has $32.50.\n"
    statement = json.loads(run("ledger", "statement", "MV Petrel", "--json").stdout)
    assert [(e["amount"], e["memo"]) for e in statement["entries"]] == [("12.50", "cash"), ("20.00", "Opening balance")]
    assert "not an amount" in run("accounts", "topup", "MV Petrel", "nan", fails=2).stderr
    run("accounts", "topup", "MV Petrel", "--", "-5", fails=2)
    assert json.loads(run("ledger", "check", "--json").stdout) == {"ok": True, "problems": []}


def test_devices(run: Run, petrel: str) -> None:
    run("devices", "press1", "ANN@petrel.example", "off")
    run("devices", "phone", "MV Petrel", "01 40 00 12 34 x512", "--label", "bridge", "--main")
    run("devices", "name", "MV Petrel", "Dad", "+44 20 7946 0019")
    run("devices", "name", "MV Petrel", "mum")
    run("devices", "add", "MV Petrel", "noreply@sat.example", "--answers", "ann@petrel.example")
    run("devices", "alias", "MV Petrel", "--revoke", "all")
    shown = json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)["users"][0]
    assert [p["number"] for p in shown["phones"]] == ["+33140001234 x512", "+33612345678"]
    assert shown["names"] == {"Dad": "+442079460019"}
    assert shown["aliases"] == []
    assert [(d["press_1"], d["answers"]) for d in shown["devices"]] == [
        (False, "ann@petrel.example"),
        (True, "ann@petrel.example"),
    ]
    text = run("accounts", "show", "MV Petrel").stdout
    assert "+33 1 40 00 12 34 x512 bridge (main)" in text
    assert "(no press-1)" in text
    assert max(map(len, run("devices", "list").stdout.splitlines())) <= 80
    run("devices", "remove", "noreply@sat.example")
    assert run("devices", "remove", "x@y.zz", fails=2).stderr == "Nobody orders from x@y.zz.\n"
    assert "'SECRET'" not in run("devices", "alias", "MV Petrel").stdout


def test_several_users_must_be_told_apart(run: Run, petrel: str) -> None:
    run("accounts", "user", "MV Petrel", "Bob", "--email", "b@x.org", "--phone", "+33140001234")
    assert "name one with --user: Ann, Bob" in run("devices", "pin", "MV Petrel", fails=2).stderr
    assert "has no user Eve; it has: Ann, Bob." in run("devices", "pin", "MV Petrel", "--user", "Eve", fails=2).stderr
    assert run("devices", "pin", "MV Petrel", "--user", "bob").stdout.startswith("Bob's PIN is now ")


def test_allowing_and_closing(run: Run, petrel: str) -> None:
    run("accounts", "allow", "MV Petrel", "satellite", "on")
    run("accounts", "zones", "MV Petrel", "us")
    run("accounts", "cap", "MV Petrel", "2.50")
    run("accounts", "close", "MV Petrel")
    account = json.loads(run("accounts", "list", "--json").stdout)[0]
    allowed = {"premium": False, "satellite": True, "high-cost": False, "any-phone": False, "verify": True}
    assert account["allowed"] == allowed
    assert (account["zones"], account["cap_call"], account["active"]) == (["US"], "2.50", False)
    assert "closed" in run("accounts", "list").stdout
    run("accounts", "cap", "MV Petrel", "0", fails=2)


def test_tokens(run: Run, petrel: str, tools: Tools) -> None:
    made = [run("tokens", "add", "MV Petrel").stdout.strip() for _ in range(2)]
    with tools.db.read() as conn:
        bearers = [tokens.by_token(conn, tools.secrets, token) for token in made]
    assert [bearer and bearer.user.name for bearer in bearers] == ["Ann", "Ann"]
    listed = run("tokens", "list").stdout
    assert all(token[:8] in listed and token[8:] not in listed for token in made)
    assert "and 4 letters" in run("tokens", "revoke", "MV Petrel", made[0], fails=2).output
    assert run("tokens", "revoke", "MV Petrel", made[0][:8] + "..").stdout == "1 token of Ann taken back.\n"
    assert [each["revoked_at"] is None for each in json.loads(run("tokens", "list", "--json").stdout)].count(True) == 1
    assert made[1][:8] + ".." in run("accounts", "show", "MV Petrel").stdout
    assert "No token in use" in run("tokens", "revoke", "MV Petrel", made[0][:8], fails=2).output
    run("tokens", "revoke", "MV Petrel", "all")
    with tools.db.read() as conn:
        assert [tokens.by_token(conn, tools.secrets, token) for token in made] == [None, None]
    assert "There is no account" in run("tokens", "add", "Nobody", fails=2).output
