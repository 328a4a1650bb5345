"""Where this machine itself gets its Debian packages from: the mirror is never ours to choose."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kernel.errors import Unavailable

_APT = Path("/etc/apt")
_ONE_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.*)")


@dataclass(frozen=True, slots=True)
class Mirror:
    """A Debian archive, the keyring that its owner trusts, and the proxies apt goes through."""

    uri: str
    keyring: Path | None = None
    proxies: dict[str, str] = field(default_factory=dict)


def debian_mirror(apt: Path = _APT) -> Mirror:
    """Give the first Debian main archive among apt's sources. Raises Unavailable when there is none."""
    own = os.environ.get("CORDBOARD_DEBIAN_MIRROR")
    if own:
        return Mirror(own, None, _proxies())
    for uri, keyring in _sources(apt):
        if re.search(r"/debian/?$", uri):
            return Mirror(uri, Path(keyring) if keyring.startswith("/") else None, _proxies())
    raise Unavailable(
        "No Debian archive among this machine's apt sources; name one in CORDBOARD_DEBIAN_MIRROR to fetch Asterisk."
    )


def _sources(apt: Path) -> Iterator[tuple[str, str]]:
    """All (uri, keyring or nothing) of sources.list, *.list and *.sources that hold binary packages of main."""
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    for file in files:
        text = file.read_text("utf-8") if file.is_file() else ""
        if file.suffix == ".sources":
            yield from _deb822(text)
        elif file.suffix == ".list":
            yield from _one_line(text)


def _deb822(text: str) -> Iterator[tuple[str, str]]:
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", bare):
        fields = {k.lower(): v for k, v in re.findall(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", stanza, re.MULTILINE)}
        usable = "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").strip() != "no"
        if usable and "main" in fields.get("components", "").split():
            for uri in fields.get("uris", "").split():
                yield uri, fields.get("signed-by", "").strip()


def _one_line(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _ONE_LINE.match(line.strip())
        if found and "main" in found["components"].split():
            signed = re.search(r"signed-by=(\S+)", found["options"] or "")
            yield found["uri"], signed[1] if signed else ""


def _proxies() -> dict[str, str]:
    """What apt is told to go through, in the words that wget (and so debootstrap) listens to."""
    found: dict[str, str] = {}
    if not shutil.which("apt-config"):
        return found
    for scheme in ("http", "https"):
        words = ["apt-config", "shell", "p", f"Acquire::{scheme}::Proxy"]
        said = subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603 our own words
        value = re.search(r"p='([^']+)'", said)
        if value and value[1] != "DIRECT":
            found[f"{scheme}_proxy"] = value[1]
    return found
