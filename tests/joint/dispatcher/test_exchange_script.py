"""What scripts of the built-in exchange may say, and how its limits are read."""

import pytest

from dispatcher.switches.exchange.channels import limit_seconds
from dispatcher.switches.exchange.subscribers import DEMO_SCRIPT, Script


def test_the_most_exact_key_of_a_script_wins() -> None:
    keys = {
        "44*": "busy",
        "*99": "declines",
        "4420": "voicemail",
        "backup/*": "congestion",
        "4411": ["busy", "answers"],
    }
    script = Script.read({"speed": 2, "numbers": keys})
    causes = [script.behaviour("uk", number).cause for number in ("4421", "3399", "4420", "33", "4411", "4411", "4411")]
    assert causes == [17, 21, 0, 0, 17, 0, 0]
    assert script.behaviour("backup", "33").cause == 34
    assert script.behaviour("uk", "33").ring_s == 0.5
    assert Script.read(DEMO_SCRIPT).behaviour("uk", "447700900117").cause == 17


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"pace": 1}, {"default": "sings"}, {"default": {"rings": 1}}])
def test_a_wrong_script_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"speed|pace|sings|rings"):
        Script.read(wrong)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("2.25", 2.25), ("5.5x", 5.5), (" 7", 7), ("0", 0), ("-5", 0), ("", 0), ("abc", 0), ("NaN", 0)],
)
def test_limits_are_read_as_asterisk_does(value: str, seconds: float) -> None:
    assert limit_seconds(value) == seconds
