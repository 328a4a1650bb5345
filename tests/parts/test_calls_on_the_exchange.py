"""The stories of a call, on the built-in exchange."""

from collections.abc import Iterator

import pytest

from tests.parts.places import Place, on_the_exchange
from tests.parts.stories_of_a_call import CallStories

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with on_the_exchange(tmp_path_factory.mktemp("exchange")) as found:
        yield found


class TestOnTheExchange(CallStories):
    pass
