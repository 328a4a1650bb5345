"""`cordboard route` and `cordboard rate` tell what a number is, and what an order to it would meet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordboard.cli.context import Tools
from cordboard.configure import settings_from
from satellite.families import shipped
from satellite.numbering import classify, use
from tests.unit.cordboard.conftest import Run
from tests.unit.satellite.test_numbering import EXAMPLES

DECK = "prefix,destination,rate,connect_fee,first,next\n{rows}"


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    yield
    use(())


@pytest.fixture
def decks(run: Run, here: Path) -> None:
    """Two decks that rate ships."""
    for name, rate in (("standard", "6.50"), ("gold", "5.25")):
        (here / "ships.csv").write_text(DECK.format(rows=f"87077,Inmarsat,{rate},0.10,60,15\n"))
        run("decks", "import", "ships.csv", "--name", name)


def told(run: Run, *args: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(*args, "--json").stdout)
    return said


def page(run: Run, *args: str, fails: int = 0) -> str:
    """What is printed, its lines joined as if the page were wide."""
    text = run(*args, fails=fails).stdout
    assert max(map(len, text.splitlines()), default=0) <= 80
    return " ".join(text.split())


@pytest.mark.parametrize(("e164", "system", "family", "voice"), EXAMPLES)
@pytest.mark.parametrize("command", ["route", "rate"])
def test_what_a_satellite_number_is(run: Run, command: str, e164: str, system: str, family: str, voice: bool) -> None:
    said = told(run, command, "+" + e164.removeprefix("+"))
    assert said["satellite"] == {"system": system, "family": family}
    assert said["voice"] is voice
    assert said["dial"] == "+" + e164.removeprefix("+")
    reasons = {each["reason"] for each in said["refused"]}
    row = classify(e164)
    assert row is not None
    assert row.voice or row.why_not in reasons


@pytest.mark.parametrize("code", ["871", "872", "873", "874"])
def test_an_old_code_is_dialled_by_todays(run: Run, code: str) -> None:
    said = told(run, "route", f"+{code} 773 123456")
    assert (said["written"], said["dial"], said["voice"]) == (f"+{code} 773 123456", "+870773123456", True)
    assert said["rewritten"].startswith(f"+{code} named the ")
    text = page(run, "route", f"00{code}773123456", "--country", "GB")
    assert f"Written 00{code}773123456; +{code} named the " in text
    assert "Dialled +870773123456" in text


def test_an_old_code_that_nothing_stands_for_is_told_too(run: Run) -> None:
    said = told(run, "route", "+873447701033")
    assert (said["voice"], said["dial"]) == (False, "+870447701033")
    assert said["satellite"] == {"system": "Inmarsat", "family": "Inmarsat-C"}
    assert [(each["rule"], each["reason"]) for each in said["refused"]] == [("number", "satellite_inmarsat_c")]
    text = page(run, "rate", "+871 77312345")
    assert "Dialled never Speech no: it is no number today" in text
    assert "is an old satellite number" in text


def test_what_its_account_would_be_refused(run: Run, petrel: str, decks: None) -> None:
    said = told(run, "route", "+870773123456", "--account", "MV Petrel")
    assert [each["rule"] for each in said["refused"]][:1] == ["satellite"]
    run("accounts", "allow", "MV Petrel", "satellite", "on")
    said = told(run, "route", "+870773123456", "--account", "MV Petrel")
    assert "satellite" not in {each["rule"] for each in said["refused"]}
    said = told(run, "route", "+18762345678", "--account", "MV Petrel")
    assert [each["rule"] for each in said["refused"]] == ["zone", "rate known"]
    text = page(run, "route", "+1 900 234 5678")
    assert text.startswith("+1 900-234-5678: a premium-rate number in US")
    assert "premium: +1 900 234 5678 is a special-rate number" in text
    assert "zone: Calls to +1 900 234 5678 (US) are switched off for you." in text
    assert text.endswith("Account MV Petrel")


def test_the_price_its_increments_and_its_timers(run: Run, petrel: str, decks: None) -> None:
    said = told(run, "route", "+870773123456", "--account", "MV Petrel")
    assert said["prices"] == [
        {"deck": "standard", "destination": "Inmarsat", "prefix": "87077", "per_minute": "6.50", "connect_fee": "0.10",
         "first": 60, "next": 15, "currency": "USD"}
    ]  # fmt: skip
    ground = told(run, "route", "+442079460018")
    assert said["timers"]["ring_s"] > ground["timers"]["ring_s"] > 0
    assert said["timers"]["progress_s"] > 0
    text = page(run, "rate", "+870773123456", "--account", "MV Petrel")
    assert "About $6.54 a minute, both legs and tax:" in text
    assert f"Rung at most {said['timers']['ring_s']} s" in text
    assert "$6.50 a minute + $0.10 to connect, billed by 60 s, then 15 s" in page(run, "route", "+870773123456")


def test_with_no_account_named_it_is_the_only_one_or_none(run: Run, petrel: str, decks: None) -> None:
    assert told(run, "rate", "+870773123456")["account"] == "MV Petrel"
    assert told(run, "rate", "020 7946 0018", "--country", "GB")["per_minute"] == "0.055"
    run("accounts", "user", "MV Petrel", "Bob", "--email", "bob@petrel.example", "--phone", "+33612345679")
    assert told(run, "rate", "+870773123456")["legs"] == []
    assert "several users" in run("rate", "+870773123456", "--account", "MV Petrel", fails=2).stderr
    assert told(run, "rate", "+870773123456", "--user", "Bob")["legs"][0]["number"] == "+33612345679"
    run("accounts", "add", "Kestrel", "--email", "eve@petrel.example", "--phone", "+33612345680")
    said = told(run, "rate", "+870773123456")
    assert said["account"] is None
    assert [(each["deck"], each["per_minute"]) for each in said["prices"]] == [("gold", "5.25"), ("standard", "6.50")]
    assert "Account none; say --account NAME" in page(run, "rate", "+870773123456")
    assert "say --account, too" in run("rate", "+870773123456", "--user", "Bob", fails=2).stderr


def test_a_number_without_a_price_is_explained_and_fails(run: Run, petrel: str) -> None:
    result = run("rate", "+12025550143", "--account", "MV Petrel", fails=2)
    assert "rate known: I have no price for +12025550143" in " ".join(result.stdout.split())
    assert "no row for +12025550143" in result.stderr
    assert told(run, "rate", "+870782123456", "--account", "MV Petrel")["per_minute"] is None


@pytest.mark.parametrize("number", ["911", "12", "+999 1234567", "870-772-0012", "020 7946 0018", "x" * 50])
@pytest.mark.parametrize("command", ["route", "rate"])
def test_what_is_no_number_is_a_sentence(run: Run, command: str, number: str) -> None:
    result = run(command, number, fails=2)
    assert not result.stdout
    assert result.stderr.count("\n") == 1


def test_an_operators_own_row_is_told(tools: Tools, run: Run, here: Path) -> None:
    (here / "numbers.csv").write_text("prefix,service,source\n870764848793,fax,the ship's list\n")
    settings = settings_from({"home": str(here), "satellite": {"overrides": str(here / "numbers.csv")}})
    object.__setattr__(tools, "settings", settings)
    text = page(run, "route", "+870764848793")
    assert "Speech no: it is a fax Refused satellite: +870764848793 is that terminal's fax number." in text
    assert "Source the ship's list" in text
    assert told(run, "route", "+870764848793")["service"] == "fax"


def test_carriers_in_their_order_with_their_reasons(tools: Tools, run: Run, here: Path, decks: None) -> None:
    carriers = [
        {"name": "ground", "host": "192.0.2.1"},
        {"name": "backup", "host": "192.0.2.2", "uplink": True, "prefixes": ["870"], "priority": 20},
        {"name": "primary", "host": "192.0.2.3", "uplink": True, "prefixes": ["870"], "deck": "gold"},
    ]
    settings = settings_from({"home": str(here), "switch": {"carriers": carriers}})
    object.__setattr__(tools, "settings", settings)
    said = told(run, "route", "+870773123456")
    assert [(each["carrier"], each["used"]) for each in said["carriers"]] == [
        ("primary", True), ("backup", True), ("ground", False),
    ]  # fmt: skip
    assert [each["deck"] for each in said["prices"]] == ["standard"]  # not what the primary costs us
    text = page(run, "route", "+870773123456")
    assert "Carriers 1. primary: costs 5.25 USD a minute" in text
    assert "not ground: it is no uplink, and satellite numbers leave by uplinks only" in text
    assert "Carriers 1. ground: " in page(run, "route", "+442079460018")


def test_a_number_that_no_carrier_takes(tools: Tools, run: Run, here: Path) -> None:
    settings = settings_from({"home": str(here), "switch": {"carriers": [{"name": "ground", "host": "192.0.2.1"}]}})
    object.__setattr__(tools, "settings", settings)
    said = told(run, "route", "+870773123456")
    assert (said["voice"], [each["reason"] for each in said["refused"]]) == (True, ["no_route"])


def test_every_family_is_among_the_examples() -> None:
    assert {row.prefix for row in shipped()} == {row.prefix for e164, *_ in EXAMPLES if (row := classify(e164))}
