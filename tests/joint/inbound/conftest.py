"""The fixtures of tests/unit/inbound, here too."""

from collections.abc import Iterator

import pytest

from inbound.evidence.lookups import Nameservers
from inbound.evidence.weigher import Weigher
from kernel.clock import SystemClock
from tests.joint.inbound.signing import Zone, published
from tests.unit.inbound.conftest import *  # noqa: F403


@pytest.fixture
def zone() -> Iterator[Zone]:
    with Zone(published()) as running:
        yield running


@pytest.fixture
def weigher(zone: Zone) -> Weigher:
    return Weigher(Nameservers([zone.address]), SystemClock(), seconds=2.0)
