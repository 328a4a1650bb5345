"""What holds for all tests: a helper's assert tells what it saw, too."""

import pytest

pytest.register_assert_rewrite("tests.unit", "tests.joint", "tests.parts")
