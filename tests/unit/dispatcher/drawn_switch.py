"""A switch reduced to what it is asked and what it tells, which comes late, twice and in any order, as it is drawn.

Events may be told in any order and again; the lines of the log come in the order in which they were written, as a file
has them, but as late as one likes and, after a restart, again.
"""

from collections import Counter, deque

from dispatcher.advance import Ask, Failed, Happening, Timer
from dispatcher.paperwork import Paperwork
from dispatcher.progress import Action, Event
from dispatcher.switches.base import Kind, LiveLeg
from tests.unit.dispatcher.desk import Desk, event
from tests.unit.dispatcher.told import Fact


class DrawnSwitch:
    """The channels of one order's legs. Every step takes a second."""

    def __init__(self, desk: Desk, order: str, leg_a: str, b_cause: int) -> None:
        self.desk, self.order, self.b_cause = desk, order, b_cause
        self.waiting: list[Happening] = []
        self.told: list[Happening] = []
        self.log: deque[Fact] = deque()
        self.state: dict[str, str] = {}
        self.times: dict[str, list[int]] = {}
        self.dialled: Counter[str] = Counter()
        self.leg_b = ""
        self.leg_a = leg_a
        self._make(leg_a)

    # -- what is asked of it -----------------------------------------------------------------------------------------

    def asked(self, asks: list[Ask]) -> None:
        for ask in asks:
            assert ask.plan is None or ask.plan.amount <= self.desk.hold(self.order).amount  # never armed beyond it
            match ask.action:
                case Action.DIAL_1 | Action.DIAL_2:
                    self._dial(ask.attempt_id)
                case Action.CREATE_2 if self.b_cause < 0:
                    self.waiting.append(Failed(ask.attempt_id, -self.b_cause))
                case Action.CREATE_2:
                    self.leg_b = ask.attempt_id
                    self._make(ask.attempt_id)
                case Action.ASK_1:
                    self.waiting += [event(Kind.DIGIT, self.leg_a, "1"), Timer(self.order, Event.NOT_PRESSED)]
                case Action.TELL_1:
                    self.waiting += [event(Kind.PLAYED, self.leg_a), Timer(self.order, Event.TOLD)]
                case Action.END_1 | Action.END_2 | None:
                    self.end(ask.attempt_id, 16)

    def _make(self, leg: str) -> None:
        if leg not in self.state:
            self.state[leg] = "down"
            self.waiting.append(event(Kind.READY, leg))

    def _dial(self, leg: str) -> None:
        self.dialled[leg] += 1
        if self.state[leg] != "down":
            return
        if leg == self.leg_b and self.b_cause:
            self.end(leg, self.b_cause)
            return
        self.state[leg], at_ms = "up", self.desk.now.later(1_000)
        self.times[leg] = [at_ms]
        self.waiting.append(event(Kind.UP, leg))
        self.log.append((leg, "answer", at_ms, None))

    def end(self, leg: str, cause: int) -> None:
        """A leg ends; a hang-up handler takes the other along."""
        was = self.state.get(leg)
        if was in (None, "gone"):
            return
        self.state[leg], at_ms = "gone", self.desk.now.later(1_000)
        if leg in self.times:
            self.times[leg].append(at_ms)
        self.waiting.append(event(Kind.GONE, leg, str(cause)))
        self.log.append((leg, "hangup", at_ms, cause))
        if leg == self.leg_a:
            self.end(self.leg_b, 16)
        elif was == "up":
            self.end(self.leg_a, 16)

    # -- what it tells -----------------------------------------------------------------------------------------------

    def move(self, papers: Paperwork, drawn: int) -> None:
        """One of the things that may happen now, the `drawn`-th."""
        up = [leg for leg, state in self.state.items() if state == "up"]
        ways = len(self.waiting) + bool(self.log) * 2 + len(self.told) + len(up)
        if not ways:
            return
        at = drawn % ways
        if at < len(self.waiting):
            self.tell(papers, [self.waiting.pop(at)])
        elif (at := at - len(self.waiting)) < bool(self.log) * 2:
            self.write_log(papers, len(self.log) if at else 1)
        elif (at := at - bool(self.log) * 2) < len(self.told):
            self.asked(papers.take([self.told[at]]))
        else:
            self.end(up[at - len(self.told)], 16)

    def look_after(self, papers: Paperwork) -> None:
        """What a conductor does by itself every half second."""
        for happenings in (papers.wished(), papers.low()):
            self.asked(papers.take(happenings))

    def tell(self, papers: Paperwork, happenings: list[Happening]) -> None:
        self.told += happenings
        self.asked(papers.take(happenings))

    def write_log(self, papers: Paperwork, lines: int) -> None:
        self.desk.log(*[self.log.popleft() for _ in range(min(lines, len(self.log)))])
        self.tell(papers, list(papers.log_rows()))

    def restart(self) -> Paperwork:
        """The conductor dies and another one takes over: what was not told yet is never told, but by the log."""
        self.waiting.clear()
        papers = self.desk.papers()
        there = [LiveLeg(leg, state == "up", False) for leg, state in self.state.items() if state != "gone"]
        self.asked(papers.recover(there, [])[0])
        return papers

    def to_the_end(self, papers: Paperwork) -> None:
        """Tell all that is left, in order; who still talks then hangs up."""
        while self.waiting or self.log or "up" in self.state.values() or "down" in self.state.values():
            if not self.waiting and not self.log:
                self.end(next(leg for leg, state in self.state.items() if state != "gone"), 16)
            if self.waiting:
                self.tell(papers, [self.waiting.pop(0)])
            if self.log:
                self.write_log(papers, 1)
