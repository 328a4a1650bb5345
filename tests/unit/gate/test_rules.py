"""Every rule of the gate passes what it should and refuses what it should, in the order of the table."""

from dataclasses import replace
from typing import Any

import pytest

from accounts import manage, systems
from accounts.people import Phone, account_of, phones_of, user_of
from accounts.systems import NO_CAPS, Caps
from billing import ledger
from billing.holds import available, open_hold
from billing.quotes import Quote, cost
from billing.rating import Terms
from gate import gate
from gate.asking import Consent
from gate.highcost import HIGH_COST
from gate.quoting import fingerprint
from gate.rules import RULES, Asked
from gate.sureness import sureness
from parsers.numbers import Kind, Number, parse_number
from tests.unit import factory
from tests.unit.inbound.house import ANNS_PHONE, DOLLAR, LIMITS, MUM, NOW, OWN_NUMBER, House

DAY = 24 * 3_600_000
NAMES = [name for name, _ in RULES]
Changes = dict[str, Any]


def number(text: str) -> Number:
    return parse_number(text, "US")


def phone(e164: str) -> Phone:
    return Phone("p", e164, "", False, "operator")


def quoted(rate_b: int, fee: int = 10_000) -> Quote:
    """What Ann was told that a call to her mother costs."""
    a = Terms("1", "United States", 17_000, 0, 6, 6, "USD", "retail", "row")
    return Quote(a, replace(a, prefix="44", rate=rate_b, connect_fee=fee, first=30), 0)


@pytest.fixture
def asked(house: House) -> Asked:
    """Ann's order for a call to her mother; passes."""
    with house.db.read() as conn:
        user = user_of(conn, house.user)
        return Asked(
            account=account_of(conn, user.account_id), user=user, proof="pin", a=number(ANNS_PHONE), b=number(MUM),
            phones=tuple(phones_of(conn, user.id)), service_numbers=frozenset({OWN_NUMBER}), has_route=bool,
            sent_ms=NOW - 10_000, now_ms=NOW, limits=LIMITS,
        )  # fmt: skip


def changed(asked: Asked, changes: Changes) -> Asked:
    """With these fields; those of the account by `account_...`, of the user by `user_...`."""
    changes = {name: value for name, value in changes.items() if name != "allowed"}
    of_account = {name[8:]: value for name, value in changes.items() if name.startswith("account_")}
    of_user = {name[5:]: value for name, value in changes.items() if name.startswith("user_")}
    own = {name: value for name, value in changes.items() if not name.startswith(("account_", "user_"))}
    return replace(
        asked,
        account=replace(asked.account, **of_account),
        user=replace(asked.user, **of_user),
        systems={},
        bounds=[],
        **own,
    )


def allow(house: House, asked: Asked, changes: Changes) -> None:
    """The systems that `changes` has as `allowed`, with their caps."""
    with house.db.write() as conn:
        for system, caps in changes.get("allowed", {}).items():
            systems.allow(conn, asked.account.id, system, caps)


def judge(house: House, asked: Asked) -> gate.Verdict:
    with house.db.write() as conn:
        gate.lock(conn, asked.account.id)
        return gate.judge(conn, asked)


PASSES: list[tuple[str, Changes]] = [
    ("enrolled", {}),
    ("proven", {"proof": "alias"}),
    ("fresh", {"sent_ms": NOW - LIMITS.stale_ms}),
    ("fresh", {"sent_ms": NOW + DAY}),
    ("own phone", {"phones": (phone("+12025550188"), phone(f"{ANNS_PHONE} x9"))}),
    ("own phone", {"a": number("+12025550188"), "account_allow_any_phone": True}),
    ("two parties", {"b": number("+12025550188")}),
    ("premium", {"b": number("+18002345678")}),
    ("premium", {"b": number("+19002345678"), "account_allow_premium": True}),
    ("satellite", {"b": number("+870773123456"), "allowed": {"Inmarsat": Caps(14 * DOLLAR, 14 * DOLLAR)},
                   "account_cap_call": 15 * DOLLAR, "account_quote_above": 7 * DOLLAR, "proof": "dkim"}),
    ("zone", {"b": number("+18762345678"), "account_zones": frozenset({"GB", "JM"}), "account_allow_high_cost": True,
              "a": number(MUM), "phones": (phone(MUM),)}),
    ("rate known", {"b": number("+442079460019")}),
    ("route", {"has_route": lambda e164: e164 in (ANNS_PHONE, MUM)}),
    ("at once", {"account_most_at_once": 1}),
    ("cap per call", {"account_cap_call": 75_300}),
    ("caps", {"account_cap_hour": 75_300, "account_cap_day": 75_300}),
    ("funds", {"account_cap_call": 1000 * DOLLAR}),
    ("consent", {"answerable": False, "most": DOLLAR}),
    ("consent", {"answerable": False, "has_max": True}),
    ("consent", {"answerable": False, "most": DOLLAR, "b": number("+12025550188"), "phones": (
        phone(ANNS_PHONE), phone("+12025550188"))}),
    ("consent", {"answerable": False, "most": DOLLAR, "account_ask_above": 0}),
    ("asked back", {"b": number("+12025550188"), "proof": "alias", "account_ask_new": True}),
    ("asked back", {"b": number("+12025550188"), "proof": "sms", "account_ask_new": True, "account_ask_above": 0}),
    ("asked back", {"b": number("+12025550188"), "proof": "dkim", "account_ask_new": True, "account_ask_above": 0}),
    ("asked back", {"b": number(MUM), "account_ask_new": True, "account_ask_above": 41_500}),
    ("asked back", {"sent_ms": NOW - LIMITS.stale_ms - 1, "agreed": quoted(24_500), "account_ask_above": 0}),
    ("asked back", {"agreed": quoted(24_400), "account_quote_above": 0}),
    ("asked back", {"proof": "dkim", "account_quote_above": 41_500}),
    ("asked back", {"proof": "token", "in_place": True, "account_quote_above": 0, "consent": Consent(41_500)}),
    ("asked back", {"proof": "page", "in_place": True, "account_quote_above": 0,
                    "consent": Consent(terms=fingerprint(quoted(24_500)))}),
    ("asked back", {"answerable": False, "most": DOLLAR, "account_quote_above": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes"), PASSES)
def test_passes(house: House, asked: Asked, rule: str, changes: Changes) -> None:
    assert rule in NAMES
    allow(house, asked, changes)
    verdict = judge(house, changed(asked, changes))
    assert verdict.refused is None
    assert verdict.rules == tuple((name, "passed") for name in NAMES)
    assert verdict.plan is not None
    assert verdict.quote is not None


REFUSES: list[tuple[str, str, Changes]] = [
    ("enrolled", "account_closed", {"account_active": False}),
    ("enrolled", "account_closed", {"user_active": False}),
    ("proven", "not_proven", {"proof": ""}),
    ("fresh", "too_old", {"sent_ms": NOW - 2 * DAY - 1}),
    ("own phone", "phone_not_yours", {"a": number("+12025550188")}),
    ("own phone", "phone_not_yours", {"phones": ()}),
    ("two parties", "same_number", {"b": number(ANNS_PHONE)}),
    ("two parties", "same_number", {"b": number(f"{ANNS_PHONE} x12")}),
    ("two parties", "our_own_number", {"b": number(OWN_NUMBER)}),
    ("two parties", "our_own_number", {"a": number(OWN_NUMBER), "account_allow_any_phone": True}),
    ("premium", "premium", {"b": number("+19002345678")}),
    ("premium", "premium", {"b": number("+12029765678")}),
    ("premium", "premium", {"b": number("+448712345678")}),
    ("premium", "premium", {"b": number("+447012345678")}),
    ("premium", "premium", {"b": number("+979123456789")}),
    ("premium", "premium", {"a": number("+19002345678"), "account_allow_any_phone": True}),
    ("satellite", "satellite_inmarsat_c", {"b": number("+870423456789"), "allowed": {"Inmarsat": NO_CAPS}}),
    ("satellite", "satellite_bgan_data", {"b": number("+870782345678")}),
    ("satellite", "satellite_inmarsat_b", {"a": number("+870324798181"), "account_allow_any_phone": True}),
    ("satellite", "satellite_off", {"b": number("+870773123456")}),
    ("satellite", "satellite_off", {"b": number("+870773123456"), "allowed": {"Iridium": NO_CAPS}}),
    ("satellite", "satellite_off", {"b": number("+881612345678"), "account_allow_premium": True}),
    ("satellite", "satellite_off", {"a": number("+870773123456"), "account_allow_any_phone": True}),
    ("zone", "zone", {"b": number("+390612345678")}),
    ("zone", "zone", {"b": number("+18762345678"), "account_allow_high_cost": True}),
    ("zone", "zone", {"b": number("+18095550123")}),
    ("zone", "zone", {"b": number("+447781123456")}),
    ("zone", "zone", {"a": number("+390612345678"), "account_allow_any_phone": True}),
    ("zone", "zone", {"b": number("+979123456789"), "account_allow_premium": True}),
    ("zone", "high_cost", {"b": number("+18762345678"), "account_zones": frozenset({"US", "JM"})}),
    ("rate known", "no_rate", {"b": number("+33140001234")}),
    ("rate known", "no_rate", {"account_deck": "wholesale"}),
    ("rate known", "no_rate", {"account_currency": "EUR"}),
    ("route", "no_route", {"has_route": lambda e164: e164 == ANNS_PHONE}),
    ("route", "no_route", {"has_route": lambda e164: e164 == MUM}),
    ("cap per call", "over_call_cap", {"account_cap_call": 75_299}),
    ("cap per call", "over_call_cap", {"b": number("+870773123456"), "allowed": {"Inmarsat": NO_CAPS}}),
    (
        "cap per call",
        "over_call_cap",
        {"b": number("+870773123456"), "account_cap_call": 15 * DOLLAR, "allowed": {"Inmarsat": Caps(6 * DOLLAR)}},
    ),
    ("at once", "at_once", {"account_most_at_once": 0}),
    ("caps", "over_hour", {"account_cap_hour": 75_299, "account_cap_day": 75_299}),
    ("caps", "over_day", {"account_cap_day": 75_299}),
    (
        "caps",
        "over_system_day",
        {"b": number("+870773123456"), "account_cap_call": 15 * DOLLAR, "allowed": {"Inmarsat": Caps(day=6 * DOLLAR)}},
    ),
    ("funds", "no_funds", {"account_id": "nobody's"}),
    ("cap per call", "over_call_cap", {"most": 75_299}),
    ("consent", "no_consent", {"answerable": False}),
    ("consent", "late", {"answerable": False, "most": DOLLAR, "sent_ms": NOW - LIMITS.stale_ms - 1}),
    ("consent", "not_in_book", {"answerable": False, "most": DOLLAR, "b": number("+12025550188")}),
    ("asked back", "ask_late", {"sent_ms": NOW - LIMITS.stale_ms - 1, "proof": "dkim"}),
    ("asked back", "ask_late", {"sent_ms": NOW - 2 * DAY, "proof": "sms"}),
    ("asked back", "ask_costly", {"account_ask_above": 41_499}),
    ("asked back", "ask_costly", {"account_ask_above": 0, "proof": "alias"}),
    ("asked back", "ask_new", {"b": number("+12025550188"), "account_ask_new": True}),
    (
        "asked back",
        "ask_phone",
        {"a": number("+12025550188"), "account_allow_any_phone": True, "account_ask_new": True},
    ),
    (
        "consent",
        "not_in_book",
        {"answerable": False, "most": DOLLAR, "a": number("+12025550188"), "account_allow_any_phone": True},
    ),
    ("asked back", "ask_quote", {"account_quote_above": 41_499, "proof": "dkim"}),
    ("asked back", "ask_quote", {"account_quote_above": 41_499, "sent_ms": NOW - LIMITS.stale_ms - 1}),
    ("asked back", "dear", {"account_quote_above": 41_499, "proof": "token", "in_place": True}),
    ("asked back", "dear", {"proof": "token", "in_place": True, "consent": Consent(41_499)}),
    ("asked back", "dear", {"proof": "page", "in_place": True, "consent": Consent(terms=fingerprint(quoted(24_400)))}),
    ("asked back", "dear_to_verify", {"b": None, "account_quote_above": 0, "proof": "dkim"}),
]


@pytest.mark.parametrize(("rule", "key", "changes"), REFUSES)
def test_refuses(house: House, asked: Asked, rule: str, key: str, changes: Changes) -> None:
    allow(house, asked, changes)
    verdict = judge(house, changed(asked, changes))
    assert verdict.refused is not None
    assert verdict.refused.key == key
    before = NAMES[: NAMES.index(rule)]
    assert verdict.rules == (*((name, "passed") for name in before), (rule, key))
    assert verdict.plan is None


def test_each_rule_has_a_passing_and_a_refusing_test() -> None:
    assert {rule for rule, _ in PASSES} == {rule for rule, _, _ in REFUSES} == set(NAMES)


WRONG: dict[str, Changes] = {
    "enrolled": {"user_active": False},
    "proven": {"proof": ""},
    "fresh": {"sent_ms": 0},
    "own phone": {"phones": ()},
    "two parties": {"service_numbers": frozenset({"+870773123456"})},
    "premium": {"b": replace(number(MUM), kind=Kind.PREMIUM)},
    "satellite": {},
    "zone": {"account_zones": frozenset()},
    "rate known": {"account_deck": "none"},
    "route": {"has_route": lambda _: False},
    "at once": {"account_most_at_once": 0},
    "cap per call": {"account_cap_call": 1},
    "caps": {"account_cap_hour": 0},
    "funds": {"limits": replace(LIMITS, min_talk_s=600)},
    "consent": {"answerable": False},
    "asked back": {"account_ask_above": 0},
}


@pytest.mark.parametrize("rule", NAMES)
def test_the_first_rule_of_the_table_that_refuses_has_the_say(house: House, asked: Asked, rule: str) -> None:
    """Everything from `rule` on is wrong, everything before it right."""
    satellite: Changes = {
        "a": number("+870773123456"), "phones": (phone("+870773123456"),), "account_cap_call": 1000 * DOLLAR,
    }  # fmt: skip
    if NAMES.index(rule) > NAMES.index("satellite"):
        allow(house, asked, {"allowed": {"Inmarsat": NO_CAPS}})
    for name in NAMES[NAMES.index(rule) :]:
        satellite |= WRONG[name]
    verdict = judge(house, changed(asked, satellite))
    assert verdict.rules[-1][0] == rule
    assert len(verdict.rules) == NAMES.index(rule) + 1


def test_a_number_is_new_until_it_was_answered_once(house: House, asked: Asked) -> None:
    there = changed(asked, {"b": number("+12025550188"), "account_ask_new": True})
    with house.db.write() as conn:
        order = factory.order(conn, asked.account.id, asked.user.id, number_b="+12025550188")
        factory.attempt(conn, order, "A", answered_ms=NOW)
        factory.attempt(conn, order, "B")
    assert judge(house, there).asks is not None
    with house.db.write() as conn:
        factory.attempt(conn, order, "B", answered_ms=NOW)
    assert judge(house, there).refused is None


def test_a_name_that_was_written_down_by_a_claim_is_new(house: House, asked: Asked) -> None:
    there = changed(asked, {"b": number("+12025550188"), "account_ask_new": True})
    for sure in (False, True):
        with house.db.write() as conn:
            manage.add_contact(conn, NOW, asked.user.id, f"Bill {sure}", "+12025550188", sure=sure)
        assert (judge(house, there).refused is None) is sure


@pytest.mark.parametrize(("proof", "sure"), [("", 0), ("alias", 1), ("pin", 1), ("code", 1), ("sms", 2), ("dkim", 3),
                                             ("page", 3), ("token", 3), ("hearsay", 0)])  # fmt: skip
def test_how_sure(proof: str, sure: int) -> None:
    assert sureness(proof) == sure


@pytest.mark.parametrize(("least_s", "talk_s"), [(60, 60), (90, 90), (9000, 7200)])
def test_no_more_than_the_shortest_talk_is_held(house: House, asked: Asked, least_s: int, talk_s: int) -> None:
    limits = replace(LIMITS, min_talk_s=least_s)
    verdict = judge(house, changed(asked, {"account_cap_call": 1000 * DOLLAR, "limits": limits}))
    assert verdict.plan is not None
    assert verdict.quote is not None
    assert (verdict.plan.talk_s, verdict.plan.amount) == (talk_s, cost(verdict.quote, talk_s))


def test_a_cap_or_a_balance_that_does_not_pay_for_the_shortest_talk_refuses(house: House, asked: Asked) -> None:
    verdict = judge(house, asked)
    assert verdict.plan is not None
    needed = verdict.plan.amount
    assert judge(house, changed(asked, {"account_cap_call": needed})).plan == verdict.plan
    assert judge(house, changed(asked, {"account_cap_call": needed - 1})).rules[-1] == ("cap per call", "over_call_cap")


def test_what_other_orders_hold_is_not_there(house: House, asked: Asked) -> None:
    with house.db.write() as conn:
        first = gate.judge(conn, asked)
        assert first.quote is not None
        order = factory.order(conn, asked.account.id, asked.user.id)
        open_hold(conn, order, asked.account.id, available(conn, asked.account.id) - 50_000, first.quote, NOW)
    verdict = judge(house, changed(asked, {}))
    assert verdict.refused is not None
    assert (verdict.refused.key, verdict.refused.fields) == ("no_funds", {"balance": "$0.05"})


def test_a_balance_below_nothing_is_told_as_nothing(house: House, asked: Asked) -> None:
    with house.db.write() as conn:
        lines = {ledger.customer(asked.account.id): -21 * DOLLAR, ledger.REVENUE: 21 * DOLLAR}
        ledger.post(conn, "x", "charge", asked.account.id, None, lines, "USD", NOW)
    verdict = judge(house, asked)
    assert verdict.refused is not None
    assert verdict.refused.fields == {"balance": "$0.00"}


def test_high_cost_ranges_are_prefixes_of_e164_digits() -> None:
    assert all(prefix.isdigit() and 2 <= len(prefix) <= 5 for prefix in HIGH_COST)
    assert not any(digits.startswith(HIGH_COST) for digits in ("12025550101", "442079460018", "33140001234", "1416"))


@pytest.mark.parametrize("text", ["+2693212345", "+5352345678", "+2521234567", "+37167280000", "+18762345678"])
def test_ranges_of_fraud_are_closed_even_where_the_country_is_open(house: House, asked: Asked, text: str) -> None:
    there = replace(number(MUM), e164=text, region="XX")
    verdict = judge(house, changed(asked, {"b": there, "account_zones": frozenset({"US", "XX"})}))
    assert verdict.refused is not None
    assert verdict.refused.key == "high_cost"
