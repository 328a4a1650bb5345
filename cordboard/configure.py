"""Settings read, and what is wrong with them said in one sentence."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from cordboard.known_numbers import use_overrides
from cordboard.settings import SECRETS, Settings
from kernel.errors import Misconfigured

PREFIX = "CORDBOARD_"
DEFAULT_FILE = "cordboard.toml"


def load_settings(path: Path | None = None) -> Settings:
    """The settings of `path` (else of CORDBOARD_CONFIG, else of ./cordboard.toml if there is one), and of variables."""
    file = settings_file(path)
    data = _read_toml(file) if file else {}
    if file and isinstance(data.setdefault("home", "var"), str):
        data["home"] = str(_beside(file, data["home"]))
        if isinstance(satellite := data.get("satellite"), dict) and isinstance(satellite.get("overrides"), str):
            satellite["overrides"] = str(_beside(file, satellite["overrides"]))
    settings = settings_from(data, file)
    use_overrides(settings)
    return settings


def _beside(file: Path, path: str) -> Path:
    """A path as the settings file names it, which is as seen from its folder."""
    return file.absolute().parent / Path(path).expanduser()


def settings_from(data: dict[str, Any], file: Path | None = None) -> Settings:
    """The settings that `data` (as TOML has it) and the variables make; `file` is only named in the sentence."""
    _add_secret_files(data)
    _check_variables()
    try:
        return Settings(**data)
    except ValidationError as e:
        first = min(e.errors(), key=lambda error: error["type"] == "default_factory_not_called")
        raise Misconfigured(_sentence(first, file)) from None
    except SettingsError as e:
        raise Misconfigured(f"A variable {PREFIX}* holds a list or table that is not JSON: {e}.") from None


def settings_file(path: Path | None = None) -> Path | None:
    """Which file the settings are read from, None where there is none."""
    if path is None and os.environ.get(PREFIX + "CONFIG"):
        path = Path(os.environ[PREFIX + "CONFIG"])
    if path is None:
        default = Path(DEFAULT_FILE)
        return default if default.is_file() else None
    if not path.is_file():
        raise Misconfigured(f"There is no settings file {path}.")
    return path


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as e:
        raise Misconfigured(f"{path} is not valid TOML: {e}.") from None
    except (OSError, UnicodeDecodeError) as e:
        raise Misconfigured(f"{path} can't be read: {e}.") from None


def _add_secret_files(data: dict[str, Any]) -> None:
    for name in SECRETS:
        variable = PREFIX + name.upper()
        path = os.environ.get(variable + "_FILE")
        if not path:
            continue
        if variable in os.environ:
            raise Misconfigured(f"Both {variable} and {variable}_FILE are set; one of them must go.")
        try:
            secret = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as e:
            raise Misconfigured(f"{variable}_FILE names {path}, which can't be read ({type(e).__name__}).") from None
        *tables, last = name.split("__")
        table = data
        for part in tables:
            table = table.setdefault(part, {})
        table[last] = secret


def _check_variables() -> None:
    """A variable that is nearly one of ours is a slip of the pen, and would be passed over in silence."""
    known = [PREFIX + name.replace(".", "__").upper() for name in _names(Settings)]
    tables = [PREFIX + name.upper() for name in Settings.model_fields]
    others = [*(f"{PREFIX}{name.upper()}_FILE" for name in SECRETS), PREFIX + "CONFIG", *tables]
    for variable in os.environ:
        if not variable.startswith(PREFIX) or variable in known or variable in others or "CARRIERS__" in variable:
            continue
        near = difflib.get_close_matches(variable, known, n=1, cutoff=0.85)
        if near:
            raise Misconfigured(f"There is no setting {variable}; did you mean {near[0]}?")


def _sentence(error: ErrorDetails, file: Path | None) -> str:
    where = ".".join(str(part) for part in error["loc"])
    variable = PREFIX + "__".join(str(part) for part in error["loc"]).upper()
    source = f"The variable {variable}" if variable in os.environ else f"The setting {where}"
    source += f" in {file}" if file and variable not in os.environ else ""
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(where, [*_names(Settings), *Settings.model_fields], n=1)
        return f"{source} is not one that Cordboard knows" + (f"; did you mean {near[0]}?" if near else ".")
    why = error["msg"].removeprefix("Value error, ")
    if not where:
        return f"The settings{f' in {file}' if file else ''} do not fit together: {why}."
    given = "" if _is_secret(where) or isinstance(error["input"], dict) else f", not {error['input']!r}"
    if error["type"] == "value_error":
        return f"{source} is wrong: {why}."
    if error["type"] == "string_pattern_mismatch":
        return f"{source} is wrong: {error['input']!r} is not what belongs there{_HINTS.get(where.split('.')[-1], '')}."
    if error["type"] == "missing":
        return f"{source} is missing."
    if error["type"] == "model_type":
        return f"{source} must be a table{given}."
    if error["type"] == "path_type":
        return f"{source} must be a path{given}."
    why = why.removeprefix("Input should be ").partition(", unable")[0]
    return f"{source} must be {why}{given}."


_HINTS = {
    "caller_id": " (a number like +12025550100)",
    "domain": " (a domain like calls.example.com)",
    "ari_url": " (an address like http://127.0.0.1:8088/ari)",
    "name": " (lower-case letters, digits, - and _, at most 20)",
    "order_local_part": " (lower-case letters, digits, - and _, at most 20)",
}


def _is_secret(where: str) -> bool:
    return where.replace(".", "__") in SECRETS or where.endswith("password")


def _names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _names(inner, f"{prefix}{name}.")
        else:
            yield prefix + name
