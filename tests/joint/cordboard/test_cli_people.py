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
    allowed = {"premium": False, "high-cost": False, "any-phone": False, "verify": True}
    assert account["allowed"] == allowed
    assert {"Inmarsat", "Iridium", "Globalstar", "Thuraya"} < set(account["satellite"])
    assert (account["zones"], account["cap_call"], account["active"]) == (["US"], "2.50", False)
    assert "closed" in run("accounts", "list").stdout
    run("accounts", "cap", "MV Petrel", "0", fails=2)


def test_all_satellite_systems_go_onto_the_page(run: Run, petrel: str) -> None:
    run("accounts", "satellite", "MV Petrel", "all", "on")
    shown = run("accounts", "show", "MV Petrel").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "cellular in the air" in " ".join(shown.split())


def test_satellite_systems_are_allowed_one_by_one_with_their_caps(run: Run, petrel: str) -> None:
    lines = run("accounts", "satellite", "MV Petrel").stdout.splitlines()
    assert {line.split()[-1] for line in lines[1:]} == {"off"}
    on = ("accounts", "satellite", "MV Petrel", "inmarsat", "on")
    assert "Inmarsat             inmarsat             on   $50.00  $200.00" in run(
        *on, "--cap-call", "50", "--cap-day", "200").stdout  # fmt: skip
    run("accounts", "satellite", "MV Petrel", "cellular-at-sea", "on")
    shown = json.loads(run(*on, "--cap-call", "none", "--json").stdout)
    assert shown == {
        "Inmarsat": {"cap_call": None, "cap_day": "200.00"}, "cellular at sea": {"cap_call": None, "cap_day": None},
    }  # fmt: skip
    assert "Satellite     Inmarsat (a day $200.00), cellular at sea" in run("accounts", "show", "MV Petrel").stdout
    run("accounts", "satellite", "MV Petrel", "inmarsat", "off")
    assert set(json.loads(run("accounts", "satellite", "MV Petrel", "--json").stdout)) == {"cellular at sea"}
    run("accounts", "satellite", "MV Petrel", "all", "off")
    assert json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)["satellite"] == {}
    assert "Name a system, and on or off" in run("accounts", "satellite", "MV Petrel", "iridium", fails=2).output
    run("accounts", "satellite", "MV Petrel", "iridium", "on", "--cap-day", "0", fails=2)
    run("accounts", "satellite", "MV Petrel", "telex", "on", fails=2)


def test_caps_of_the_account_as_a_whole_and_the_price_that_waits_for_an_ok(run: Run, petrel: str) -> None:
    account = json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)
    named = ("quote_above", "cap_hour", "cap_day", "most_at_once")
    assert [account[name] for name in named] == ["1.00", None, None, None]
    run("accounts", "quote-above", "MV Petrel", "2.5")
    run("accounts", "cap", "MV Petrel", "30", "--per", "hour")
    assert run("accounts", "cap", "MV Petrel", "90", "--per", "day").stdout == (
        "MV Petrel: all calls within 24 hours may cost $90.00 at most.\n"
    )
    run("accounts", "at-once", "MV Petrel", "2")
    account = json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)
    assert [account[name] for name in named] == ["2.50", "30.00", "90.00", 2]
    shown = run("accounts", "show", "MV Petrel").stdout
    for line in ("In an hour    $30.00 at most", "In 24 hours   $90.00 at most", "At once       2 calls at most",
                 "everybody above $2.50"):  # fmt: skip
        assert line in shown
    for what in (("cap", "MV Petrel", "none", "--per", "day"), ("at-once", "MV Petrel", "none")):
        run("accounts", *what)
    account = json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)
    assert (account["cap_day"], account["most_at_once"]) == (None, None)
    run("accounts", "cap", "MV Petrel", "none", fails=2)
    run("accounts", "cap", "MV Petrel", "0", "--per", "hour", fails=2)


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


def test_asking_back_and_consent(run: Run, petrel: str) -> None:
    assert json.loads(run("accounts", "show", "MV Petrel", "--json").stdout)["ask_new"] is True
    assert run("accounts", "ask-new", "MV Petrel", "off").stdout == "MV Petrel: asking about new numbers is off.\n"
    said = run("accounts", "ask-above", "MV Petrel", "0.25").stdout
    assert said == "MV Petrel: asked about above $0.25 a minute.\n"
    assert "about above $0.25 a minute" in run("accounts", "show", "MV Petrel").stdout
    run("devices", "add", "MV Petrel", "no.reply.inreach@garmin.com")
    run("devices", "add", "MV Petrel", "petrel@zoleo.com")
    run("devices", "add", "MV Petrel", "petrel@sat.example", "--satellite")
    assert run("devices", "notices", "petrel@zoleo.com", "on").stdout == "petrel@zoleo.com: notices are on.\n"
    said = run("devices", "limit", "no.reply.inreach@garmin.com", "2.5").stdout
    assert said == "no.reply.inreach@garmin.com: one call may cost 2.50 at most.\n"
    listed = {d["address"]: d for d in json.loads(run("devices", "list", "--json").stdout)}
    facts = ("answers", "notices", "limit")
    assert [listed["no.reply.inreach@garmin.com"][name] for name in facts] == ["nobody", False, "2.50"]
    assert [listed["petrel@zoleo.com"][name] for name in facts] == ["petrel@zoleo.com", True, None]
    assert [listed["petrel@sat.example"][name] for name in facts] == ["petrel@sat.example", False, None]
    assert "(no notices) (one call 2.50 at most)" in run("accounts", "show", "MV Petrel").stdout
    run("devices", "limit", "no.reply.inreach@garmin.com", "none")
    assert "Nobody orders from x@sat.example." in run("devices", "notices", "x@sat.example", "on", fails=2).output
    run("devices", "limit", "petrel@sat.example", "0", fails=2)
    run("devices", "limit", "petrel@sat.example", "lots", fails=2)
    run("accounts", "ask-above", "MV Petrel", "-1", fails=2)


def test_a_telephone_that_texts(run: Run, petrel: str) -> None:
    assert run("devices", "add", "MV Petrel", "06 12 34 56 79").stdout == "Ann may now order from +33612345679.\n"
    run("devices", "add", "MV Petrel", "sat@sat.example", "--answers", "+33 6 12 34 56 79")
    run("devices", "press1", "+33612345679", "off")
    refused = run("devices", "add", "MV Petrel", "+33612345679", fails=2).stderr
    assert refused == "The address +33612345679 already belongs to a user.\n"
    assert run("devices", "add", "MV Petrel", "ann", fails=2).stderr == "'ann' is not an e-mail address.\n"
    assert run("devices", "add", "MV Petrel", "06 12", fails=2).stderr.startswith("06 12 is a short number.")
    listed = json.loads(run("devices", "list", "--json").stdout)
    found = {each["address"]: (each["answers"], each["press_1"]) for each in listed}
    assert found["+33612345679"] == ("+33612345679", False)
    assert found["sat@sat.example"] == ("+33612345679", True)
    run("devices", "remove", "+33612345679")
    left = json.loads(run("devices", "list", "--json").stdout)
    assert [each["address"] for each in left] == ["ann@petrel.example", "sat@sat.example"]


def test_which_number_each_leg_sees_is_set_and_shown(run: Run, petrel: str) -> None:
    assert petrel
    shown = json.loads(run("accounts", "show", "mv petrel", "--json").stdout)
    assert (shown["number"], shown["shows"], shown["private"]) == (None, {"a": "usual", "b": "usual"}, False)
    assert run("accounts", "shows", "mv petrel", "--b", "withheld").stdout == (
        "MV Petrel: leg A sees usual, leg B sees withheld.\n"
    )
    assert "calls from +33140009999" in run("accounts", "number", "mv petrel", "+33 1 40 00 99 99").stdout
    assert "calls are private." in run("accounts", "private", "mv petrel", "on").stdout
    shown = json.loads(run("accounts", "show", "mv petrel", "--json").stdout)
    assert (shown["number"], shown["shows"]["b"], shown["private"]) == ("+33140009999", "withheld", True)
    assert "all calls are private" in run("accounts", "show", "mv petrel").stdout
    run("accounts", "shows", "mv petrel", "--a", "withheld", "--b", "own")
    added = run("accounts", "user", "mv petrel", "Bob", "--email", "b@x.org", "--phone", "+33140001234")
    assert "by a withheld number" in added.stdout
    assert "no number of its own" in run("accounts", "number", "mv petrel", "none").stdout
    assert "only where the order says so" in run("accounts", "private", "mv petrel", "off").stdout


def test_a_name_has_several_numbers_at_the_command_line(run: Run, petrel: str) -> None:
    assert petrel
    said = run("devices", "name", "mv petrel", "MV Astrid", "+870 773 123 456", "+8816 1234 5678")
    assert said.stdout == 'Ann may now write "CALL MV Astrid" for +870 773 123 456, then +881 6 123 45678.\n'
    (user,) = json.loads(run("accounts", "show", "mv petrel", "--json").stdout)["users"]
    assert user["names"]["MV Astrid"] == "+870773123456, +881612345678"
    assert "MV Astrid: +870 773 123 456, then +881 6 123 45678" in run("accounts", "show", "mv petrel").stdout
    assert run("devices", "name", "mv petrel", "mv astrid").stdout.endswith("no longer has mv astrid.\n")
    too_many = [f"+4420794600{at:02d}" for at in range(6)]
    said = run("devices", "name", "mv petrel", "Ann", *too_many, fails=2)
    assert said.stderr == "A name may have 5 numbers at most. Leave some out.\n"
