"""What a worker asks of Twilio: nothing. The first leg is written down, and the conductor has it rung."""

from dataclasses import dataclass

from dispatcher.switches.ari_requests import CHANNEL_ID, E164, Carrier
from dispatcher.switches.base import LegPlan
from dispatcher.switches.twilio import legs
from kernel.clock import Clock
from kernel.db import Database


@dataclass(frozen=True, slots=True)
class TwilioOnce:
    """For one switch. `own` is what those called see who are to see no other number: Twilio can withhold none."""

    db: Database
    clock: Clock
    switch: str
    own: str

    def create(self, plan: LegPlan, _carrier: Carrier | None = None, _app: str = "") -> None:
        """Write the leg down."""
        if not E164.fullmatch(plan.number) or not CHANNEL_ID.fullmatch(plan.attempt_id):
            raise ValueError("a leg is dialled by a checked E.164 number under an id of ours only")
        shown = plan.caller_id if E164.fullmatch(plan.caller_id) else self.own
        with self.db.write() as conn:
            legs.make(conn, self.switch, plan, shown, self.clock.ms())

    def is_there(self) -> bool:
        """Always, for all a worker knows: calls there go on without us, with the limits that they have."""
        return True

    def hang_up(self, attempt_id: str) -> None:
        """A leg that was not dialled is over. One that was is the conductor's."""
        with self.db.write() as conn:
            row = legs.by_id(conn, attempt_id)
            if row is not None and row.dialled_ms is None:
                legs.bury(conn, attempt_id, self.clock.ms())
