"""`cordboard call`: a call placed over HTTP, as any program would place it."""

import json
import os
import re
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from cordboard.cli.context import settings_of
from kernel.errors import CordboardError, Misconfigured, Unavailable

LOOK_SECONDS: Final = 0.3
ANSWER_SECONDS: Final = 30.0
TRIES: Final = 6
"""With waits that double, ten seconds in all: a door that died is back by then."""
AGAIN: Final = frozenset({429, 502, 503, 504})
"""Statuses after which trying again can help; 502 and 504 are a proxy's."""
KEY_FORM: Final = re.compile("[!-~]{1,200}")
UNKNOWN: Final = (
    "It is not known whether the call was placed. Ask again with --key {key}; that never makes a second call."
)
UNSEEN: Final = (
    "{ref} was placed; how it goes can't be seen now. Ask again with --key {key}; that never makes a second call."
)
TOKEN: Final = "CORDBOARD_TOKEN"  # noqa: S105 - the variable's name


class NotReached(Unavailable):
    """Nobody was there, so nothing was said."""


class Told(CordboardError):
    """The door said no; its sentence is all there is to say."""


class Decided(Told):
    """It said no to the order itself. Had an earlier try been taken, that one's answer would have come instead."""

    STATUSES: Final = frozenset({402, 403, 409, 422})


@click.command()
@click.argument("to", metavar="NUMBER")
@click.option("--from", "from_", metavar="NUMBER", help="The phone of yours to ring (default: your main one).")
@click.option("--bill", metavar="CODE", help="Marks the call on your bill.")
@click.option("--private", is_flag=True, help="Neither side sees the other's number.")
@click.option("--max-per-minute", metavar="AMOUNT", help="What a minute of both legs may cost: consent to a dear call.")
@click.option("--wait", is_flag=True, help="Follow the call until it is over, then print the receipt.")
@click.option(
    "--key", metavar="KEY", help="Your name for this one call: however often it is asked for, it is placed once."
)
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE",
              help=f"Where your token is kept (default: the variable {TOKEN}).")  # fmt: skip
@click.option("--url", metavar="URL", help="Whose web door (default: the one that the settings tell of).")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@click.pass_context
def call(
    ctx: click.Context, to: str, from_: str | None, bill: str | None, private: bool, max_per_minute: str | None,
    wait: bool, key: str | None, token_file: Path | None, url: str | None, json_: bool,
) -> None:  # fmt: skip
    """Ring you, then NUMBER (or a name of your phone book), and join you.

    It is the HTTP door that is asked: `cordboard tokens add` makes the token
    for it. A lost answer is asked for again; that never makes a second call.
    If none comes, you are told the key to go on asking with.
    """
    key = secrets.token_hex(16) if key is None else key
    if not KEY_FORM.fullmatch(key):
        raise click.BadParameter("a key has 1 to 200 visible ASCII characters, no spaces.", param_hint="--key")
    door = Door(url or _own_door(ctx), _token(token_file))
    fields = {"to": to, "from": from_, "bill": bill, "max_per_minute": max_per_minute}
    said: dict[str, str | bool] = {name: text for name, text in fields.items() if text is not None}
    placed = door.place(said | ({"private": True} if private else {}), key)
    if not json_:
        click.echo(placed["message"])
    told = door.follow(placed, key) if wait else placed
    if json_:
        click.echo(json.dumps(told, indent=2))
    elif wait:
        click.echo(f"\n{told['receipt'].rstrip()}")


class Door:
    """A web door and who we are there."""

    def __init__(self, url: str, token: str) -> None:
        import urllib3  # half a tenth of a second that `--help` should not pay

        if not url.startswith(("http://", "https://")):
            raise Misconfigured(f"{url} is not the address of a web door: it begins with http:// or https://.")
        self._calls = url.rstrip("/") + "/api/v1/calls"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._pool = urllib3.PoolManager(timeout=ANSWER_SECONDS, retries=False)
        self._lost = False  # whether something was sent and no answer told what became of it

    def place(self, order: Mapping[str, str | bool], key: str) -> dict[str, Any]:
        """Order a call; one key for all tries, so that they are one order. Raises Unavailable if it may be placed."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            return self._ask("POST", self._calls, json.dumps(dict(order)).encode(), headers)
        except (CordboardError, KeyboardInterrupt) as e:
            if not self._lost or isinstance(e, Decided):
                raise
            raise Unavailable(f"{UNKNOWN.format(key=key)} The last try: {str(e) or 'you broke it off.'}") from None

    def follow(self, placed: dict[str, Any], key: str) -> dict[str, Any]:
        """Look until it is over. Raises Unavailable if nobody tells for a while."""
        while True:
            try:
                told = self._ask("GET", f"{self._calls}/{placed['id']}", None, {})
            except Unavailable as e:
                raise Unavailable(f"{UNSEEN.format(ref=placed['ref'], key=key)} The last try: {e}") from None
            if told["state"] == "ended":
                return told
            time.sleep(LOOK_SECONDS)

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        for turn in range(TRIES):
            try:
                return self._once(method, url, body, headers)
            except Unavailable as e:  # what was said and not answered may have been done, so it is asked for again
                nothing_sent = method == "POST" and turn == 0 and isinstance(e, NotReached)
                if nothing_sent or turn == TRIES - 1:
                    raise
                time.sleep(LOOK_SECONDS * 2**turn)
        raise AssertionError  # the last turn returned or raised

    def _once(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        import urllib3

        try:
            said = self._pool.request(method, url, body=body, headers=self._headers | headers, redirect=False)
            told = json.loads(said.data)
        except urllib3.exceptions.LocationValueError:
            raise Misconfigured(f"{url} is not an address of a web door.") from None
        except urllib3.exceptions.NewConnectionError:
            raise NotReached(f"Nobody answers at {url}.") from None
        except KeyboardInterrupt:
            self._lost = True
            raise
        except urllib3.exceptions.HTTPError as e:
            self._lost = True
            raise Unavailable(f"The web door at {url} can't be reached ({type(e).__name__}).") from None
        except ValueError:
            told = None
        self._lost |= said.status >= 500 and not (isinstance(told, dict) and told.get("reason") == "shunted")
        if said.status in AGAIN:
            raise Unavailable(_detail(told))
        if said.status >= 300:
            raise (Decided if said.status in Decided.STATUSES else Told)(_detail(told))
        if not isinstance(told, dict) or "id" not in told:
            raise Misconfigured(f"What answers at {url} is not a web door of Cordboard.")
        return told


def _detail(told: Any) -> str:
    return str(told.get("detail", told)) if isinstance(told, dict) else "The web door said something unheard of."


def _own_door(ctx: click.Context) -> str:
    web = settings_of(ctx).web
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104 - compared, not bound to
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


def _token(file: Path | None) -> str:
    if file is None:
        token = os.environ.get(TOKEN, "").strip()
    else:
        try:
            token = file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as e:
            raise Misconfigured(f"The token in {file} can't be read ({type(e).__name__}).") from None
    if not token or not token.isascii() or not token.isprintable():
        raise Misconfigured(f"Say who you are: put your token into {TOKEN}, or name its file with --token-file.")
    return token
