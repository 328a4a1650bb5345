"""Twilio's own client, which asks its REST interface: nothing is tried again, and a mute host is given up."""

import logging

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import make_headers

from replies.ways.http import Http

log = logging.getLogger(__name__)


def client_of(sid: str, token: str, api_url: str, seconds: float, at_once: int = 2) -> Client:
    """For one account, asked by so many threads `at_once`.

    What it asks raises TwilioException for a refusal, Unavailable if there is no answer.
    """
    # It would also look into this process's own variables, and rewrite the host by them.
    nothing = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}
    made = Client(sid, token, http_client=_OneTry(Http(seconds, at_once)), environment=nothing)
    made.api.base_url = api_url
    return made


class _OneTry(HttpClient):
    """What Twilio's client asks by: nothing is tried again, and a mute host is given up."""

    def __init__(self, http: Http) -> None:
        super().__init__(log, is_async=False)
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 (one for all)
        allow_redirects: bool = False,  # noqa: ARG002 (never)
    ) -> Response:
        """As Twilio's own one."""
        named = dict(headers or {})
        if auth:
            named |= make_headers(basic_auth=":".join(auth))
        fields = {
            name: [str(each) for each in value] if isinstance(value, list) else str(value)
            for name, value in (params or data or {}).items()
            if value is not None
        }
        said = self._http.ask(method, url, fields, named)
        return Response(said.status, said.body.decode("utf-8", "replace"))
