"""How `cordboard accounts list` and `show` read."""

import textwrap
from typing import Any

import click
from sqlalchemy import Connection

from accounts import people, systems, tokens
from accounts.people import Account, User
from billing import ledger
from cordboard.cli import systems as systems_cli
from cordboard.cli.printing import COLUMNS, as_json, fields, spaced, table
from kernel.money import display, display_price, plain


def list_accounts(conn: Connection, json_: bool) -> None:
    """All accounts, one a line."""
    found = people.all_accounts(conn)
    if json_:
        as_json([_account(conn, account) for account in found])
        return
    if not found:
        click.echo("No account yet. Open one: cordboard accounts add NAME --email ADDRESS --phone NUMBER")
        return
    table(
        ("Account", "Balance", "Deck", "May call", "Users", ""),
        [
            (
                account.name,
                display(ledger.balance(conn, account.id), account.currency),
                account.deck,
                _few(sorted(account.zones)),
                _few([user.name for user in people.users_of(conn, account.id)]),
                "" if account.active else "closed",
            )
            for account in found
        ],
        right="2",
    )


def show_account(conn: Connection, account: Account, json_: bool) -> None:
    """One account with its users."""
    if json_:
        as_json(_account(conn, account) | {"users": [_user(conn, u) for u in people.users_of(conn, account.id)]})
        return
    allowed = [name for name, yes in _allowed(account).items() if yes]
    fields(
        (
            ("Account", account.name + ("" if account.active else " (closed)")),
            ("Id", account.id),
            ("Balance", display(ledger.balance(conn, account.id), account.currency)),
            ("Deck", account.deck),
            ("May call", ", ".join(sorted(account.zones)) or "nowhere"),
            ("Also allowed", ", ".join(allowed) or "nothing"),
            *_folded("Satellite", systems_cli.in_words(account, systems.allowed(conn, account.id))),
            ("One call", f"{display(account.cap_call, account.currency)} at most"),
            *_bounds(account),
            ("Asks back", _asks(account)),
            ("Shows", _shows(account)),
        )
    )
    for user in people.users_of(conn, account.id):
        click.echo()
        _print_user(conn, user)


def _folded(name: str, value: str) -> list[tuple[str, str]]:
    """A long value within the page, its further lines under the first."""
    lines = textwrap.wrap(value, COLUMNS - len("Also allowed") - 2)
    return [("" if n else name, line) for n, line in enumerate(lines)]


def _print_user(conn: Connection, user: User) -> None:
    spoken = f", answered in {user.language}" if user.language else ""
    lines = [("User", f"{user.name}, {user.country}{spoken}" + ("" if user.active else " (shut out)"))]
    for device in people.devices_of(conn, user.id):
        notes = "" if device.press_1 else " (no press-1)"
        if device.answer_address != device.address:
            notes += f" (answers to {device.answer_address or 'nobody'})"
        notes += "" if device.notices else " (no notices)"
        if device.limit_call is not None:
            notes += f" (one call {plain(device.limit_call)} at most)"
        lines.append(("Writes from", device.address + notes))
    lines += [
        ("Rung at", f"{spaced(phone.number)} {phone.label}".rstrip() + (" (main)" if phone.main else ""))
        for phone in people.phones_of(conn, user.id)
    ]
    if user.rung_at:
        lines.append(("Just now at", spaced(user.rung_at)))
    hints = ", ".join(f"...-{hint}.." for hint in people.alias_hints(conn, user.id))
    lines += [("PIN", "set" if user.has_pin else "none"), ("Secret addresses", hints or "none")]
    lines += [("Token", f"{hint}..") for hint in _tokens(conn, user)]
    lines += [
        ("Calls", f"{name}: {', then '.join(map(spaced, people.split_numbers(numbers)))}")
        for name, numbers in people.names_of(conn, user.id).items()
    ]
    fields(lines)


def _account(conn: Connection, account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "currency": account.currency,
        "balance": plain(ledger.balance(conn, account.id)),
        "deck": account.deck,
        "zones": sorted(account.zones),
        "cap_call": plain(account.cap_call),
        "ask_new": account.ask_new,
        "ask_above": plain(account.ask_above),
        "quote_above": plain(account.quote_above),
        "cap_hour": None if account.cap_hour is None else plain(account.cap_hour),
        "cap_day": None if account.cap_day is None else plain(account.cap_day),
        "most_at_once": account.most_at_once,
        "satellite": systems_cli.as_dict(systems.allowed(conn, account.id)),
        "allowed": _allowed(account),
        "number": account.caller_id or None,
        "shows": {"a": account.show_a, "b": account.show_b},
        "private": account.private,
        "active": account.active,
    }


def _user(conn: Connection, user: User) -> dict[str, Any]:
    devices = people.devices_of(conn, user.id)
    return {
        "id": user.id,
        "name": user.name,
        "country": user.country,
        "active": user.active,
        "language": user.language or None,
        "rung_at": user.rung_at or None,
        "pin": user.has_pin,
        "aliases": people.alias_hints(conn, user.id),
        "tokens": _tokens(conn, user),
        "devices": [{"address": d.address, "answers": d.answer_address, "press_1": d.press_1} for d in devices],
        "phones": [{"number": p.number, "label": p.label, "main": p.main} for p in people.phones_of(conn, user.id)],
        "names": people.names_of(conn, user.id),
    }


def _tokens(conn: Connection, user: User) -> list[str]:
    """How each of the user's tokens in use begins."""
    return [tokens.PREFIX + each.hint for each in tokens.tokens_of(conn, user.id) if each.revoked_ms is None]


def _asks(account: Account) -> str:
    """What who is known by a PIN or secret address alone is asked about, and from what price on everybody is."""
    new = "new numbers, and " if account.ask_new else ""
    claimed, every = (display_price(micro, account.currency) for micro in (account.ask_above, account.quote_above))
    return f"about {new}above {claimed} a minute; everybody above {every}"


def _bounds(account: Account) -> list[tuple[str, str]]:
    """The caps that there are beside that of one call."""
    caps = (("In an hour", account.cap_hour), ("In 24 hours", account.cap_day))
    told = [(name, f"{display(cap, account.currency)} at most") for name, cap in caps if cap is not None]
    at_once = account.most_at_once
    return told if at_once is None else [*told, ("At once", f"{at_once} call{'s' if at_once != 1 else ''} at most")]


def _shows(account: Account) -> str:
    """Who those that are rung see calling."""
    own = f", its own number {spaced(account.caller_id)}" if account.caller_id else ""
    private = "; all calls are private" if account.private else ""
    return f"{account.show_a} number to leg A, {account.show_b} to leg B{own}{private}"


def _allowed(account: Account) -> dict[str, bool]:
    return {
        "premium": account.allow_premium,
        "high-cost": account.allow_high_cost,
        "any-phone": account.allow_any_phone,
        "verify": account.allow_verify,
    }


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} +{len(names) - 4}" if len(names) > 4 else shown
