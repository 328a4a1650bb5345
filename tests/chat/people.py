"""A phone book whose names are everyday words, and the numbers, times and things that chat is full of."""

from random import Random
from typing import Final

NAMES: Final = {
    "mum": "+442079460000", "Mom": "+14155552671", "John": "+14155552672", "Bill": "+14155552673",
    "May": "+14155552674", "Will": "+14155552675", "Mark": "+14155552676", "Grace": "+14155552677",
    "Hope": "+14155552678", "Max": "+14155552679", "home": "+870773123456", "office": "+14155552680",
    "hotel": "+33140001234 x512", "work": "+14155552681", "June": "+14155552682", "April": "+14155552683",
    "Sunday": "+14155552684", "Ann Marie": "+14155552685", "Bob": "+33140001235", "Again": "+14155552686",
    "Drop Zone": "+14155552687", "the boss": "+14155552688", "me": "+14155552689", "mamá": "+34911234567",
    "papá": "+34911234568", "José": "+34911234569", "Luz": "+34911234570", "Mar": "+34911234571",
    "oficina": "+34911234572", "casa": "+34911234573", "Rocío": "+34911234574", "Julio": "+34911234575",
    "landline": "+442079460001", "you": "+442079460002", "Rate": "+442079460003", "Last": "+442079460004",
}  # fmt: skip

ENGLISH_NAMES: Final = ("mum", "Mom", "John", "Bill", "May", "Will", "Mark", "Grace", "Hope", "Max", "June", "Bob",
                        "Ann Marie", "the boss", "Again", "April", "Sunday")  # fmt: skip
SPANISH_NAMES: Final = ("mamá", "papá", "José", "Luz", "Mar", "Rocío", "Julio", "Mark", "John")
PLACES: Final = ("home", "office", "hotel", "work", "the hotel", "the office")
LUGARES: Final = ("casa", "oficina", "hotel", "la oficina", "el hotel")
WHEN: Final = ("tomorrow", "tonight", "at 5", "later", "after work", "on Sunday", "in May", "next week", "when you can",
               "before 10:30", "soon", "this evening", "at 1700Z", "on the 4th", "in 5 min", "around noon")  # fmt: skip
CUANDO: Final = ("mañana", "esta noche", "a las 5", "luego", "después", "el domingo", "en julio", "cuando puedas",
                 "antes de las 10:30", "pronto", "la semana que viene")  # fmt: skip
THINGS: Final = ("the report", "my keys", "dinner", "the invoice", "a taxi", "the meeting", "your ticket", "the boat")
COSAS: Final = ("el informe", "las llaves", "la cena", "la factura", "un taxi", "la reunión", "tu billete", "el barco")


def number(dice: Random) -> str:
    """A number in use, in one of the ways that people write it."""
    line, many = f"{dice.randrange(100, 200):04d}", dice.randrange(10**8)
    return dice.choice((
        f"+44 20 7946 {line}", f"(415) 555-{line}", f"415-555-{line}", f"020 7946 {line}", f"090{many:08d}",
        f"0871{many % 10**7:07d}", f"+1415555{line}", f"1-800-555-{line}", "911", f"+34 911 23 {line[:2]} {line[2:]}",
    ))  # fmt: skip


def digits(dice: Random) -> str:
    """Digits that are no telephone number: times, amounts, positions, addresses, numbers of orders and flights."""
    a, b = dice.randrange(10, 60), dice.randrange(100, 1000)
    return dice.choice((
        f"{a % 24}:{b % 60:02d}", f"${a}.{b % 100:02d}", f"{a},{b} EUR", f"{a}.{b}{a} N 0{a % 10}.{b} W", f"#{b}{a}",
        f"{a}{b}-{b}{a}", f"order {b}{a}{b}", f"BA{b}", f"K{a % 9 + 1}", f"{a}/{b % 12 + 1}/2026", f"{b} Baker St",
        f"2026-0{a % 9 + 1}-{b % 18 + 10}", f"192.168.{a}.{b % 250}", f"{a} {b % 60:02d}.4N 0{a} {a}.2W", f"{a}%",
        f"{b}{b}",
    ))  # fmt: skip
