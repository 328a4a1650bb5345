"""A way that the settings say nothing of: what is to go by it waits until they do, or until it is too old."""

from dataclasses import dataclass

from kernel.errors import Unavailable
from replies.ways import Reply


@dataclass(frozen=True, slots=True)
class Missing:
    """Sends nothing. `what` is missing, for the operator."""

    what: str
    take_ms: int = 1_000

    def send(self, reply: Reply) -> None:  # noqa: ARG002 (it can't be sent)
        """Say why not."""
        raise Unavailable(f"The settings name no {self.what}.")
