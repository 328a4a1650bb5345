"""Which carrier a leg leaves by: the longest matching prefix, then the lowest priority number."""

from collections.abc import Iterable

from dispatcher.switches.ari_requests import Carrier
from kernel.errors import Misconfigured


class Routes:
    """The carriers of one switch, by number."""

    def __init__(self, carriers: Iterable[Carrier]) -> None:
        self.by_name = {carrier.name: carrier for carrier in carriers}
        self._rows = sorted(
            ((prefix.lstrip("+"), carrier) for carrier in self.by_name.values() for prefix in carrier.prefixes),
            key=lambda row: (-len(row[0]), row[1].priority, row[1].name),
        )

    def has(self, e164: str) -> bool:
        """Whether a carrier takes this number."""
        return any(e164[1:].startswith(prefix) for prefix, _ in self._rows)

    def carrier_for(self, e164: str) -> Carrier:
        """The carrier to dial this number by. Misconfigured if none takes it."""
        for prefix, carrier in self._rows:
            if e164[1:].startswith(prefix):
                return carrier
        raise Misconfigured("No carrier takes this number: give one an empty prefix in the settings.")
