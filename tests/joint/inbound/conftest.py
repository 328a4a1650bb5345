"""The fixtures of tests/unit/inbound, here too."""

from tests.unit.inbound.conftest import *  # noqa: F403
