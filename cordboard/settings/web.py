"""`[web]`: the doors that speak HTTP."""

from pydantic import Field

from cordboard.settings.fields import Money, Part, Port


class Web(Part):
    """The door that takes orders over HTTP. TLS is for a proxy in front of it."""

    host: str = "127.0.0.1"
    port: Port = 8080
    threads: int = Field(default=8, ge=1, le=64)
    max_connections: int = Field(default=100, ge=2, le=1000)
    max_connections_per_peer: int = Field(default=20, ge=1)  # not this machine's own nor that proxy's
    orders_per_minute: int = Field(default=60, ge=1)  # with one token, before it is told 429
    wrong_tokens_per_minute: int = Field(default=20, ge=1)  # from one address, before it is told 429
    trusted_proxy: str = ""  # the address of that proxy: its X-Forwarded-For and -Proto are then believed
    plain_call_cap: Money = 5_000_000  # "5.00": what a call may cost at most that was ordered on a page without TLS
    page_changes_per_minute: int = Field(default=60, ge=1)  # of one user, before the pages take no more
    wrong_pins_per_minute: int = Field(default=20, ge=1)  # from one address; then nobody signs in from there
    all_wrong_pins_per_minute: int = Field(default=300, ge=1)  # from everywhere; then nobody signs in
