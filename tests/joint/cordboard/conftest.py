"""The fixtures of tests/unit/cordboard, here too."""

from tests.unit.cordboard.conftest import *  # noqa: F403
