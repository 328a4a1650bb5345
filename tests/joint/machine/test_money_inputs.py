"""Money and concurrency, by the numbers of the project's list of bad inputs, on the whole product."""

import pytest

from tests.joint.machine import oracle
from tests.joint.machine.conftest import Story
from tests.joint.machine.people import PEOPLE
from tests.joint.machine.street import Habit

ANN, MUM = PEOPLE[0], "+442079460018"


def called(story: Story, habit: Habit, seconds: float) -> None:
    """Ann calls Mum, who does so when it rings; some time later."""
    story.product.street.habits[MUM[1:]] = habit
    story.mail(ANN, f"CALL {MUM}")
    story.passes(seconds)


@pytest.mark.parametrize("after_s", [0.65, 0.9, 2.0, 4.5, 8.0, 8.6, 10.0])
def test_114_a_cancel_at_any_moment_of_the_dialling(story: Story, after_s: float) -> None:
    called(story, Habit(), after_s)
    (order,) = story.books().orders
    story.product.drop(order)
    books = story.over("dropped")
    oracle.nothing_dialled_twice(story.product, books)
    oracle.billed_is_answered(story.product, books)


def test_115_a_hold_stays_as_long_as_the_call_and_the_call_ends_with_it(story: Story) -> None:
    story.product.street.habits[ANN.phone[1:]] = Habit(leaves_s=None)
    called(story, Habit(leaves_s=None), 30)
    (hold,) = story.books().holds.values()
    assert hold.open
    story.mail(ANN, "CALL +33140001234")  # what is not held may be spent meanwhile
    story.passes(1)
    while story.product.street.lines:
        oracle.holds_are_on_open_orders(story.books())
        story.passes(20)
    story.passes(30)
    books = story.books()
    oracle.billed_is_answered(story.product, books)
    assert not any(bill.capped for bill in books.bills.values())
    assert all(0 < hold.spent <= hold.amount for hold in books.holds.values())
    assert (books.problems, books.is_quiet()) == ([], True)


def test_116_answer_and_hang_up_in_the_same_millisecond(story: Story) -> None:
    called(story, Habit(leaves_s=0.0), 30)
    books = story.over("talked")
    free = next(bill for bill in books.bills.values() if bill.role == "B")
    assert (free.answered_ms, free.billed_seconds, free.charge) == (free.ended_ms, 0, 0)


@pytest.mark.parametrize("seconds", [-3600, -30, 30, 240])
def test_117_our_clock_is_set_in_the_call(story: Story, seconds: int) -> None:
    called(story, Habit(leaves_s=40), 20)
    story.product.clock.off_ms += seconds * 1000
    oracle.billed_is_answered(story.product, story.over("talked"))


def test_118_a_call_as_long_as_the_money_lasts(story: Story) -> None:
    story.product.street.habits[ANN.phone[1:]] = Habit(leaves_s=None)
    called(story, Habit(leaves_s=None), 60)
    books = story.over("talked")
    oracle.billed_is_answered(story.product, books)
    (hold,) = books.holds.values()
    assert hold.amount - 700_000 < hold.spent <= hold.amount


def test_119_lines_told_again_with_other_times_and_of_nobody(story: Story) -> None:
    called(story, Habit(leaves_s=20), 15)
    first = story.cel_file.read_text("utf-8")
    other_times = first.replace('"179', '"178')
    nobodys = first.replace('"01', '"ff').replace("HANGUP", "ANSWER")
    with story.cel_file.open("a", encoding="utf-8") as log:
        log.write(first + other_times + nobodys)
    story.passes(30)
    with story.cel_file.open("a", encoding="utf-8") as log:
        log.write(story.cel_file.read_text("utf-8"))
    story.passes(5)
    books = story.over("talked")
    oracle.billed_is_answered(story.product, books)
    oracle.balances_are_what_is_left(books, oracle.paid_in_at_first())
