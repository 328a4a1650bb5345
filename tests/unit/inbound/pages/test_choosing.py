import pytest
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from inbound.pages.choosing import choose

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
CASES = [
    ("", "", "html"),
    ("*/*", "curl/8", "html"),
    (CHROME, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130 Safari/537.36", "html"),
    ("*/*", "Mozilla/2.0 (compatible; Elaine/1.0)", "palm"),
    ("text/html, text/vnd.wap.wml", "Mozilla/2.0 (compatible; Elaine/3.0)", "palm"),
    ("text/vnd.wap.wml, image/vnd.wap.wbmp, */*", "Nokia7110/1.0 (04.84)", "wml"),
    ("application/vnd.wap.wmlc, text/vnd.wap.wml", "", "wml"),
    ("text/vnd.wap.wml;q=0.5, text/html", "", "html"),
    ("text/vnd.wap.wml, text/html;q=0.5", "", "wml"),
    ("text/vnd.wap.wml;q=0, */*", "", "html"),
    ("TEXT/VND.WAP.WML", "", "wml"),
    ("text/html, text/vnd.wap.wml", "UP.Browser/4.1.22b UP.Link/4.2", "wml"),
    ("text/html, text/vnd.wap.wml", "BlackBerry8130/4.3.0 Profile/MIDP-2.0", "html"),
    ("application/vnd.wap.xhtml+xml, text/vnd.wap.wml", "Nokia6600/1.0", "html"),
    ("*/*", "Nokia7110/1.0", "wml"),
    ("", "UP.Browser/3.1-UPG1 UP.Link/3.2", "wml"),
    ("*/*", "Mozilla/2.0 (compatible; MSIE 3.02; Windows CE; 240x320)", "html"),
    ("*/*", "DoCoMo/1.0/P502i", "html"),
    ("*/*", "Lynx/2.8.9rel.1 libwww-FM/2.14", "html"),
    ("text/html", "x" * 100_000 + " Elaine/1.0", "html"),
]


@pytest.mark.parametrize(("accept", "agent", "rendering"), CASES)
def test_by_accept_then_by_name(accept: str, agent: str, rendering: str) -> None:
    assert choose(parse_accept_header(accept, MIMEAccept), agent) == rendering
