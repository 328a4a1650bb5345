"""The setting `satellite.overrides`: the file beside the settings, checked at start, a sentence a wrong line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordboard.configure import load_settings
from cordboard.wiring import Parts
from kernel.errors import Misconfigured
from satellite.numbering import classify, use

FAX = "prefix,service\n+870764848793,fax\n"


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    yield
    use(())


def service(e164: str) -> str:
    return getattr(classify(e164), "service", "")


def test_the_file_is_looked_for_beside_the_settings(here: Path) -> None:
    (here / "etc").mkdir()
    (here / "etc" / "numbers.csv").write_text("\ufeff" + FAX)
    (here / "etc" / "my.toml").write_text('[satellite]\noverrides = "numbers.csv"\n')
    settings = load_settings(here / "etc" / "my.toml")
    assert settings.satellite.overrides == here / "etc" / "numbers.csv"
    assert service("+870764848793") == "fax"
    load_settings()
    assert service("+870764848793") == "voice"
    Parts(settings)
    assert service("+870764848793") == "fax"


def test_a_variable_names_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "numbers.csv").write_text(FAX)
    monkeypatch.setenv("CORDBOARD_SATELLITE__OVERRIDES", "numbers.csv")
    load_settings()
    assert service("+870764848793") == "fax"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "can't be read: No such file or directory."),
        (b"\xff\xfe", "is not UTF-8."),
        (b"prefix,service\n4477,fax\n87076,talk\n", "\n  line 2: 4477 is not behind a satellite code (870, 881, 882,"),
        (b"prefix,service\n4477,fax\n87076,talk\n", "\n  line 3: the service 'talk' is not one of voice, fax, data,"),
        (b"prefix,service\n" + b"4477,fax\n" * 21, "\n  and 1 more"),
        (b"x" * 5_000_001, "is larger than 5 MB."),
    ],
)
def test_what_is_wrong_with_it_is_told_at_start(here: Path, content: bytes | None, sentence: str) -> None:
    (here / "cordboard.toml").write_text('[satellite]\noverrides = "n.csv"\n')
    if content is not None:
        (here / "n.csv").write_bytes(content)
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert str(caught.value).startswith(f"The file {here}/n.csv (satellite.overrides) ")
    assert sentence in str(caught.value)
