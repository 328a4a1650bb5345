"""What commands share: the settings, the database, the secrets and the clock, opened when a command needs them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from cordboard import schema
from cordboard.configure import load_settings, settings_file
from cordboard.keys import secrets_of
from cordboard.settings import Settings
from kernel.clock import Clock, SystemClock
from kernel.db import Database
from kernel.errors import Misconfigured
from kernel.secrets import Secrets

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Tools:
    """What a command works with."""

    settings: Settings
    db: Database
    secrets: Secrets
    clock: Clock

    def close(self) -> None:
        """Close the database's connections."""
        self.db.close()


def open_tools(config: Path | None) -> Tools:
    """Load the settings and open the rest by them. Raises Misconfigured if the database is not up to date."""
    settings = load_settings(config)
    url = settings.database_url.get_secret_value()
    if not schema.is_current(url):
        if settings_file(config) is None and not settings.model_fields_set:  # most likely the wrong folder
            raise Misconfigured(
                "There is no cordboard.toml here: go to its folder, name it by --config, or make one: `cordboard init`."
            )
        raise Misconfigured("The database is not up to date: `cordboard serve` or `cordboard init` brings it there.")
    return Tools(settings, schema.open_database(url), secrets_of(settings), SystemClock())


def with_tools(command: Callable[Concatenate[Tools, P], R]) -> Callable[P, R]:
    """Hand the opened tools to a command as its first argument, and close them after it."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        ctx = click.get_current_context()
        tools: Tools = ctx.obj if isinstance(ctx.obj, Tools) else open_tools(ctx.obj)
        try:
            return command(tools, *args, **kwargs)
        finally:
            if tools is not ctx.obj:
                tools.close()

    return update_wrapper(wrapped, command)


def settings_of(ctx: click.Context) -> Settings:
    """The settings alone, for commands that need no database."""
    found: Any = ctx.find_root().obj
    return found.settings if isinstance(found, Tools) else load_settings(found)
