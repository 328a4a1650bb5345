"""`python -m bench`: everything once, small enough for three minutes; see --help for more."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from bench import calls, door, money, past, words
from bench.street import on_asterisk_22, on_the_exchange
from bench.table import Table
from cordboard.lab import asterisk, phones

PARTS = ("door", "latency", "exchange", "asterisk", "ratings", "money", "legs", "words")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="calls of a round (default 200)")
    parser.add_argument("--repeat", type=int, default=1, help="rounds, of which the median counts (default 1)")
    parser.add_argument(
        "--mails", type=int, default=200, help="mails to the door, and evenly spaced ones (default 200)"
    )
    parser.add_argument("--workers", type=int, default=2, help="RQ workers of the whole product (default 2)")
    parser.add_argument("--holds", type=int, default=1000, help="holds to settle (default 1000)")
    parser.add_argument("--legs", type=int, default=200, help="legs to be live at once (default 200)")
    parser.add_argument("--lines", type=int, default=10_000, help="lines of chat to read (default 10,000)")
    parser.add_argument("--past", type=int, default=0, help="repeat with so many past calls (default: don't)")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this only; may be repeated")
    return parser.parse_args()


def _measure(table: Table, options: argparse.Namespace, folder: Path) -> None:
    wanted = set(options.only or PARTS)
    if "ratings" in wanted:
        money.ratings(table)
    if "money" in wanted:
        money.hold_and_settle(table, folder, options.holds, 0)
        money.hold_and_settle_on_postgresql(table, folder, options.holds)
    if "words" in wanted:
        words.chatter(table, options.lines)
    if wanted & {"door", "latency", "exchange", "legs"}:
        _on_the_exchange(table, options, folder / "exchange", wanted)
    if "asterisk" in wanted:
        _on_asterisk(table, options, folder / "asterisk")
    if options.past and "money" in wanted:
        money.hold_and_settle(table, folder, options.holds, options.past)
    if options.past and "exchange" in wanted:
        _with_a_past(table, options, folder / "past")


def _on_the_exchange(table: Table, options: argparse.Namespace, folder: Path, wanted: set[str]) -> None:
    with on_the_exchange(folder) as street:
        if "latency" in wanted:
            door.latency(table, street, folder, options.mails)
        if "exchange" in wanted:
            calls.product_and_floor(table, street, "built-in exchange", options.calls, options.repeat, options.workers)
        if "legs" in wanted:
            calls.held(table, street, options.legs, options.workers)
        if "door" in wanted:  # last: what it orders is never launched
            door.accept(table, street, options.mails)


def _on_asterisk(table: Table, options: argparse.Namespace, folder: Path) -> None:
    if why := asterisk.why_not() or phones.why_not():
        table.note(f"real Asterisk left out: {why}")
        return
    with on_asterisk_22(folder) as street:
        calls.product_and_floor(table, street, "real Asterisk", options.calls, options.repeat, options.workers)


def _with_a_past(table: Table, options: argparse.Namespace, folder: Path) -> None:
    with on_the_exchange(folder) as street:
        past.fill(street.house.settings.home / "cordboard.db", street.people, options.past)
        where = f"built-in exchange, {options.past} past calls"
        calls.product_and_floor(table, street, where, options.calls, options.repeat, options.workers)


def main() -> None:
    """Measure, print, write."""
    options, table, began = _options(), Table(), time.monotonic()
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="cordboard-bench-") as folder:
        _measure(table, options, Path(folder))
    table.note(f"{os.cpu_count()} cores; load average before {before:.1f}; {time.monotonic() - began:.0f} s in all")
    table.print()
    table.write()


if __name__ == "__main__":
    main()
