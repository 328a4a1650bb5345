"""Requests that can't be made: no limit that is none, no number or name that the switch would read as more."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.shown import WITHHELD
from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari_requests import MAX_LIMIT_MS, limit_value
from dispatcher.switches.base import LegPlan
from dispatcher.switches.exchange.channels import limit_seconds
from kernel.errors import Misconfigured
from tests.unit.dispatcher.desk import TRUNK

LEG, FIRST = "0" * 27 + "b", "0" * 27 + "a"
PLAN = LegPlan(LEG, "trunk", "+442079460018", 90_500)
INJECTED = [
    "&PJSIP/1900", "+442079460018&PJSIP/1900", "+442079460018\r\nX: y", "+442079460018\n", "\n+442079460018",
    "${SHELL(id)}", "+44${EXTEN}", "+442079460018@evil.example", "sip:+442079460018", "442079460018", "00442079460018",
    "+0442079460018", "+44", "+" + "4" * 16, "+4420794600\uff11\uff18", "+44207946001\u0668", "+44 20 7946 0018", "",
    "+44207946\x000018", "*#06#", "+1900;ext=1", "PJSIP/1900", "+442079460018,,,1", "+442079460018'--", "\u202e+442079",
]  # fmt: skip


@pytest.mark.parametrize("wrong", [0, -1, -(10**9), True, False, 1.5, 60_000.0, float("nan"), float("inf"), "5", None])
def test_a_limit_that_would_remove_the_limit_can_not_be_made(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no limit"):
        limit_value(wrong)
    with pytest.raises(ValueError, match="no limit"):
        rest.arm(LEG, wrong)
    with pytest.raises(ValueError, match="no limit"):
        rest.create(replace(PLAN, limit_ms=wrong), TRUNK, "cb")


@pytest.mark.parametrize("wrong", [MAX_LIMIT_MS + 1, 2**31 * 1000, 10**30])
def test_a_limit_beyond_a_day_can_not_be_made(wrong: int) -> None:
    with pytest.raises(ValueError, match="no limit"):
        limit_value(wrong)


@given(st.integers(1, MAX_LIMIT_MS))
def test_the_switch_reads_every_limit_as_it_was_meant(limit_ms: int) -> None:
    value = limit_value(limit_ms)
    assert re.fullmatch(r"[0-9]+\.[0-9]{3}", value)
    assert round(limit_seconds(value) * 1000) == limit_ms


def test_a_leg_is_created_silent_armed_and_with_its_handler() -> None:
    asked = rest.create(replace(PLAN, caller_id="+12025550100", first_leg=FIRST), TRUNK, "cb")
    assert (asked.method, asked.path) == ("POST", "/channels/create")
    assert asked.query == {
        "endpoint": "PJSIP/trunk/sip:442079460018@trunk.example", "app": "cb", "channelId": LEG,
    }  # fmt: skip
    assert asked.body == {
        "variables": {
            "TIMEOUT(absolute)": "90.500",
            "CHANNEL(hangup_handler_push)": "cordboard-hangup,bye,1",
            "CONNECTEDLINE(num)": "+12025550100",
            "CB_PEER": FIRST,
            f"SHARED(CB_PEERS,{FIRST})": LEG,
        }
    }
    assert set(rest.create(PLAN, TRUNK, "cb").body or {}) == {"variables"}


@pytest.mark.parametrize("number", INJECTED)
def test_nothing_but_a_checked_number_is_dialled(number: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        rest.create(replace(PLAN, number=number), TRUNK, "cb")


@pytest.mark.parametrize("leg", ["", "x", LEG[:-1], LEG + "0", LEG[:-1] + "/", LEG[:-1] + "\n", LEG.upper(), "../" * 9])
def test_nothing_but_an_id_of_ours_names_a_channel(leg: str) -> None:
    with pytest.raises(ValueError, match="id of ours"):
        rest.create(replace(PLAN, attempt_id=leg), TRUNK, "cb")


@pytest.mark.parametrize(
    "caller",
    ["Ann", "+1202\r\nX-Evil: 1", "${SHELL(id)}", "+12025550100<sip:x>", "12", "+" + "1" * 16, "\uff11\uff12\uff13"],
)
def test_103_a_caller_id_is_a_number(caller: str) -> None:
    with pytest.raises(Misconfigured):
        rest.create(replace(PLAN, caller_id=caller), TRUNK, "cb")


@pytest.mark.parametrize("caller", ["+12025550100", "12025550100", "101"])
def test_callers_that_a_switch_can_show(caller: str) -> None:
    body = rest.create(replace(PLAN, caller_id=caller), TRUNK, "cb").body
    assert body is not None
    assert body["variables"]["CONNECTEDLINE(num)"] == caller
    assert not any("pres" in name for name in body["variables"])


def test_a_leg_that_sees_none_is_asked_for_with_a_number_of_ours_and_none_presented() -> None:
    body = rest.create(replace(PLAN, caller_id=WITHHELD), replace(TRUNK, own_number="+12025550100"), "cb").body
    assert body is not None
    assert {name: value for name, value in body["variables"].items() if name.startswith("CONNECTED")} == {
        "CONNECTEDLINE(num)": "+12025550100",
        "CONNECTEDLINE(num-pres)": "prohib",
        "CONNECTEDLINE(name-pres)": "prohib",
    }


def test_no_leg_is_told_who_joins_it() -> None:
    assert rest.join("b", LEG, FIRST).query == {
        "channel": f"{LEG},{FIRST}", "inhibitConnectedLineUpdates": "true",
    }  # fmt: skip


@pytest.mark.parametrize("digits", ["", "123456789", "1,2", "12#", "w1", "1\n", "\u0661"])
def test_tones_are_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="1 to 8 digits"):
        rest.tones(LEG, digits)
