"""How the exchange refuses a request: an HTTP status and the sentence that Asterisk gives."""


class AriError(Exception):
    """A request that is answered with a status of 400 or more."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
