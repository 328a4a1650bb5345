"""How a call goes, as one table: (state, event) -> (next state, actions).

Live events of the switch, lines of its log and recovery after a restart all feed this table; there is no other.
A pair that is not in the table changes nothing: the event came twice, late, or out of order.
"""

from dataclasses import dataclass
from enum import StrEnum

from orders.states import LIVE_ORDERS
from orders.states import OrderState as S


class Event(StrEnum):
    """What can happen to a call."""

    A_READY = "a_ready"  # its channel is in our application; nobody rings yet
    A_ANSWERED = "a_answered"
    A_TRUSTED = "a_trusted"  # answered, and this order needs no pressed 1
    A_LISTENS = "a_listens"  # answered, and this order speaks a code to them and rings nobody else
    PRESSED_1 = "pressed_1"
    NOT_PRESSED = "not_pressed"  # 20 s without a 1
    A_ENDED = "a_ended"
    B_READY = "b_ready"
    B_ANSWERED = "b_answered"
    B_ENDED = "b_ended"
    TOLD = "told"  # the words to A were played
    NOT_TOLD = "not_told"  # the code could not be, or took too long
    LOW = "low"  # what the hold pays for is almost used up, or the switch was not told of all of it
    DROP = "drop"  # somebody wishes it to end
    LOST = "lost"  # its switch stays away: whatever it has of the call is ended when it comes back


class Action(StrEnum):
    """What is asked of the switch, after the state was committed."""

    DIAL_A = "dial_a"
    ARM_A = "arm_a"  # set leg A's limit anew, from its answer
    ASK_A = "ask_a"  # play who asked, wait for a 1
    SPEAK = "speak"  # say the order's code, twice
    CREATE_B = "create_b"
    DIAL_B = "dial_b"  # bridged first, so that A hears B ringing
    ARM_JOINED = "arm_joined"  # set B's limit from its answer; A's reaches beyond it, and either end ends both
    EXTEND = "extend"  # set both limits anew, to what a larger hold pays for
    TELL_A = "tell_a"
    END_A = "end_a"
    END_B = "end_b"


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
    (S.CLAIMED, E.A_READY): Step(S.RINGING_A, (A.DIAL_A,)),
    (S.RINGING_A, E.A_ANSWERED): Step(S.CONFIRMING, (A.ARM_A, A.ASK_A)),
    (S.RINGING_A, E.A_TRUSTED): Step(S.REACHING_B, (A.ARM_A, A.CREATE_B)),
    (S.CONFIRMING, E.PRESSED_1): Step(S.REACHING_B, (A.CREATE_B,)),
    (S.CONFIRMING, E.NOT_PRESSED): Step(S.CLOSING, (A.END_A,), "not_confirmed"),
    (S.RINGING_A, E.A_LISTENS): Step(S.SPEAKING, (A.ARM_A, A.SPEAK)),
    (S.SPEAKING, E.TOLD): Step(S.CLOSING, (A.END_A,), "code_spoken"),
    (S.SPEAKING, E.NOT_TOLD): Step(S.CLOSING, (A.END_A,), "code_not_spoken"),
    (S.SPEAKING, E.A_ENDED): Step(S.CLOSING, (), "code_cut_short"),
    (S.REACHING_B, E.B_READY): Step(S.RINGING_B, (A.DIAL_B,)),
    (S.RINGING_B, E.B_ANSWERED): Step(S.JOINED, (A.ARM_JOINED,), "talked"),
    (S.JOINED, E.LOW): Step(S.JOINED, (A.EXTEND,)),
    (S.REACHING_B, E.B_ENDED): Step(S.TELLING, (A.TELL_A,), "b"),
    (S.RINGING_B, E.B_ENDED): Step(S.TELLING, (A.TELL_A,), "b"),
    (S.JOINED, E.B_ENDED): Step(S.CLOSING, (A.END_A,)),
    (S.TELLING, E.TOLD): Step(S.CLOSING, (A.END_A,)),
    # A is gone: before it answered that is the outcome, later B must not be left ringing or talking to nobody. Before
    # it was dialled it is no outcome at all: settling makes the order due again.
    (S.RINGING_A, E.A_ENDED): Step(S.CLOSING, (), "a"),
    (S.CONFIRMING, E.A_ENDED): Step(S.CLOSING, (), "not_confirmed"),
    (S.REACHING_B, E.A_ENDED): Step(S.CLOSING, (A.END_B,), "a_left"),
    (S.RINGING_B, E.A_ENDED): Step(S.CLOSING, (A.END_B,), "a_left"),
    (S.JOINED, E.A_ENDED): Step(S.CLOSING, (A.END_B,)),
    (S.TELLING, E.A_ENDED): Step(S.CLOSING),
    # B answered while A was leaving, or after a drop: end it; it is not charged under 2 s.
    (S.CLOSING, E.B_ANSWERED): Step(S.CLOSING, (A.END_B,)),
    **{(state, E.DROP): Step(S.CLOSING, (A.END_A, A.END_B), "dropped") for state in sorted(_CAN_BE_DROPPED)},
    **{(state, E.LOST): Step(S.CLOSING, (A.END_A, A.END_B), "switch_lost") for state in sorted(_CAN_BE_LOST)},
    (S.TELLING, E.LOST): Step(S.CLOSING, (A.END_A,)),
    (S.TELLING, E.DROP): Step(S.CLOSING, (A.END_A,)),  # why B could not be had stays the outcome
}
"""An outcome of "a" or "b" is completed with the hang-up cause of that leg: "a_busy", "b_no_answer"."""
