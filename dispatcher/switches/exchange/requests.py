"""A request of ARI, however it came: the ids of its path, its parameters, its variables; and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dispatcher.switches.exchange.errors import AriError

Answer = tuple[int, object]
NO_CONTENT: Final[Answer] = (204, None)


@dataclass(slots=True)
class Request:
    """A request: the ids of its path, its parameters, its variables."""

    ids: tuple[str, ...]
    args: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables of the body."""
        found = self.body.get("variables")
        return found if isinstance(found, dict) else {}

    def get(self, name: str) -> str:
        """Give a parameter, empty if absent."""
        return self.args.get(name, "")

    def need(self, name: str, sentence: str) -> str:
        """Give a parameter that must be there."""
        value = self.args.get(name, "")
        if not value:
            raise AriError(400, sentence)
        return value

    def number(self, name: str) -> float:
        """Give a parameter that is a number, 0 if absent."""
        try:
            return float(self.args.get(name, "") or 0)
        except ValueError:
            raise AriError(400, f"{name} is not a number") from None
