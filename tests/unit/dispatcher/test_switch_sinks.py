"""What people write never becomes something that a switch runs; the numbers are those of the list of bad inputs."""

from pathlib import Path

import pytest

from dispatcher.calls import spelled
from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari import Ari
from dispatcher.switches.ari_requests import Request
from tests.unit.dispatcher.desk import Desk

FOLDER = Path(__file__).resolve().parents[3] / "dispatcher" / "switches" / "asterisk"
LEG = "0" * 28
NAMES = [
    "${SHELL(id)} x",
    "${EXTEN}",
    "a,b&c",
    "Ann\r\nAction: Originate",
    "x\0y",
    "../../etc/passwd",
    "sound:evil",
    "",
]


class Noted(Ari):
    """A driver that keeps what it would have sent."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("http://nowhere", "", "", "cb", desk.routes)
        self.sent: list[Request] = []

    async def _send(self, request: Request, fine: int = 0) -> None:
        self.sent.append(request)


@pytest.mark.parametrize("name", NAMES)
def test_103_and_104_a_name_is_spelled_in_letters_and_digits(name: str) -> None:
    assert all(c in "abcdefghijklmnopqrstuvwxyz0123456789" for c in spelled(name))


@pytest.mark.parametrize("name", NAMES)
def test_104_of_a_name_the_switch_hears_letters_alone(desk: Desk, name: str) -> None:
    switch = Noted(desk)
    asking = switch.ask(LEG, spelled(name))
    with pytest.raises(StopIteration):
        asking.send(None)
    (request,) = switch.sent
    sounds = [sound.partition(":") for sound in request.query["media"].split(",")]
    assert all(kind in ("sound", "characters") for kind, _, _ in sounds)
    assert all(said.replace("-", "").isalnum() for _, _, said in sounds)


@pytest.mark.parametrize("digits", ["1&2", "${EXTEN}", "12,3", "1\r\n", "", "123456789", "\u0661"])
def test_103_an_extension_is_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        rest.tones(LEG, digits)


def test_104_what_runs_programs_is_not_loaded() -> None:
    modules = (FOLDER / "modules.conf").read_text("utf-8").splitlines()
    runs = {"app_system.so", "func_shell.so", "func_env.so", "res_agi.so", "app_externalivr.so", "pbx_lua.so"}
    assert {f"noload = {module}" for module in runs} <= set(modules)
    assert "live_dangerously = no" in (FOLDER / "asterisk.conf").read_text("utf-8").splitlines()
