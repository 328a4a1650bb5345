"""How a call goes, as one table: (state, event) -> (next state, actions).

The first leg is the one that is rung first, the second the other: `orders.first` says which of them is A.

Live events of the switch, lines of its log and recovery after a restart all feed this table; there is no other.
A pair that is not in the table changes nothing: the event came twice, late, or out of order.
"""

from dataclasses import dataclass
from enum import StrEnum

from orders.states import LIVE_ORDERS
from orders.states import OrderState as S


class Event(StrEnum):
    """What can happen to a call."""

    FIRST_READY = "first_ready"  # its channel is in our application; nobody rings yet
    FIRST_ANSWERED = "first_answered"
    FIRST_TRUSTED = "first_trusted"  # answered, and this order needs no pressed 1
    FIRST_LISTENS = "first_listens"  # answered, and this order speaks a code to them and rings nobody else
    PRESSED_1 = "pressed_1"
    NOT_PRESSED = "not_pressed"  # 20 s without a 1
    FIRST_ENDED = "first_ended"
    FIRST_AGAIN = "first_again"  # it ended unanswered, and another try was claimed
    SECOND_READY = "second_ready"
    SECOND_ANSWERED = "second_answered"
    SECOND_ENDED = "second_ended"
    SECOND_AGAIN = "second_again"
    TOLD = "told"  # the words to the first were played
    NOT_TOLD = "not_told"  # the code could not be, or took too long
    LOW = "low"  # what the hold pays for is almost used up, or the switch was not told of all of it
    DROP = "drop"  # somebody wishes it to end
    LOST = "lost"  # its switch stays away: whatever it has of the call is ended when it comes back


class Action(StrEnum):
    """What is asked of the switch, after the state was committed."""

    CREATE_1 = "create_1"  # only of another try: the first is made by a worker
    DIAL_1 = "dial_1"
    ARM_1 = "arm_1"  # set the first leg's limit anew, from its answer
    ASK_1 = "ask_1"  # play who asked, wait for a 1
    SPEAK = "speak"  # say the order's code, twice
    CREATE_2 = "create_2"
    DIAL_2 = "dial_2"  # bridged before, so that the first hears the second ringing
    ARM_JOINED = "arm_joined"  # the second's limit from its answer; the first's reaches beyond, either end ends both
    RENEW_2 = "renew_2"  # it rings on: its limit, which runs from its making, is set anew, from now
    EXTEND = "extend"  # set both limits anew, to what a larger hold pays for
    TELL_1 = "tell_1"
    END_1 = "end_1"
    END_2 = "end_2"


@dataclass(frozen=True, slots=True)
class Step:
    """Where a call goes, what is asked of the switch, and the outcome if this step decides it."""

    to: S
    actions: tuple[Action, ...] = ()
    outcome: str = ""


E, A = Event, Action

_CAN_BE_DROPPED = LIVE_ORDERS - {S.TELLING, S.CLOSING}
_CAN_BE_LOST = _CAN_BE_DROPPED - {S.CLAIMED}
"""What is claimed rings nobody: it is due again, on another switch."""

PROGRESS: dict[tuple[S, Event], Step] = {
    (S.CLAIMED, E.FIRST_READY): Step(S.RINGING_1, (A.DIAL_1,)),
    # Another route, another telephone, or the same once more (`dispatcher.tries`); as often as those say.
    (S.RINGING_1, E.FIRST_AGAIN): Step(S.REACHING_1, (A.CREATE_1,)),
    (S.REACHING_1, E.FIRST_AGAIN): Step(S.REACHING_1, (A.CREATE_1,)),
    (S.REACHING_1, E.FIRST_READY): Step(S.RINGING_1, (A.DIAL_1,)),
    (S.REACHING_1, E.FIRST_ENDED): Step(S.CLOSING, (), "first"),
    (S.REACHING_2, E.SECOND_AGAIN): Step(S.REACHING_2, (A.CREATE_2,)),
    (S.RINGING_2, E.SECOND_AGAIN): Step(S.REACHING_2, (A.CREATE_2,)),
    (S.RINGING_1, E.FIRST_ANSWERED): Step(S.CONFIRMING, (A.ARM_1, A.ASK_1)),
    (S.RINGING_1, E.FIRST_TRUSTED): Step(S.REACHING_2, (A.ARM_1, A.CREATE_2)),
    (S.CONFIRMING, E.PRESSED_1): Step(S.REACHING_2, (A.CREATE_2,)),
    (S.CONFIRMING, E.NOT_PRESSED): Step(S.CLOSING, (A.END_1,), "not_confirmed"),
    (S.RINGING_1, E.FIRST_LISTENS): Step(S.SPEAKING, (A.ARM_1, A.SPEAK)),
    (S.SPEAKING, E.TOLD): Step(S.CLOSING, (A.END_1,), "code_spoken"),
    (S.SPEAKING, E.NOT_TOLD): Step(S.CLOSING, (A.END_1,), "code_not_spoken"),
    (S.SPEAKING, E.FIRST_ENDED): Step(S.CLOSING, (), "code_cut_short"),
    (S.REACHING_2, E.SECOND_READY): Step(S.RINGING_2, (A.DIAL_2,)),
    (S.RINGING_2, E.SECOND_ANSWERED): Step(S.JOINED, (A.ARM_JOINED,), "talked"),
    (S.JOINED, E.LOW): Step(S.JOINED, (A.EXTEND,)),
    (S.REACHING_2, E.SECOND_ENDED): Step(S.TELLING, (A.TELL_1,), "second"),
    (S.RINGING_2, E.SECOND_ENDED): Step(S.TELLING, (A.TELL_1,), "second"),
    (S.JOINED, E.SECOND_ENDED): Step(S.CLOSING, (A.END_1,)),
    (S.TELLING, E.TOLD): Step(S.CLOSING, (A.END_1,)),
    # The first is gone: before it answered that is the outcome, later the second must not be left ringing or talking to
    # nobody. Before it was dialled it is no outcome at all: settling makes the order due again.
    (S.RINGING_1, E.FIRST_ENDED): Step(S.CLOSING, (), "first"),
    (S.CONFIRMING, E.FIRST_ENDED): Step(S.CLOSING, (), "not_confirmed"),
    (S.REACHING_2, E.FIRST_ENDED): Step(S.CLOSING, (A.END_2,), "first_left"),
    (S.RINGING_2, E.FIRST_ENDED): Step(S.CLOSING, (A.END_2,), "first_left"),
    (S.JOINED, E.FIRST_ENDED): Step(S.CLOSING, (A.END_2,)),
    (S.TELLING, E.FIRST_ENDED): Step(S.CLOSING),
    # The second answered while the first was leaving, or after a drop: end it; it is not charged under 2 s.
    (S.CLOSING, E.SECOND_ANSWERED): Step(S.CLOSING, (A.END_2,)),
    **{(state, E.DROP): Step(S.CLOSING, (A.END_1, A.END_2), "dropped") for state in sorted(_CAN_BE_DROPPED)},
    **{(state, E.LOST): Step(S.CLOSING, (A.END_1, A.END_2), "switch_lost") for state in sorted(_CAN_BE_LOST)},
    (S.TELLING, E.LOST): Step(S.CLOSING, (A.END_1,)),
    (S.TELLING, E.DROP): Step(S.CLOSING, (A.END_1,)),  # why the second could not be had stays the outcome
}
"""An outcome of "first" or "second" becomes that leg's role with its hang-up cause: "a_busy", "b_no_answer"."""
