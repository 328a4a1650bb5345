"""`cordboard call`: a call placed over HTTP, as any program would place it."""

import json
import os
import secrets
import time
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
TOKEN: Final = "CORDBOARD_TOKEN"  # noqa: S105 - the variable's name


class NotReached(Unavailable):
    """Nobody was there, so nothing was said."""


class Told(CordboardError):
    """The door said no; its sentence is all there is to say."""


@click.command()
@click.argument("to", metavar="NUMBER")
@click.option("--from", "from_", metavar="NUMBER", help="The phone of yours to ring (default: your main one).")
@click.option("--bill", metavar="CODE", help="Marks the call on your bill.")
@click.option("--wait", is_flag=True, help="Follow the call until it is over, then print the receipt.")
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE",
              help=f"Where your token is kept (default: the variable {TOKEN}).")  # fmt: skip
@click.option("--url", metavar="URL", help="Whose web door (default: the one that the settings tell of).")
@click.option("--json", "json_", is_flag=True, help="For programs.")
@click.pass_context
def call(
    ctx: click.Context, to: str, from_: str | None, bill: str | None, wait: bool, token_file: Path | None,
    url: str | None, json_: bool,
) -> None:  # fmt: skip
    """Ring you, then NUMBER (or a name of your phone book), and join you.

    It is the HTTP door that is asked: `cordboard tokens add` makes the token
    for it. A lost answer is asked for again; that never makes a second call.
    """
    door = Door(url or _own_door(ctx), _token(token_file))
    fields = {"to": to, "from": from_, "bill": bill}
    placed = door.place({name: text for name, text in fields.items() if text is not None})
    if not json_:
        click.echo(placed["message"])
    told = door.follow(placed["id"]) if wait else placed
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

    def place(self, order: dict[str, str]) -> dict[str, Any]:
        """Order a call; one key for all tries, so that they are one order."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        return self._ask("POST", self._calls, json.dumps(order).encode(), headers)

    def follow(self, order_id: str) -> dict[str, Any]:
        """Look until it is over."""
        while True:
            told = self._ask("GET", f"{self._calls}/{order_id}", None, {})
            if told["state"] == "ended":
                return told
            time.sleep(LOOK_SECONDS)

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        for turn in range(TRIES):
            try:
                return self._once(method, url, body, headers)
            except Unavailable as e:  # what was said and not answered may have been done, so it is asked for again
                if turn == TRIES - 1 or (turn == 0 and isinstance(e, NotReached)):
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
        except urllib3.exceptions.HTTPError as e:
            raise Unavailable(f"The web door at {url} can't be reached ({type(e).__name__}).") from None
        except ValueError:
            told = None
        if said.status in AGAIN:
            raise Unavailable(_detail(told))
        if said.status >= 300:
            raise Told(_detail(told))
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
