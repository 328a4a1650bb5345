"""A way in as the product wires it, and a real IMAP server with a mailbox that no other test has."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from cordboard.lab.dovecot import Dovecot
from tests.parts.mailboxes.desk import Desk
from tests.unit.inbound.conftest import *  # noqa: F403
from tests.unit.inbound.house import House

_users = itertools.count(1)


@pytest.fixture
def desk(house: House, dovecot: Dovecot) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(house, dovecot, f"user{next(_users)}", stack)
