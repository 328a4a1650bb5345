"""The stories of a call, on Twilio."""

from collections.abc import Iterator

import pytest

from tests.parts.on_twilio import TwilioPlace, on_twilio
from tests.parts.stories_of_a_call import CallStories

pytestmark = pytest.mark.parts


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwilioPlace]:
    with on_twilio(tmp_path_factory.mktemp("twilio-voice")) as found:
        yield found


class TestOnTwilio(CallStories):
    def test_twilio_has_no_call_any_more(self, place: TwilioPlace) -> None:
        place.house.until(lambda: not place.small.voice.live())
