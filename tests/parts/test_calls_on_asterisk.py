"""The stories of a call, on a real Asterisk 22 with SIPp telephones."""

from collections.abc import Iterator

import pytest

from cordboard.lab.asterisk import Asterisk
from tests.parts.places import Place, on_a_real_switch
from tests.parts.stories import Handsets
from tests.parts.stories_of_a_call import CallStories

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, switch: Asterisk, handsets: Handsets) -> Iterator[Place]:
    with on_a_real_switch(tmp_path_factory.mktemp("asterisk"), switch, handsets) as found:
        yield found


class TestOnAsterisk(CallStories):
    pass
