"""The figures: one table for people, one JSON list for programs."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, beside what the bare minimum of the same work took in the same run."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None


@dataclass
class Table:
    """Figures in the order in which they were measured; notes are printed under them."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, floor: float | None = None) -> None:
        """Add a figure and show it at once."""
        ratio = round(value / floor, 4) if floor else None
        figure = Figure(name, round(value, 3), unit, None if floor is None else round(floor, 3), ratio)
        self.figures.append(figure)
        print(_line(figure), flush=True)

    def percentiles(self, name: str, values: Sequence[float], floors: Sequence[float], *at: int) -> None:
        """Add percentiles of times in seconds, shown in milliseconds."""
        for p in at:
            self.add(f"{name} p{p}", percentile(values, p) * 1000, "ms", percentile(floors, p) * 1000)

    def note(self, text: str) -> None:
        """Say something under the table, and now."""
        self.notes.append(text)
        print(f"  # {text}", flush=True)

    def cpu(self, what: str, seconds: Mapping[str, float], calls: int) -> None:
        """Note where processor time went."""
        parts = [f"{role} {1000 * s / calls:.1f}" for role, s in sorted(seconds.items(), key=lambda x: -x[1]) if s]
        total = 1000 * sum(seconds.values()) / calls
        self.note(f"{what}: {total:.1f} ms CPU a call: " + ", ".join(parts))

    def print(self) -> None:
        """Print the whole table."""
        print("\n" + "\n".join([_head(), *map(_line, self.figures), "", *self.notes]))

    def write(self, path: Path = RESULTS) -> None:
        """Write the figures as a JSON list."""
        path.write_text(json.dumps([asdict(figure) for figure in self.figures], indent=1) + "\n", encoding="utf-8")


def percentile(values: Sequence[float], p: int) -> float:
    """The p-th percentile, linear between neighbours."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[p - 1]


def _head() -> str:
    return f"{'figure':<58}{'value':>12} {'unit':<10}{'floor':>14}{'ratio':>9}"


def _line(figure: Figure) -> str:
    floor = "-" if figure.floor is None else f"{figure.floor:,.2f}"
    ratio = "-" if figure.ratio is None else f"{figure.ratio:.3g}"
    return f"{figure.name:<58}{figure.value:>12,.2f} {figure.unit:<10}{floor:>14}{ratio:>9}"
