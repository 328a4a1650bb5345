"""The whole story of an order, or of a message that placed none: everything that was kept of it, put in order.

Keys that end in `_ms` are milliseconds since the epoch; amounts are micro-units.
"""

from dataclasses import dataclass
from typing import Any

from cordboard.story_questions import times_of
from kernel.money import plain

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """What is known. `order`, `price` and `now` are None for a message without an order, `now` for an ended one."""

    message: Facts
    rules: list[Facts]  # rule, said
    not_asked: list[str]  # those behind the one that refused
    order: Facts | None
    price: Facts | None
    legs: list[Facts]
    ledger: list[Facts]
    told: list[Facts]
    again: list[Facts]  # redeliveries of the same message
    now: Facts | None
    question: Facts | None  # that was asked about it

    def timeline(self) -> list[Facts]:
        """All that has a time, oldest first: at_ms, what. Lines of the switch's log say so; all else is our clock."""
        seen = [(self.message["stored_ms"], f"message stored, from {self.message['peer'] or 'nowhere'}")]
        seen += [(self.message["handled_ms"], f"message {self.message['state']}")]
        seen += [(each["stored_ms"], f"the same message again, from {each['peer']}") for each in self.again]
        seen += times_of(self.question) if self.question else []
        if self.order and self.price:
            hold = self.price["hold"]
            seen += [(self.order["accepted_ms"], f"order {self.order['ref']} accepted, hold made")]
            seen += [(self.order["joined_ms"], "joined"), (hold["closed_ms"], "hold released")]
            seen += [(self.order["ended_ms"], f"order ended: {self.order['outcome']}")]
            seen += [(self.order["drop_ms"], "a drop was asked for")]
            seen += [(each["at_ms"], _slice_line(each, self.order["currency"])) for each in hold["slices"]]
        for leg in self.legs:
            seen += [(leg["claimed_ms"], f"leg {leg['role']} claimed, to {leg['number']}")]
            seen += [(leg["dialling_ms"], f"leg {leg['role']} dialled by {leg['carrier']}")]
            seen += [(line["at_ms"], _log_line(leg["role"], line)) for line in leg["log"]]
            if all(line["what"] != "hangup" for line in leg["log"]):
                seen.append((leg["ended_ms"], f"leg {leg['role']} ended, by what we know; the log has no end"))
        seen += [(each["at_ms"], f"booked: {each['kind']} {each['memo']}") for each in self.ledger]
        for each in self.told:
            what = each["key"].partition(":")[0]
            seen += [(each["created_ms"], f"{what} written"), (each["sent_ms"], f"{what} sent")]
        return [{"at_ms": ms, "what": what} for ms, what in sorted((x for x in seen if x[0]), key=lambda x: x[0])]


def _log_line(role: str, line: Facts) -> str:
    cause = "" if line["cause"] is None else f", cause {line['cause']} ({line['cause_word']})"
    return f"switch's log: {line['what']} of leg {role}{cause}"


def _slice_line(each: Facts, currency: str) -> str:
    minutes, seconds = divmod(each["talk_s"], 60)
    return f"held {plain(each['more'])} {currency} more, to {minutes}:{seconds:02} of talk"
