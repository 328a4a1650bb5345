"""What is known of a number, as `route` and `rate` print it."""

from collections.abc import Iterator
from typing import Any, Final

import click
from sqlalchemy import Connection

from accounts import people
from billing.rating import Terms
from cordboard.about_number import About, Against, Asker, Read, about, read
from cordboard.cli.choices import account_by, user_by
from cordboard.cli.context import Tools
from cordboard.cli.printing import exact, folded, spaced
from cordboard.wiring import Parts
from gate.rules import Limits
from kernel.money import plain
from parsers.numbers import Kind
from replies.refusals import refusal_text
from satellite.manners import Retry

KINDS: Final = {
    Kind.FIXED: "a fixed line",
    Kind.MOBILE: "a mobile",
    Kind.FIXED_OR_MOBILE: "a fixed line or a mobile",
    Kind.VOIP: "an Internet telephone",
    Kind.TOLL_FREE: "a toll-free number",
    Kind.PREMIUM: "a premium-rate number",
    Kind.SHARED_COST: "a shared-cost number",
    Kind.PERSONAL: "a personal number",
    Kind.PAGER: "a pager",
    Kind.UAN: "a company's universal number",
    Kind.SATELLITE: "a satellite number",
    Kind.SHARED_NETWORK: "a number of a shared network",
    Kind.UNKNOWN: "of a kind that is not known",
}
NO_COUNTRY: Final = "001"
SERVICES: Final = {
    "fax": "no: it is a fax",
    "data": "no: it carries data",
    "messaging": "no: it takes messages only",
    "unknown": "no: it is not known to take calls",
    "voice": "no: its system is switched off",
}


def asker_of(conn: Connection, account: str | None, user: str | None = None, *, any_user: bool) -> Asker | None:
    """Who would call: the user of that account (`any_user`: its first will do), the only one there is, or nobody."""
    every = [account_by(conn, account)] if account else people.all_accounts(conn)
    if account is None and len(every) != 1:
        if user:
            raise click.UsageError("--user is somebody of an account: say --account, too.")
        return None
    users = people.users_of(conn, every[0].id)
    if user is None and users and (any_user or account is None):
        return Asker(every[0], users[0]) if any_user or len(users) == 1 else None
    return Asker(every[0], user_by(conn, every[0], user)) if users or account else None


def look(tools: Tools, conn: Connection, text: str, country: str | None, asker: Asker | None) -> About:
    """What is known of the number. Refused if it is none."""
    routes, calls = Parts(tools.settings, tools.clock).routes, tools.settings.calls
    found = read(text, country or (asker.user.country if asker else None))
    limits = Limits(
        calls.confirm_s, calls.ring_b_s, calls.min_talk_s, calls.max_call_minutes * 60, calls.order_stale_ms
    )
    return about(conn, found, routes, asker, limits, tools.clock.ms())


def show(told: About, ring_s: int, *, with_price: bool = True) -> None:
    """Print it. `ring_s` is for how long a number is rung whose system does not say."""
    click.echo(click.style(f"{spaced(told.read.dial)}: {kind_of(told.read)}", bold=True))
    folded(
        ("Written", f"{told.read.written}; {told.read.old_code}" if told.read.old_code else ""),
        ("Dialled", told.read.dial if told.read.voice else "never"),
        ("Speech", _speech(told.read)),
        ("Price", "\n".join(_prices(told)) if with_price and told.read.voice else ""),
        ("Rung", _rung(told, ring_s) if told.read.voice else ""),
        ("Carriers", "\n".join(_carriers(told)) if told.read.voice else ""),
        ("Refused", "\n".join(f"{each.rule}: {_sentence(each)}" for each in told.against)),
        ("Source", told.read.family.source if told.read.family else ""),
        ("Account", told.account or "none; say --account NAME for what that may call, and its price"),
    )


def kind_of(found: Read) -> str:
    """What the number is, in words."""
    if found.family:
        system, name = found.family.system, found.family.family
        return name if name.startswith(system) else f"{system}, {name}"
    assert found.number is not None
    where = "" if found.number.region == NO_COUNTRY else f" in {found.number.region}"
    return KINDS[found.number.kind] + where


def _speech(found: Read) -> str:
    if found.voice:
        return "yes" if found.family else ""
    assert found.family is not None or found.number is None
    return SERVICES[found.family.service] if found.family and found.family.why_not else "no: it is no number today"


def _prices(told: About) -> Iterator[str]:
    for terms in told.prices:
        yield f"{price(terms)}; deck {terms.deck}, {terms.prefix} {terms.destination}"
    if not told.prices:
        yield "none: no deck has a row for it"


def price(terms: Terms) -> str:
    """`$6.50 a minute + $0.10 to connect, billed by 60 s, then 15 s`."""
    fee = f" + {exact(terms.connect_fee, terms.currency)} to connect" if terms.connect_fee else ""
    return f"{exact(terms.rate, terms.currency)} a minute{fee}, billed by {terms.first} s, then {terms.next} s"


def _rung(told: About, ring_s: int) -> str:
    manners = told.manners
    waits = f"at most {manners.ring_s or ring_s} s; {manners.progress_s} s without a sign of life end it"
    again = [f"{what}: {said}" for what, of in (("busy", manners.busy), ("not reached", manners.unreachable))
             if (said := _again(of))]  # fmt: skip
    return "; ".join([waits, *again])


def _again(retry: Retry) -> str:
    times = "once more" if retry.times == 1 else f"{retry.times} times more"
    return f"{times} after {retry.after_s} s" if retry.times else ""


def _carriers(told: About) -> Iterator[str]:
    place = 0
    for way in told.ways:
        place += not way.refused
        yield f"not {way.name}: {way.refused}" if way.refused else f"{place}. {way.name}: {way.why}"


def _sentence(against: Against) -> str:
    """What the sender of such an order is told."""
    said = refusal_text(against.refused).removeprefix("Not called: ")
    return said[0].upper() + said[1:]


def for_programs(told: About, ring_s: int) -> dict[str, Any]:
    """The same for programs; amounts are exact decimals, waits seconds."""
    found, manners = told.read, told.manners
    return {
        "number": found.dial,
        "account": told.account or None,
        "written": found.written,
        "rewritten": found.old_code or None,
        "kind": str(found.number.kind) if found.number else str(Kind.SATELLITE),
        "region": found.number.region if found.number else NO_COUNTRY,
        "is": kind_of(found) if found.number or found.family else "an old satellite number",
        "satellite": {"system": found.family.system, "family": found.family.family} if found.family else None,
        "service": found.family.service if found.family else "voice" if found.voice else "unknown",
        "voice": found.voice,
        "dial": found.dial,
        "prices": [terms_of(terms) for terms in told.prices],
        "timers": {
            "progress_s": manners.progress_s,
            "ring_s": manners.ring_s or ring_s,
            "busy": {"times": manners.busy.times, "after_s": manners.busy.after_s},
            "unreachable": {"times": manners.unreachable.times, "after_s": manners.unreachable.after_s},
        },
        "carriers": [
            {"carrier": way.name, "used": found.voice and not way.refused, "why": way.refused or way.why}
            for way in told.ways
        ],
        "refused": [
            {"rule": each.rule, "reason": each.refused.key, "sentence": _sentence(each)} for each in told.against
        ],
    }


def terms_of(terms: Terms) -> dict[str, Any]:
    """A deck row; `per_minute` without tax."""
    return {
        "deck": terms.deck,
        "destination": terms.destination,
        "prefix": terms.prefix,
        "per_minute": plain(terms.rate),
        "connect_fee": plain(terms.connect_fee),
        "first": terms.first,
        "next": terms.next,
        "currency": terms.currency,
    }
