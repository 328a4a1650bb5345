"""`cordboard routes`: how each carrier does, in a line."""

from collections.abc import Iterator
from dataclasses import dataclass

import click
from sqlalchemy import Connection

from billing import decks
from cordboard.cli.context import Tools, with_tools
from cordboard.cli.printing import as_json, table
from dispatcher import health, ports
from dispatcher.health import Health, HealthRules
from dispatcher.routes import Routes
from dispatcher.switches.ari_requests import Carrier

NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One carrier: its ports in use, orders that wait for one, what became of its last calls."""

    carrier: Carrier
    used: int
    waiting: int
    health: Health
    ill: bool
    has_deck: bool

    @property
    def state(self) -> str:
        """In a word: the first that is so."""
        full = self.carrier.ports and self.used >= self.carrier.ports
        if not self.has_deck:
            return "no deck"
        return "ill" if self.ill else "full" if full else "well" if self.health.seizures else "quiet"


@click.command()
@click.option("--json", "json_", is_flag=True, help="For programs.")
@with_tools
def routes(tools: Tools, json_: bool) -> None:
    """Show each carrier: its ports, its pace, and how its calls went.

    Seizures are calls it was given, ASR is the share of them that was
    answered, Failed those that its network could not carry. A carrier that
    is ill is tried after the others, until it does better by itself.
    """
    from cordboard.wiring import Parts

    known = Parts(tools.settings).routes
    with tools.db.read() as conn:
        lines = [*_lines(conn, known, tools.clock.ms())]
    if json_:
        as_json([_for_programs(line) for line in lines])
        return
    table(
        ("Carrier", "Ports", "Calls/s", "Seizures", "ASR", "Failed", "State", "Cost deck"),
        [_cells(line) for line in lines],
        right="23456",
    )
    for said in _to_know(lines, known.rules):
        click.echo(said)


def _lines(conn: Connection, known: Routes, now_ms: int) -> Iterator[Line]:
    used, waiting = ports.in_use(conn, known.by_name), ports.queued(conn)
    there = {deck.name for deck in decks.list_decks(conn, now_ms)}
    for name, each in known.by_name.items():
        seen = health.look(conn, name, now_ms, known.rules)
        has_deck = not each.deck or each.deck in there
        yield Line(each, used.get(name, 0), waiting.get(name, 0), seen, seen.is_ill(known.rules), has_deck)


def _cells(line: Line) -> tuple[str, ...]:
    each, seen = line.carrier, line.health
    asr = NOTHING if seen.asr is None else f"{seen.asr}%"
    limit = str(each.ports or NOTHING)
    return (
        each.name, f"{line.used}/{limit}", f"{each.cps:g}" if each.cps else NOTHING, str(seen.seizures), asr,
        str(seen.failed), line.state, each.deck or NOTHING,
    )  # fmt: skip


def _to_know(lines: list[Line], rules: HealthRules) -> Iterator[str]:
    yield f"\nSeizures, ASR and failures are of the last {rules.minutes} minutes, at most {health.MOST} calls each."
    for line in lines:
        name = line.carrier.name
        if not line.has_deck:
            how = "its costs are not known" if line.carrier.allow_loss else "until it is, nothing goes that way"
            yield f"{name}: its cost deck {line.carrier.deck} is not there; {how}."
        if line.ill:
            yield f"{name} is ill: it is tried after the others."
        if line.waiting:
            yield f"{name}: {line.waiting} order{'s wait' if line.waiting > 1 else ' waits'} for a port of it."
    if not any(line.carrier.uplink for line in lines):
        yield "No carrier is an uplink: satellite numbers can't be called."


def _for_programs(line: Line) -> dict[str, object]:
    each, seen = line.carrier, line.health
    return {
        "name": each.name,
        "state": line.state,
        "uplink": each.uplink,
        "prefixes": list(each.prefixes),
        "priority": each.priority,
        "ports_used": line.used,
        "ports": each.ports or None,
        "waiting": line.waiting,
        "cps": each.cps or None,
        "seizures": seen.seizures,
        "answered": seen.answered,
        "asr_percent": seen.asr,
        "failed": seen.failed,
        "ill": line.ill,
        "deck": each.deck or None,
    }
