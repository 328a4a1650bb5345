"""A story as `cordboard why` prints it."""

import textwrap
from collections.abc import Iterator

import click

from cordboard.cli.printing import COLUMNS, INDENT, exact, folded, spaced
from cordboard.story import Facts, Story
from cordboard.story_questions import in_words, proof_in_words
from inbound.api.reader import API
from kernel.clock import at, iso
from kernel.money import plain
from orders.states import how_far

ELSEWHERE = frozenset({"peer", "from", "proof", "quote", "minutes"})
"""Of the evidence what is told in lines of its own, or is for programs."""
WAIVED = {
    "unjoined": "not charged: the other leg never answered, and this account then pays nothing for this one",
    "late_b": "not charged: leg B answered after leg A had left or a drop, and was hung up within 2 s",
    "late_a": "not charged: leg A answered after leg B had left or a drop, and was hung up within 2 s",
}
NOTES = {
    "capped": "capped: the hold had no more left than what was charged",
    "estimated": "estimated: nobody recorded its end; billed to when it was last seen alive, or by hand",
}


class Page:
    """A story as it is printed. Times of its first day go without their date."""

    def __init__(self, story: Story) -> None:
        self.story, self.message = story, story.message
        self.day = at(story.message["stored_ms"]).date()
        self.currency = story.order["currency"] if story.order else ""

    def show(self) -> None:
        """Print all of it."""
        self._top(self.story.order)
        head(f"\nWhat happened ({self.day} UTC)")
        for each in self.story.timeline():
            self._at(each["at_ms"], each["what"])
        self._message(self.message, self.message["evidence"])
        if self.story.question:
            self._question(self.story.question)
        self._gate()
        if self.story.price:
            self._price(self.story.price, self.story.price["hold"], self.story.price["limits"])
        for leg in self.story.legs:
            self._leg(leg)
        self._ledger()
        self._told()

    def _top(self, order: Facts | None) -> None:
        if order is None:
            head("A message that placed no order", self.message["became"])
            return
        paid = self._money(self.story.price["hold"]["spent"]) if self.story.price else "nothing"
        far = how_far(order["state"], order["first"])
        state = f"{order['outcome']}, {paid} charged" if order["ended_ms"] else f"{far}, {paid} so far"
        a, b = (spaced("x".join(filter(None, (order[f"number_{x}"], order[f"extension_{x}"])))) for x in "ab")
        trusted = not order["press_1"] and order["first"] == "A"
        notes = f"{order['bill'] and ', bill ' + order['bill']}{', without pressing 1' if trusted else ''}"
        name = order["name_b"] and f"{order['name_b']} "
        parties = (a, f"{name}{b}") if order["first"] == "A" else (f"{name}{b}", a)
        who = f"{', then '.join(parties)}{notes}" if b else f"{a}, to hear a code"
        head(f"{order['ref']}  {order['account']}, {order['user']}: {state}", who)
        click.echo(f"{INDENT}order {order['id']}")
        if now := self.story.now:
            conducted = "at work" if now["conducted"] else "NOT AT WORK"
            read = "read" if now["log_is_read"] else "NOT READ, so nobody is rung"
            told = f"{now['state'].replace('_', ' ')}; conductor {conducted}; switch's log {read}"
            click.echo(_wrapped(f"now, {self._when(now['at_ms'])}: {told}", INDENT))

    def _message(self, message: Facts, evidence: Facts) -> None:
        looked = (f"{name}: {said}" for name, said in evidence.items() if name not in ELSEWHERE)
        head("\nMessage")
        folded(
            ("Id", message["id"]),
            ("Came", f"{iso(message['stored_ms'])} by {message['door']}, from {message['peer'] or 'nowhere'}"),
            ("From", f"{evidence.get('from', 'not read')} (envelope: {message['sender'] or 'none'})"),
            ("To", ", ".join(message["recipients"])),
            ("Proof", proof_in_words(evidence.get("proof", ""))),
            ("Evidence", "\n".join(looked)),
            ("Wrote", message["wrote"].strip() or "(not kept)"),
            ("Order", f"{message['ref']}  {message['order_id']}" if message["ref"] and not self.story.order else ""),
            *(("Again", f"{self._when(x['stored_ms'])} {x['id']}: {x['became']}") for x in self.story.again),
        )

    def _question(self, question: Facts) -> None:
        head("\nQuestion", in_words(question))
        if question["message_id"] != self.message["id"]:
            click.echo(f"{INDENT}asked for message {question['message_id']}")

    def _gate(self) -> None:
        head("\nGate", "" if self.story.rules else "It was not asked.")
        folded(
            ("Passed", ", ".join(rule["rule"] for rule in self.story.rules if rule["said"] == "passed")),
            *(("Stopped", f"{rule['rule']}: {rule['said']}") for rule in self.story.rules if rule["said"] != "passed"),
            ("Not asked", ", ".join(self.story.not_asked)),
        )

    def _price(self, price: Facts, hold: Facts, limits: Facts) -> None:
        kept = f"released {self._when(hold['closed_ms'])}" if hold["closed_ms"] else "STILL HELD"
        head("\nPrice, frozen when the order was placed")
        two = price["b"] is not None
        of_b = f" and B {limits['b_s']} s" if two else ""
        cut = f"A is cut {limits['a_s']} s{of_b} after answer"
        folded(
            ("Leg A", self._terms(price["a"])),
            ("Leg B", self._terms(price["b"]) if two else ""),
            ("Tax", f"{plain(price['tax_ppm'] * 100)} %"),
            ("Waiting", f"{price['confirm_s']} s to press 1, {price['ring_b_s']} s of ringing" if two else ""),
            ("Unjoined", f"leg {price['first']} is {'' if price['charge_unjoined'] else 'not '}charged" if two else ""),
            ("Hold", f"{self._money(hold['amount'])}, {self._money(hold['spent'])} of it spent, {kept}"),
            ("Ceiling", f"{self._money(hold['most'])}, {hold['most_talk_s']} s talk"),
            ("Pays for", f"{limits['talk_s']} s talk; {cut}"),
        )

    def _terms(self, terms: Facts) -> str:
        fee = f" + {self._money(terms['connect_fee'])} to connect" if terms["connect_fee"] else ""
        by = f"by {terms['first']} s, then {terms['next']} s; deck {terms['deck']}"
        return f"{terms['prefix']} {terms['destination']}: {self._money(terms['rate'])}/min{fee}, {by}"

    def _leg(self, leg: Facts) -> None:
        steps = ("claimed", "dialling", "answered", "ended")
        times = [f"{step} {self._when(leg[step + '_ms'])}" for step in steps if leg[step + "_ms"]]
        head(f"\nLeg {leg['role']}: {spaced(leg['number'])} by {leg['carrier']} on {leg['switch']}, {leg['state']}")
        folded(
            ("Attempt", leg["id"]),
            ("Times", ", ".join([*times, *([] if leg["dialling_ms"] else ["NEVER DIALLED"])])),
            ("Cause", "" if leg["cause"] is None else f"{leg['cause']} ({leg['cause_word']})"),
            ("End reason", leg["end_reason"]),
            ("Cut", f"{leg['limit_s']} s after its answer at the latest"),
            *(("Bill" if not n else "", line) for n, line in enumerate(self._bill(leg, leg["bill"]))),
        )

    def _bill(self, leg: Facts, bill: Facts | None) -> Iterator[str]:
        if bill is None:
            by_hand = f"ANSWERED AND NOT BILLED; see `cordboard ledger settle {leg['id']}`"
            yield "" if leg["state"] != "ended" else by_hand if leg["answered_ms"] else "nothing: it was not answered"
            return
        yield bill["arithmetic"]
        yield WAIVED.get(bill["waived"], "")
        yield from (note for name, note in NOTES.items() if bill[name])
        yield f"charged {self._money(bill['charge'])} + {self._money(bill['tax'])} tax"

    def _ledger(self) -> None:
        if self.story.order:
            head("\nLedger", "" if self.story.ledger else "Nothing was booked.")
        for each in self.story.ledger:
            lines = ", ".join(f"{x['ledger'].partition(':')[0]} {plain(x['amount'])}" for x in each["entries"])
            self._at(each["at_ms"], f"{each['kind']} {each['memo']}: {lines} {self.currency}")

    def _told(self) -> None:
        at_once = self.message["answer"] if self.message["door"] == API else ""
        head("\nWhat was said", "" if self.story.told else f"At once: {at_once}" if at_once else "Nothing, to nobody.")
        for each in self.story.told:
            what, _, of = each["key"].partition(":")
            whom = "the operator" if what in {"shunted", "absurd"} else "the sender"
            again = " again" if what == "answer" and of != self.message["id"] else ""
            state = f"NOT SENT, {each['state']} after {each['tries']} tries" + (each["error"] and f": {each['error']}")
            state = f"sent {self._when(each['sent_ms'])}" if each["sent_ms"] else state
            self._at(each["created_ms"], f"{what}{again} to {whom}, {state}")
            for line in each["text"].strip().split("\n"):
                click.echo(_wrapped(line, INDENT * 2))

    def _at(self, ms: int, what: str) -> None:
        click.echo(_wrapped(what, f"{INDENT}{self._when(ms)}  "))

    def _when(self, ms: int) -> str:
        date = "" if at(ms).date() == self.day else f"{at(ms):%m-%d} "
        return f"{date}{at(ms):%H:%M:%S}.{ms % 1000:03d}"

    def _money(self, micro: int) -> str:
        return exact(micro, self.currency)


def head(title: str, line: str = "") -> None:
    """A title in bold, and a line below it."""
    click.echo(click.style(title, bold=True))
    if line:
        click.echo(_wrapped(line, INDENT))


def _wrapped(text: str, first: str) -> str:
    """The text within the page, its further lines under its first word."""
    return textwrap.fill(text, COLUMNS, initial_indent=first, subsequent_indent=" " * len(first)) or first.rstrip()
