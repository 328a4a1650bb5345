"""`cordboard call` before a door that behaves badly: one order for all tries, the token only where it belongs."""

import json
import signal
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from cordboard.cli import call

from .conftest import Run

TOKEN = "cbt_" + "k" * 32
BREAK_OFF = (0, "the user presses Ctrl-C while the door is at it")
UNKNOWN = "It is not known whether the call was placed. Ask again with --key "
PLACED = {"id": "0" * 28, "ref": "A1", "message": "A1 Ringing +33 1..1234."}
NO = {"type": "about:blank", "status": 503, "detail": "A part is away.", "reason": "away"}


class Door(BaseHTTPRequestHandler):
    """Answers as it is told to, one answer after the other; None hangs up without one."""

    answers: ClassVar[list[tuple[int, Any] | None]] = []
    seen: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.seen.append((self.path, dict(self.headers), body))
        told = self.answers.pop(0)
        if told is None:
            return
        if told == BREAK_OFF:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            return
        self.send_response(told[0])
        if told[0] in (301, 307):
            self.send_header("Location", "/elsewhere")
        data = told[1] if isinstance(told[1], bytes) else json.dumps(told[1]).encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(call, "LOOK_SECONDS", 0.001)
    monkeypatch.setenv("CORDBOARD_TOKEN", TOKEN)
    Door.answers, Door.seen = [], []
    was = signal.signal(signal.SIGINT, signal.default_int_handler)  # where a shell started us behind, it is ignored
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
    signal.signal(signal.SIGINT, was)


def test_a_lost_answer_is_asked_for_again_under_the_same_key(run: Run, url: str) -> None:
    Door.answers = [None, (503, NO), (200, PLACED)]
    assert run("call", "mum", "--from", "home", "--url", url).stdout == "A1 Ringing +33 1..1234.\n"
    assert len({headers["Idempotency-Key"] for _, headers, _ in Door.seen}) == 1
    assert {(path, body) for path, _, body in Door.seen} == {("/api/v1/calls", b'{"to": "mum", "from": "home"}')}
    assert {headers["Authorization"] for _, headers, _ in Door.seen} == {f"Bearer {TOKEN}"}


def test_another_call_has_another_key(run: Run, url: str) -> None:
    Door.answers = [(201, PLACED), (201, PLACED)]
    for _ in range(2):
        run("call", "mum", "--url", url)
    assert len({headers["Idempotency-Key"] for _, headers, _ in Door.seen}) == 2


@pytest.mark.parametrize("answers", [[None] * 6, [(503, NO)] * 6, [(429, NO)] * 6])
def test_what_stays_away_is_exit_75(run: Run, url: str, answers: list[Any]) -> None:
    Door.answers = answers
    run("call", "mum", "--url", url, fails=75)
    assert Door.answers == []


LOST: list[Any] = [None, (502, b"<html>"), (503, NO), (504, b"")]


@pytest.mark.parametrize(
    "answers",
    [
        *[[lost] * 6 for lost in LOST],
        [None, *[(429, NO)] * 5],  # what came after a lost answer does not say what became of it
        [None, (401, NO)],
        [None, (200, b"<html>Welcome to nginx")],
        [(500, NO)],
        [BREAK_OFF],
        [None, BREAK_OFF],
    ],
)
def test_after_lost_answers_the_key_is_told_and_places_no_second_call(run: Run, url: str, answers: list[Any]) -> None:
    Door.answers = list(answers)
    said = run("call", "mum", "--url", url, fails=75).stderr
    assert said.startswith(UNKNOWN)
    assert Door.answers == []
    key = said.removeprefix(UNKNOWN).partition(";")[0]
    Door.answers = [(200, PLACED)]
    assert run("call", "mum", "--url", url, "--key", key).stdout == "A1 Ringing +33 1..1234.\n"
    assert {headers["Idempotency-Key"] for _, headers, _ in Door.seen} == {key}


@pytest.mark.parametrize("answers", [[(429, NO)] * 6, [(400, NO)], [None, (402, NO)], [None, (422, NO)]])
def test_where_it_is_known_that_nothing_was_placed_the_door_has_the_say(run: Run, url: str, answers: list[Any]) -> None:
    Door.answers = list(answers)
    said = run("call", "mum", "--url", url, fails=75 if answers[-1][0] == 429 else 2).stderr
    assert said == f"{NO['detail']}\n"


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 201, "caf\xe9", "a\r\nX: y"])
def test_a_key_that_no_door_takes_is_not_sent(run: Run, url: str, key: str) -> None:
    assert "--key" in run("call", "mum", "--url", url, "--key", key, fails=2).stderr
    assert Door.seen == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 409, 422])
def test_a_no_is_not_asked_for_again(run: Run, url: str, status: int) -> None:
    Door.answers = [(status, NO | {"status": status, "detail": "Not called: so it is."})]
    assert run("call", "mum", "--url", url, fails=2).stderr == "Not called: so it is.\n"
    assert len(Door.seen) == 1


def test_an_order_set_aside_is_told_in_the_doors_words(run: Run, url: str) -> None:
    Door.answers = [(500, NO | {"reason": "shunted", "detail": "A person has been told."})]
    assert run("call", "mum", "--url", url, fails=2).stderr == "A person has been told.\n"


@pytest.mark.parametrize("status", [301, 307])
def test_the_token_is_never_carried_elsewhere(run: Run, url: str, status: int) -> None:
    Door.answers = [(status, {"detail": "Over there."})]
    run("call", "mum", "--url", url, fails=2)
    assert [path for path, *_ in Door.seen] == ["/api/v1/calls"]


@pytest.mark.parametrize("body", [b"<html>Welcome to nginx", b"", b"\xff", b"[]", b"{}"])
def test_what_is_no_door_of_ours_is_said_so(run: Run, url: str, body: bytes) -> None:
    Door.answers = [(200, body)]
    assert "is not a web door of Cordboard" in run("call", "mum", "--url", url, fails=2).stderr


def test_it_is_followed_until_it_is_over(run: Run, url: str) -> None:
    going = {"id": "0" * 28, "state": "ringing_a", "receipt": None}
    Door.answers = [(201, PLACED), (200, going), None, (200, going | {"state": "ended", "receipt": "A1 Mum, 4 s.\n"})]
    assert run("call", "mum", "--wait", "--url", url).stdout == "A1 Ringing +33 1..1234.\n\nA1 Mum, 4 s.\n"
    assert {path for path, *_ in Door.seen[1:]} == {f"/api/v1/calls/{'0' * 28}"}


def test_a_call_that_can_not_be_followed_was_placed_and_is_told_so(run: Run, url: str) -> None:
    Door.answers = [(201, PLACED), *[None] * 6]
    said = run("call", "mum", "--wait", "--json", "--url", url, "--key", "shift-7", fails=75).stderr
    assert said.startswith("A1 was placed; how it goes can't be seen now. Ask again with --key shift-7;")


def test_it_is_followed_through_a_restart_of_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    back: list[ThreadingHTTPServer] = []

    def restart(_: float) -> None:
        """Instead of waiting after the first look, at which nobody listens."""
        back.append(ThreadingHTTPServer(address, Door))
        threading.Thread(target=back[0].serve_forever, args=(0.01,), daemon=True).start()

    monkeypatch.setattr(call, "time", SimpleNamespace(sleep=restart))
    ended = {"id": "0" * 28, "state": "ended", "receipt": "A1 Mum, 4 s.\n"}
    Door.answers = [(200, ended)]
    assert call.Door(f"http://127.0.0.1:{address[1]}", TOKEN).follow(PLACED, "shift-7") == ended
    back[0].shutdown()
    back[0].server_close()


@pytest.mark.parametrize("token", ["", " ", "a\nb", "caf\xe9"])
def test_without_a_token_nobody_is_asked(run: Run, url: str, here: Path, token: str) -> None:
    (here / "token").write_text(token, encoding="utf-8")
    run("call", "mum", "--url", url, "--token-file", "token", fails=2)
    run("call", "mum", "--url", url, "--token-file", "none", fails=2)
    assert Door.seen == []


@pytest.mark.parametrize("wrong", ["nonsense", "ftp://x", "http://", "http://[::1"])
def test_a_wrong_address_is_one_sentence(run: Run, url: str, wrong: str) -> None:
    del url
    run("call", "mum", "--url", wrong, fails=2)


def test_where_nobody_is_it_says_so_at_once(run: Run, url: str) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        said = run("call", "mum", "--url", f"http://127.0.0.1:{taken.getsockname()[1]}", fails=75).stderr
    assert said.startswith("Nobody answers at http://127.0.0.1:")
