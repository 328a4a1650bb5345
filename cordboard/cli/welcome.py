"""The welcome card: all that a new user needs to know, once, on one page."""

from dataclasses import dataclass

import phonenumbers

from accounts.shown import WITHHELD
from cordboard.cli.printing import spaced

FICTIONAL = {"GB": "+442079460018", "US": "+12025550143", "FR": "+33199001234", "AU": "+61255501234"}
"""Numbers that nobody will ever have; elsewhere the example is libphonenumber's."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the card says; numbers as E.164, money as it is shown."""

    name: str
    order_address: str
    secret_address: str
    write_from: str
    pin: str
    phone: str
    caller_id: str
    zones: tuple[str, ...]
    balance: str
    cap_call: str
    human_contact: str = ""
    handle: str = ""
    text_to: str = ""


def card(welcome: Welcome) -> str:
    """The card's text, within 80 columns as long as the addresses are of usual length."""
    facts = (
        ("Write from", welcome.write_from),
        ("Write to", f"{welcome.secret_address}\nYour secret address: whoever has it can call on your account."),
        ("Or to", f"{welcome.order_address}\nEverybody may know this one; here your order needs your PIN."),
        ("Or text", f"{spaced(welcome.text_to)}\nfrom a telephone that we know as yours." if welcome.text_to else ""),
        ("PIN", f"{welcome.pin}\nShown this once. Never tell it to a person who asks."),
        ("On a page", f"/m/{welcome.handle}\non our web site, with any browser: sign in with your PIN."),
        ("You are rung", f"{spaced(welcome.phone)}\nby {_caller(welcome)}. That is us: answer, and press 1."),
        ("You may call", f"{_zones(welcome.zones)}\nfrom {welcome.balance}, at most {welcome.cap_call} a call."),
        ("A person", welcome.human_contact),
    )
    lines = [
        f"Welcome, {welcome.name}.",
        "",
        "Send a mail: your telephone rings, you press 1, and we ring the other party.",
    ]
    for name, text in facts:
        first, _, second = text.partition("\n")
        if first:
            lines += ["", f"  {name:<14}{first}", *([f"  {'':<14}{second}"] if second else [])]
    lines += ["", "The first line of your mail (or its subject) is the order. For example:", ""]
    lines += [f"  {order:<42}{note}".rstrip() for order, note in examples(welcome)]
    lines += ["", "Five words do it all, by mail, by text and on a page:", ""]
    return "\n".join(lines + [f"  {order:<14}{note}" for order, note in five_words(welcome)])


def examples(welcome: Welcome) -> tuple[tuple[str, str], ...]:
    """Three orders that would be understood as they stand, each with what it is about."""
    number = spaced(_example(welcome.zones))
    return (
        (f"CALL {number}", "to your secret address"),
        (f"CALL {number} PIN {welcome.pin}", f"to {welcome.order_address}"),
        (f"CALL {number} BILL refit", "marked refit on your bill"),
    )


def five_words(welcome: Welcome) -> tuple[tuple[str, str], ...]:
    """What is taught; HELP tells of the rest. None of them is a word that carriers of texts keep for themselves."""
    return (
        ("CALL ann", f"rings you, then Ann, once you wrote NAME ann {_example(welcome.zones)}"),
        ("AT hotel", "rings you there from now on, a phone of yours; AT alone tells"),
        ("AGAIN", "your last call once more"),
        ("DROP K7", "ends the call that was answered as K7"),
        ("LAST", "your last calls, and what they cost; HELP tells more"),
    )


def _example(zones: tuple[str, ...]) -> str:
    known = [zone for zone in zones if zone in FICTIONAL]
    if known:
        return FICTIONAL[known[0]]
    number = phonenumbers.example_number(zones[0]) if zones else None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else FICTIONAL["US"]


def _zones(zones: tuple[str, ...]) -> str:
    shown = ", ".join(zones[:12])
    return f"{shown} and {len(zones) - 12} more" if len(zones) > 12 else shown or "nowhere yet"


def _caller(welcome: Welcome) -> str:
    return "a withheld number" if welcome.caller_id == WITHHELD else spaced(welcome.caller_id)
