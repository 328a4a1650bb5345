"""The switches of a pool: `[[switch.nodes]]`, or the one that `[switch]` itself is."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr

from cordboard.settings.fields import Name, Part, Port
from kernel.errors import Misconfigured

SHARED = frozenset({"ari_user", "ari_password", "ari_app"})
"""What is said in `[switch]` is so of each node that says nothing else."""
OWN = ("name", "ari_url")
"""What no two nodes may have in common."""


class Node(Part):
    """One switch: the built-in exchange, or an Asterisk commanded over ARI."""

    name: Name = "main"
    ari_url: str = Field(default="http://127.0.0.1:8088/ari", pattern=r"^https?://[^/\s]+(/.*)?$")
    ari_user: str = "cordboard"
    ari_password: SecretStr = SecretStr("")  # empty: derived from the secret key
    ari_app: Name = "cordboard"
    cel_file: Path | None = None
    sip_host: str = "127.0.0.1"  # what an Asterisk of ours binds its SIP to; carriers elsewhere need another
    sip_port: Port = 5060
    rtp_ports: tuple[Port, Port] = (10000, 20000)


def check_nodes(switch: Node, nodes: tuple[Node, ...]) -> None:
    """ValueError if the nodes do not go together, with each other or with what `[switch]` says."""
    if not nodes:
        return
    if doubled := switch.model_fields_set & (Node.model_fields.keys() - SHARED):
        raise ValueError(f"with nodes, {' and '.join(sorted(doubled))} must be said of each node instead")
    for what in OWN:
        if any(what not in node.model_fields_set for node in nodes):
            raise ValueError(f"each of the nodes needs its own {what}")
        if len({getattr(node, what) for node in nodes}) < len(nodes):
            raise ValueError(f"two of the nodes have the same {what}")


def nodes_of(switch: Node, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The switches: the nodes with what they share, or the one where there are none."""
    shared = {name: getattr(switch, name) for name in SHARED & switch.model_fields_set}
    return tuple(node.model_copy(update=_unsaid(node, shared)) for node in nodes) or (switch,)


def node_named(name: str, nodes: tuple[Node, ...]) -> Node:
    """The switch of this name; without a name the only one. Misconfigured if that can't be told."""
    names = ", ".join(node.name for node in nodes)
    if not name and len(nodes) > 1:
        raise Misconfigured(f"There are several switches; say which by --switch: {names}.")
    for node in nodes:
        if name in ("", node.name):
            return node
    raise Misconfigured(f"The settings know no switch {name!r}; there is {names}.")


def _unsaid(node: Node, shared: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shared.items() if name not in node.model_fields_set}
