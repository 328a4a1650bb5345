"""The fixtures of tests/unit/dispatcher, here too."""

from tests.unit.dispatcher.conftest import *  # noqa: F403
