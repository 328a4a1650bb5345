"""Single requests to an Asterisk from synchronous code: a worker creates the first leg's channel and nothing more."""

import base64
import json
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from dispatcher.switches import ari_requests as rest
from dispatcher.switches.ari_requests import Carrier, Request
from dispatcher.switches.base import LegPlan, SwitchAway, SwitchRefused, SwitchSilent

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0


class AriOnce:
    """A kept-alive connection to one Asterisk for requests without events."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/") + "/ari"
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._pool = urllib3.PoolManager(
            headers={"Authorization": f"Basic {token}", "Content-Type": "application/json"},
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
            retries=False,
        )

    def send(self, request: Request) -> None:
        """Carry out one request. Raises SwitchRefused, SwitchAway or SwitchSilent."""
        query = urlencode(request.query)
        body = None if request.body is None else json.dumps(request.body)
        try:
            answer = self._pool.request(request.method, f"{self._url}{request.path}?{query}", body=body)
        except (NewConnectionError, ConnectTimeoutError) as e:
            raise SwitchAway("The switch can't be reached.") from e
        except HTTPError as e:
            raise SwitchSilent(f"The switch gave no answer to {request.method} {request.path}.") from e
        if answer.status >= 400:
            raise SwitchRefused(answer.status, answer.data.decode("utf-8", "replace")[:200])

    def create(self, plan: LegPlan, carrier: Carrier, app: str) -> None:
        """Make a leg's silent channel."""
        self.send(rest.create(plan, carrier, app))

    def is_there(self) -> bool:
        """Whether the switch answers at all, whatever it says."""
        try:
            self.send(rest.INFO)
        except (SwitchAway, SwitchSilent):
            return False
        except SwitchRefused:
            return True
        return True

    def hang_up(self, attempt_id: str) -> None:
        """End a channel if it is there."""
        try:
            self.send(rest.hang_up(attempt_id))
        except SwitchRefused as e:
            if e.status != 404:
                raise
