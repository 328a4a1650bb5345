"""Real parts for the suite: one Asterisk and one telephone of each kind per worker, started when first asked for."""

import os
from collections.abc import Iterator

import pytest

from cordboard.lab import asterisk, phones
from cordboard.lab.asterisk import Asterisk
from cordboard.lab.phones import Kind, Phone


def _need(reason: str) -> None:
    """A missing part is no success in CI; elsewhere it is a reason that is printed."""
    if reason and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def handsets() -> Iterator[dict[Kind, Phone]]:
    _need(phones.why_not())
    with phones.phones(trace=True) as found:
        yield found


@pytest.fixture(scope="session")
def switch(handsets: dict[Kind, Phone]) -> Iterator[Asterisk]:
    _need(asterisk.why_not())
    with Asterisk(asterisk.install(), [phone.carrier for phone in handsets.values()]) as running:
        yield running
