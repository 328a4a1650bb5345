"""Which rendering a browser gets: by what it says it accepts, and where that does not settle it, by its name.

What is believed here decides about markup and nothing else, so anybody may say anything.
"""

import re
from typing import Final, Literal

from werkzeug.datastructures import MIMEAccept

Rendering = Literal["palm", "wml", "html"]

WML: Final = "text/vnd.wap.wml"
HTML: Final = ("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml")
_PALM: Final = re.compile(r"\bElaine/", re.IGNORECASE)
_WAP: Final = re.compile(
    r"UP\.Browser/[1-4]|UP/[1-4]|Nokia(?:7110|6210|6250|3330|9110)|Ericsson(?:R320|R380|T20|T39|R520)|"
    r"\bSIE-[SCM]\d\d/|MOT-.*UP/|WapIDE|WinWAP|Wapalizer|Kannel|fakewap|wapua",
    re.IGNORECASE,
)
"""Browsers of WML alone, by how they call themselves."""


def choose(accept: MIMEAccept, agent: str) -> Rendering:
    """The rendering for an Accept and a User-Agent header."""
    agent = agent[:400]
    if _PALM.search(agent):
        return "palm"  # its proxy says that it accepts whatever there is
    wml, html = _named(accept, WML), max(_named(accept, each) for each in HTML)
    if wml != html:
        return "wml" if wml > html else "html"
    return "wml" if _WAP.search(agent) else "html"


def _named(accept: MIMEAccept, kind: str) -> float:
    """How much a type is wanted that is named itself: `*/*` says nothing of what can be drawn."""
    return max((quality for named, quality in accept if named.partition(";")[0].strip().lower() == kind), default=0.0)
