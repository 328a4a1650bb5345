"""Settings written as TOML, which the standard library only reads."""

from typing import Any


def toml(config: dict[str, Any]) -> str:
    """The few shapes that settings have: plain values, tables, tables of tables in a list."""
    plain = [f"{key} = {_value(value)}" for key, value in config.items() if not isinstance(value, dict)]
    tables = [
        f"[{name}]\n" + "\n".join(f"{key} = {_value(value)}" for key, value in table.items())
        for name, table in config.items()
        if isinstance(table, dict)
    ]
    return "\n".join([*plain, "", *tables]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
